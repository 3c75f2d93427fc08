import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../../src/contract/finding.ts';
import type { Run, RunSummary } from '../../src/contract/run.ts';
import type { Plan } from '../../src/contract/runbook.ts';
import type { RunbookComparison, RunbookHit, RunbookVersion } from '../../src/contract/runbook-version.ts';
import { beginStory, type Story } from '../harness/story.ts';

vi.setConfig({ testTimeout: 60_000 });

const KEY = 'a key of the hook';
let story: Story;
afterEach(() => story.close());

const TICKS = '```';
const book = (head: string, ...scripts: string[]) =>
  `---\n${head}\n---\n# Nightly\n\n${scripts.map((script, at) => `${at + 1}. **Step ${at + 1}**\n${TICKS}sh\n${script}\n${TICKS}\n`).join('\n')}`;
const items = async <Item>(path: string) => (await story.api<{ items: Item[] }>('GET', path)).items;
const versions = (path: string) => items<RunbookVersion>(`/api/v1/runbooks/versions?path=${path}`);
const runs = () => items<RunSummary>('/api/v1/runs');
const settled = async (count: number) => {
  const all = await runs();
  return all.length === count && all.every((run) => run.endedAt !== null || run.status === 'waiting') ? all : null;
};

describe('versions of a runbook', () => {
  it('are kept as the file changes, told with what they do differently, and found by their words', async () => {
    story = await beginStory({});
    story.writeRunbook('nightly.md', book('title: Nightly', 'uptime', 'kubectl get pods'));
    await story.until(async () => (await versions('nightly.md')).length === 1);
    const [first] = await versions('nightly.md');
    story.writeRunbook('nightly.md', book('title: Nightly', 'uptime', 'kubectl delete pods --all', 'echo done'));
    const [second, old] = await story.until(async () => {
      const all = await versions('nightly.md');
      return all.length === 2 ? all : null;
    });
    expect([second!.current, old!.current, old!.sha256]).toEqual([true, false, first!.sha256]);
    const compared = await story.api<RunbookComparison>(
      'GET',
      `/api/v1/runbooks/diff?path=nightly.md&from=${first!.sha256!.slice(0, 8)}`,
    );
    expect(compared.risk).toBe('riskier');
    expect(
      compared.changes.map(({ change, risk, before, after }) => [change, risk, before?.body, after?.body]),
    ).toEqual([
      ['changed', 'riskier', 'kubectl get pods', 'kubectl delete pods --all'],
      ['added', 'same', undefined, 'echo done'],
    ]);
    const version = await story.api<{ text: string }>(
      'GET',
      `/api/v1/runbooks/version?path=nightly.md&sha256=${first!.sha256}`,
    );
    expect(version.text).toContain('kubectl get pods');
    // The shipped ones may have the words too.
    const search = async (words: string) =>
      (await items<RunbookHit>(`/api/v1/runbooks/search?limit=100&q=${encodeURIComponent(words)}`)).filter(
        (hit) => hit.path === 'nightly.md',
      );
    expect((await search('delete pod')).map((hit) => [hit.path, hit.excerpts.join(' ')])).toEqual([
      ['nightly.md', expect.stringContaining('«delete» «pods»')],
    ]);
    expect(await search("nothing'like:this & (here")).toEqual([]);
    const changed = (await items<{ kind: string; body: object }>('/api/v1/audit?kind=runbook.changed')).find((entry) =>
      JSON.stringify(entry.body).includes('nightly'),
    );
    expect(changed?.body).toMatchObject({
      runbook: 'nightly.md',
      risk: 'riskier',
      reason: '1 step changed, 1 step added',
    });

    rmSync(join(story.folder, 'runbooks', 'nightly.md'));
    await story.until(async () => (await versions('nightly.md'))[0]?.sha256 === null);
    expect(await search('delete pod')).toEqual([]);
    expect((await story.call('GET', '/api/v1/runbooks/version?path=nightly.md&sha256=abcdef0')).status).toBe(404);
  });

  it('come from git repositories too, with their commit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-git-test-'));
    const origin = join(folder, 'origin');
    mkdirSync(join(origin, 'ops'), { recursive: true });
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', origin, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args])
        .toString()
        .trim();
    const commit = (text: string) => {
      writeFileSync(join(origin, 'ops', 'from-git.md'), text);
      git('add', '.');
      git('commit', '-q', '-m', 'x');
      return git('rev-parse', 'HEAD');
    };
    git('init', '-q', '-b', 'main');
    const one = commit(book('title: One', 'uptime'));
    story = await beginStory({
      repositories: { team: { url: `file://${origin}`, branch: 'main', folder: 'ops', interval: '5s' } },
    });
    const [first] = await story.until(async () => {
      const all = await versions('from-git.md');
      return all.length > 0 ? all : null;
    });
    expect(first).toMatchObject({ origin: one, title: 'One', current: true });
    const two = commit(book('title: Two', 'uptime'));
    const [second] = await story.until(async () => {
      const all = await versions('from-git.md');
      return all.length > 1 ? all : null;
    });
    expect(second).toMatchObject({ origin: two, title: 'Two' });
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('a schedule', () => {
  it('starts its procedure at its time, also across a restart, and not while the last run is under way', async () => {
    story = await beginStory({});
    story.writeRunbook('nightly.md', book('triggers:\n  - cron: "0 12 * * *"', 'echo checked'));
    const first = await story.until(async () => (await versions('nightly.md'))[0]);
    expect(first.current).toBe(true);
    story.clock.advanceBy(2 * 3_600_000 - 60_000);
    expect(await runs()).toEqual([]);
    const [run] = await story.until(() => settled(1));
    expect(run).toMatchObject({
      startedBy: 'schedule',
      automatic: true,
      status: 'succeeded',
      createdAt: '2026-03-01T12:00:00.000Z',
    });

    story.writeRunbook('nightly.md', book('triggers:\n  - cron: "0 12 * * *"', 'kubectl rollout restart deploy/x'));
    await story.until(async () => (await versions('nightly.md')).length === 2);
    await story.restart(24 * 3_600_000);
    const [asking] = await story.until(() => settled(2));
    expect(asking).toMatchObject({ status: 'waiting', waitingFor: 'approval' });
    story.clock.advanceBy(24 * 3_600_000);
    await story.until(async () => (await items('/api/v1/audit?kind=runbook.trigger-skipped'))[0]);
    expect(await runs()).toHaveLength(2);
  });

  it('without a time zone of its own follows the configuration, also when that changes', async () => {
    story = await beginStory({ timezone: 'UTC' });
    story.writeRunbook('nightly.md', book('triggers:\n  - cron: "0 12 * * *"', 'echo checked'));
    story.writeRunbook('fixed.md', book('triggers:\n  - {cron: "0 12 * * *", timezone: UTC}', 'echo checked'));
    await story.until(async () => (await versions('nightly.md'))[0] && (await versions('fixed.md'))[0]);
    await story.restart(0, { timezone: 'Asia/Tokyo' });
    // 12:00 in Tokyo is 03:00 UTC, of the next day: the story begins at 10:00.
    story.clock.advanceBy(2 * 3_600_000);
    await story.until(() => settled(1));
    expect((await runs()).map((run) => run.runbook)).toEqual(['fixed.md']);
    story.clock.advanceBy(15 * 3_600_000);
    await story.until(() => settled(2));
    expect((await runs()).map((run) => [run.runbook, run.createdAt])).toContainEqual([
      'nightly.md',
      '2026-03-02T03:00:00.000Z',
    ]);
  });

  it('that cannot start opens a finding, which the next start fixes', async () => {
    story = await beginStory({});
    story.writeRunbook(
      'nightly.md',
      book('triggers:\n  - {cron: "*/10 * * * *", procedure: nightly}', 'ls "$FOLDER_TO_KEEP"'),
    );
    await story.until(async () => (await versions('nightly.md'))[0]);
    story.clock.advanceBy(10 * 60_000);
    const [finding] = await story.until(async () => {
      const found = await items<Finding>('/api/v1/findings');
      return found.length > 0 ? found : null;
    });
    expect(finding).toMatchObject({
      title: 'nightly.md could not be started by schedule',
      severity: 3,
      evidence: [expect.objectContaining({ text: 'it needs FOLDER_TO_KEEP' })],
    });
    story.writeRunbook(
      'nightly.md',
      book(
        'triggers:\n  - {cron: "*/10 * * * *", procedure: nightly, inputs: {FOLDER_TO_KEEP: /}}',
        'ls "$FOLDER_TO_KEEP"',
      ),
    );
    await story.until(async () => (await versions('nightly.md')).length === 2);
    story.clock.advanceBy(10 * 60_000);
    await story.until(async () => (await items<Finding>('/api/v1/findings'))[0]?.status === 'fixed');
    expect((await runs())[0]).toMatchObject({ startedBy: 'schedule' });
  });
});

describe('an environment', () => {
  it('is a choice with its names, and fills in what a plan would ask for', async () => {
    const environments = { staging: { variables: { REGION: 'eu-1' } } };
    story = await beginStory({ environments });
    story.writeRunbook('where.md', '# Where\n\n```sh\necho "$REGION"\n```\n');
    expect(await items('/api/v1/environments')).toEqual([
      { name: 'staging', variables: ['REGION'], secrets: [], targets: [] },
    ]);
    const plan = async (more: object) =>
      (await story.api<Plan>('POST', '/api/v1/runbooks/plan', { runbook: 'where.md', ...more })).missingInputs;
    expect(await plan({})).toEqual(['REGION']);
    expect(await plan({ environment: 'staging' })).toEqual([]);
    const refused = await story.call('POST', '/api/v1/runbooks/plan', { runbook: 'where.md', environment: 'x' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'environment.missing' } });
  });

  it('is not needed to see how risky and how well written each runbook is', async () => {
    story = await beginStory({});
    story.writeRunbook('drop.md', '# Drop\n\n[gone](gone.md)\n\n```sh\nkubectl delete pvc --all\n```\n');
    const listed = await story.until(async () =>
      (await items<{ path: string; risk: string; lint: object | null }>('/api/v1/runbooks')).find(
        (each) => each.path === 'drop.md' && each.lint !== null,
      ),
    );
    expect(listed.risk).toBe('destroy');
    const found = await items<{ rule: string; severity: string }>('/api/v1/runbooks/lint?path=drop.md');
    expect(found.map((finding) => finding.rule)).toContain('dead-link');
    const of = (severity: string) => found.filter((finding) => finding.severity === severity).length;
    expect(listed.lint).toEqual({ errors: of('error'), warnings: of('warning') });
  });
});

