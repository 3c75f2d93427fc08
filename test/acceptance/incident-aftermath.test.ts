import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Incident, IncidentSummary } from '../../src/contract/incident.ts';
import type { IncidentMeasures } from '../../src/contract/incident-measures.ts';
import type { Postmortem } from '../../src/contract/incident-postmortem.ts';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import {
  act,
  begin,
  declare,
  MINUTE_MS,
  pass,
  read,
  staff,
  story,
  tellOnCallStories,
} from '../harness/on-call-story.ts';
import { runHoldfast } from './cli-process.ts';

/** The limits are for a busy machine; nothing here takes a second by itself. */
vi.setConfig({ testTimeout: 90_000 });
tellOnCallStories();

let shop: BreakableService;
let billing: BreakableService;
beforeAll(async () => {
  shop = await startBreakableService();
  billing = await startBreakableService();
});
afterAll(() => Promise.all([shop.close(), billing.close()]));

const probe = (service: BreakableService, title: string, severity: number) => ({
  kind: 'http',
  url: `${service.address}/health`,
  interval: '1s',
  timeout: '500ms',
  failures: 2,
  successes: 2,
  severity,
  title,
});
const opened = (title: string) =>
  story.until(async () => {
    const { items } = await story.api<{ items: IncidentSummary[] }>('GET', '/api/v1/incidents');
    return items.find((incident) => incident.title === title);
  });
const postmortem = (id: string, query = '') =>
  story.call<Postmortem>('GET', `/api/v1/incidents/${id}/postmortem${query}`);
const bodyOf = ({ summary, services, timeline, rootCause, resolution, actionItems, evidence }: Postmortem) => ({
  summary,
  services,
  timeline,
  rootCause,
  resolution,
  actionItems,
  evidence,
});
const put = (id: string, body: object, version?: number) =>
  story.call<Postmortem & { code: string }>('PUT', `/api/v1/incidents/${id}/postmortem`, body, {
    ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
  });

describe('a switch fails, and two services with it', () => {
  it('two incidents become one, it is handled, written up, and counted once', async () => {
    await begin('architect', {
      probes: { shop: probe(shop, 'Shop is down', 1), billing: probe(billing, 'Billing <is> down', 2) },
    });
    await staff('architect');
    shop.break();
    const one = await opened('Shop is down');
    billing.break();
    const two = await opened('Billing <is> down');
    expect(await read(one.id)).toMatchObject({ phase: { name: 'respond', fromMs: 0, untilMs: 5 * MINUTE_MS } });

    await pass(2);
    await act(one.id, 'ack');
    await act(two.id, 'merge', { into: one.number, reason: 'both hang on switch 7' });
    await pass(8);
    expect(await read(one.id)).toMatchObject({ phase: { name: 'mitigate' } });
    await act(one.id, 'status', { status: 'identified', reason: 'switch 7 lost its power supply' });
    await pass(10);
    await act(one.id, 'status', { status: 'mitigated', reason: 'moved both to switch 8' });
    for (const service of [shop, billing]) service.repair();
    await story.until(async () => (await read(one.id)).status === 'resolved');
    const incident = await read(one.id);

    // The record tells the story.
    const drafted = await postmortem(one.number);
    const draft = drafted.body;
    expect(draft).toMatchObject({
      number: one.number,
      version: 0,
      writtenBy: null,
      severity: { label: 'P1' },
      services: ['shop', 'billing'],
      rootCause: 'switch 7 lost its power supply',
      durationMs: Date.parse(incident.resolvedAt!) - Date.parse(incident.openedAt),
    });
    const moments = draft.timeline.filter(({ moment }) => moment !== 'note');
    expect(moments.map(({ moment }) => moment)).toEqual([
      'alert',
      'acknowledged',
      'root-cause',
      'mitigated',
      'restored',
    ]);
    expect(draft.timeline.map(({ at }) => at)).toEqual(draft.timeline.map(({ at }) => at).sort());
    expect(draft.resolution).toContain('- moved both to switch 8');
    expect(draft.actionItems.map(({ text }) => text)).toEqual([
      'Fix root cause',
      'Update monitoring',
      'Update runbooks',
      'Schedule post-mortem',
    ]);

    expect(draft.evidence.map(({ kind, ref }) => [kind, ref])).toEqual(
      incident.findings.map(({ id }) => ['finding', id]),
    );
    const named = async (evidence: object[]) => (await put(one.id, { ...bodyOf(draft), evidence }, 0)).body;
    const foreign = '0'.repeat(26);
    expect(await named([{ kind: 'finding', text: 'x', ref: `fnd_${foreign}` }])).toMatchObject({
      code: 'postmortem.evidence-foreign',
      detail: expect.stringContaining(`is no finding of ${one.number}`),
    });
    expect(await named([{ kind: 'run', text: 'x', ref: `run_${foreign}` }])).toMatchObject({
      code: 'postmortem.evidence-foreign',
    });
    expect(await named([{ kind: 'link', text: 'x', url: 'javascript:alert(1)' }])).toMatchObject({
      code: 'request.invalid',
    });

    // People write it; nobody writes over what somebody else wrote meanwhile.
    const actionItems = [{ text: 'Second power supply', owner: 'ada', due: '2026-03-15', done: false }];
    const first = await put(one.id, { ...bodyOf(draft), actionItems }, 0);
    expect(first).toMatchObject({ status: 200, body: { version: 1, actionItems } });
    expect(await put(one.id, bodyOf(draft), 0)).toMatchObject({ status: 412, body: { code: 'precondition.failed' } });
    const wicked = '# Why\n<script>alert(1)</script> **bold** `code`\n- [x](javascript:alert(1))';
    expect(await put(one.id, { ...first.body, rootCause: wicked })).toMatchObject({ status: 400 });
    const second = await put(one.id, { ...bodyOf(first.body), rootCause: wicked }, 1);
    expect(second.body).toMatchObject({ version: 2, writtenBy: 'cli:local', writtenAt: expect.any(String) });
    expect((await postmortem(one.id, '?version=1')).body.rootCause).toBe('switch 7 lost its power supply');
    expect((await postmortem(one.id, '?version=9')).status).toBe(404);
    const raced = await Promise.all([1, 2, 3].map(() => put(one.id, bodyOf(second.body), 2)));
    expect(raced.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const versions = await story.api<{ items: { version: number }[] }>(
      'GET',
      `/api/v1/incidents/${one.id}/postmortem/versions`,
    );
    expect(versions.items.map(({ version }) => version)).toEqual([3, 2, 1]);
    for (const text of ['a\u0000b', '\u001b[31m', 'half \ud83d'])
      expect((await put(one.id, { rootCause: text })).status).toBe(400);

    const html = await story.call<string>('GET', `/api/v1/incidents/${one.id}/postmortem`, undefined, {
      accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
    });
    expect(html.contentType).toContain('text/html');
    expect(html.body).toContain('&#60;script&#62;alert(1)&#60;/script&#62; <strong>bold</strong> <code>code</code>');
    expect(html.body).not.toMatch(/<script|href="javascript/i);
    const markdown = await story.call<string>('GET', `/api/v1/incidents/${one.id}/postmortem?format=markdown`);
    expect(markdown.contentType).toContain('text/markdown');
    for (const part of [
      `# ${one.number}: Shop is down`,
      '- **Severity**: P1',
      '- **Services Affected**: shop, billing',
      '- Alert triggered: ',
      '- Service restored: ',
      '- [ ] Second power supply (owner: ada, due: 2026-03-15)',
      `(${incident.findings[0]!.id})`,
    ])
      expect(markdown.body.replace(/- \d\d:\d\d - /g, '- ')).toContain(part);
    expect(markdown.body).toContain('Billing \\<is\\> down');

    // Counted once, by the clock of the one that went on.
    const late = await declare(2);
    await pass(20);
    await act(late.id, 'ack');
    const settled = await story.until(async () => {
      const pages = [...(await read(one.id)).pages, ...(await read(late.id)).pages];
      return pages.some(({ state }) => state === 'queued' || state === 'sending') ? null : pages;
    });
    const measures = await story.api<IncidentMeasures>('GET', '/api/v1/incidents/measures');
    const ackOf = (each: Incident) => Date.parse(each.acknowledgedAt!) - Date.parse(each.openedAt);
    const lateNow = await read(late.id);
    expect(measures.all).toMatchObject({
      incidents: 2,
      open: 1,
      toAcknowledge: { count: 2, meanMs: Math.round((ackOf(incident) + ackOf(lateNow)) / 2) },
      toResolve: { count: 1, meanMs: draft.durationMs },
      response: { attained: 1, missed: 1, ratio: 0.5 },
    });
    expect(measures.bySeverity.map(({ label, response }) => [label, response.ratio])).toEqual([
      ['P1', 1],
      ['P2', 0],
    ]);
    // One that was taken up and stopped before it left reached nobody.
    const left = ['sent', 'uncertain', 'delivered', 'acked'];
    const pagesOf = (to: string) => settled.filter((page) => page.to === to && left.includes(page.state));
    const ada = measures.people.find(({ name }) => name === 'ada');
    expect(ada?.pages).toBe(pagesOf('ada').length);
    expect(measures.shifts).toMatchObject([
      { schedule: 'primary', busiest: [expect.objectContaining({ user: 'ada', pages: ada?.pages })] },
    ]);
    expect(
      (await story.call('GET', '/api/v1/incidents/measures?from=2026-03-02T00:00:00.000Z&to=2026-03-01T00:00:00.000Z'))
        .status,
    ).toBe(400);
    expect((await story.call('GET', '/api/v1/incidents/measures?from=2020-03-02T00:00:00.000Z')).status).toBe(400);
    expect(await story.api('GET', '/api/v1/audit/verify')).toMatchObject({ ok: true });
  });
});

describe('on the command line', () => {
  it('incidents are merged, written up and measured', async () => {
    await begin('architect');
    const [one, two] = [await declare(2), await declare(3)];
    const holdfast = async (...args: string[]) => {
      const environment = { HOLDFAST_DATA: join(story.folder, 'data'), COLUMNS: '100' };
      return runHoldfast(args, { cwd: story.folder, environment });
    };
    const merged = await holdfast('incident', 'merge', two.number, '--into', one.number, '--reason', 'the same');
    expect(merged).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${two.number} is part of ${one.number}`),
    });
    const shown = await holdfast('incident', 'show', two.number);
    expect(shown.stdout).toContain(`${one.number}: go on there`);
    expect((await holdfast('incident', 'show', one.number)).stdout).toContain(two.number);
    expect(await holdfast('incident', 'merge', one.number, '--into', two.number, '--reason', 'no')).toMatchObject({
      code: 2,
    });
    expect((await holdfast('incident', 'postmortem', one.number)).stdout).toContain('### Root Cause');
    const json = await holdfast('incident', 'postmortem', one.number, '--json');
    const written = { ...JSON.parse(json.stdout), rootCause: 'a full disk' };
    writeFileSync(join(story.folder, 'written.json'), JSON.stringify(written));
    const write = () => holdfast('incident', 'postmortem', one.number, '--write', 'written.json');
    expect(await write()).toMatchObject({ code: 0, stdout: expect.stringContaining('version 1') });
    // The file was read at version 0, which is not the newest any more.
    expect(await write()).toMatchObject({ code: 2, stderr: expect.stringContaining('somebody else') });
    writeFileSync(join(story.folder, 'written.json'), '{"root_cause": "x"}');
    expect(await write()).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown: root_cause') });
    expect((await holdfast('incident', 'postmortem', one.number)).stdout).toContain('a full disk');
    // The clock of the story is not that of the command line.
    const measured = await holdfast('incident', 'measures', '--from', '2026-03-01T00:00Z', '--to', '2026-03-02T00:00Z');
    expect(measured.stdout).toMatch(/^1 incident, /);
    expect(await holdfast('incident', 'related', one.number)).toMatchObject({ code: 0 });
  });
});