describe('a webhook', () => {
  const send = (name: string, body: object, headers: Record<string, string>) =>
    story.call<{ runs: string[]; problems: object[]; code?: string }>('POST', `/hooks/runbooks/${name}`, body, {
      authorization: '',
      ...headers,
    });
  const hub = (body: object, key = KEY) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(JSON.stringify(body)).digest('hex')}`,
  });

  it('starts what names it, with values of its body, once per delivery, and only when it is signed', async () => {
    story = await beginStory({ hooks: { deploys: { secret: KEY }, other: { secret: 'another key' } } });
    story.writeRunbook(
      'deployed.md',
      book(
        'params:\n  service: {}\n  version: {}\ntriggers:\n  - webhook: deploys\n    inputs: {service: repository.name}',
        'echo "$service is $version"',
      ),
    );
    const body = { repository: { name: "shop'; touch pwned" }, version: 7, unknown: 'x' };
    const refused = await send('deploys', body, hub(body, 'wrong key'));
    expect([refused.status, refused.body.code]).toEqual([401, 'auth.hook-unsigned']);
    expect((await send('nobody', body, hub(body))).body.code).toBe('auth.hook-unsigned');
    expect((await send('deploys', body, {})).status).toBe(401);

    const first = await send('deploys', body, { ...hub(body), 'x-github-delivery': 'd-1' });
    const again = await send('deploys', body, { ...hub(body), 'x-github-delivery': 'd-1' });
    expect([first.status, first.body.problems, again.body]).toEqual([202, [], first.body]);
    expect((await send('other', body, { 'x-gitlab-token': 'another key' })).body).toEqual({ runs: [], problems: [] });
    await story.until(() => settled(1));
    const run = await story.api<Run>('GET', `/api/v1/runs/${first.body.runs[0]}`);
    expect(run).toMatchObject({ startedBy: 'hook:deploys', status: 'succeeded', automatic: true });
    expect(run.steps[0]?.attempts[0]?.output.head).toBe("shop'; touch pwned is 7\n");
    const broken = await story.call<{ code: string }>('POST', '/hooks/runbooks/deploys', '{', {
      authorization: `Bearer ${KEY}`,
    });
    expect([broken.status, broken.body.code]).toEqual([400, 'hook.not-json']);
  });
});

describe('where a run takes place', () => {
  it('gives it variables, credentials and connections, and a dry run changes nothing', async () => {
    story = await beginStory({
      secrets: { API_TOKEN: { command: ['printf', 'token-of-staging'] } },
      environments: { staging: { variables: { REGION: 'eu-9' }, secrets: ['API_TOKEN'], targets: {} } },
    });
    const made = join(story.folder, 'made');
    story.writeRunbook(
      'x.md',
      book('title: X', 'echo "$REGION ${#API_TOKEN} $API_TOKEN"; env | grep -c API_TOKEN', `touch ${made}`),
    );
    const start = (more: object) =>
      story.call<Run & { code: string; detail: string }>('POST', '/api/v1/runs', {
        runbook: 'x.md',
        inputs: { API_TOKEN: 'unused' },
        ...more,
      });
    expect((await start({ environment: 'live' })).body).toMatchObject({ code: 'environment.missing' });
    const { body } = await start({ environment: 'staging', dryRun: true });
    const run = await story.until(async () => {
      const found = await story.api<Run>('GET', `/api/v1/runs/${body.id}`);
      return found.endedAt === null ? null : found;
    });
    expect(run).toMatchObject({ status: 'succeeded', dryRun: true, environment: 'staging' });
    expect(run.steps.map((step) => step.status)).toEqual(['succeeded', 'skipped']);
    expect(JSON.stringify(run)).not.toContain('token-of-staging');
  });
});

describe('a run under way', () => {
  it('goes on with the text and plan it began with, whatever becomes of the file and through restarts', async () => {
    story = await beginStory({});
    const manual = `\n3. **By hand**\n${TICKS}manual\nlook\n${TICKS}\n\n4. **After**\n${TICKS}sh\necho "after $NAME"\n${TICKS}\n`;
    const first = book('title: Long', 'NAME=first', 'echo begun') + manual;
    story.writeRunbook('long.md', first);
    const { id } = await story.api<Run>('POST', '/api/v1/runs', { runbook: 'long.md' });
    const read = () => story.api<Run>('GET', `/api/v1/runs/${id}`);
    const waiting = async () => ((await read()).waitingFor === 'manual' ? read() : null);
    const before = await story.until(waiting);
    for (const change of [book('title: Long', 'echo changed'), null]) {
      if (change === null) rmSync(join(story.folder, 'runbooks', 'long.md'));
      else story.writeRunbook('long.md', change);
      await story.restart(3_600_000);
      expect(await read()).toMatchObject({ status: 'waiting', planHash: before.planHash, source: first });
    }
    const step = before.steps.find((each) => each.status === 'waiting')!;
    await story.api('POST', `/api/v1/runs/${id}/answer`, { step: step.id, done: true });
    const ended = await story.until(async () => ((await read()).endedAt === null ? null : read()));
    expect([ended.status, ended.steps.at(-1)?.attempts[0]?.output.head]).toEqual(['succeeded', 'after first\n']);
  });
});
