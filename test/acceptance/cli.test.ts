import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { displayWidth } from '../../src/cli/terminal/display-width.ts';
import type { ApiKey, User } from '../../src/contract/identity.ts';
import type { Incident } from '../../src/contract/incident.ts';
import type { Approval, Run } from '../../src/contract/run.ts';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { type CliOptions, parseJson, runHoldfast } from './cli-process.ts';

// Each command is a process of its own, and machines of continuous integration are busy.
vi.setConfig({ testTimeout: 90_000 });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
const data = join(folder, 'holdfast');
let service: BreakableService;
let server: ServerProcess;

type List<Item> = { items: Item[]; next: string | null };

/** As an operator on the same machine calls it. */
const holdfast = (args: string[], options: Partial<CliOptions> = {}) =>
  runHoldfast(args, { cwd: folder, ...options, environment: { HOLDFAST_DATA: data, ...options.environment } });
const json = async <Value>(args: string[]) => {
  const result = await holdfast([...args, '--json']);
  expect(result, args.join(' ')).toMatchObject({ code: 0 });
  return parseJson<Value>(result);
};

const fence = (language: string, body: string) => `\`\`\`${language}\n${body}\n\`\`\`\n`;
const scratch = join(folder, 'scratch');
const RUNBOOKS: Record<string, string> = {
  'look.md': `# Look\n\n1. Say hello\n\n${fence('bash', `printf 'hello \\033[31mred\\033[0m <name>\\n'; for n in $(seq 3); do echo "line $n"; done`)}`,
  'fail.md': `# Fail\n\n1. Look in vain\n\n${fence('bash', 'ls /no/such/place')}`,
  'remove.md': `# Remove\n\n1. Remove the scratch folder\n\n${fence('bash', `rm -rf ${scratch}`)}`,
  'ask.md': `# Ask\n\n1. Look around\n\n${fence('bash', 'uptime')}\n2. Call the vendor and wait for the word\n\n3. Look again\n\n${fence('bash', 'uptime')}`,
  'slow.md': `# Slow\n\n1. Watch for long\n\n${fence('bash', 'echo begun; sleep 120')}`,
};

beforeAll(async () => {
  service = await startBreakableService();
  mkdirSync(join(folder, 'runbooks'));
  mkdirSync(scratch);
  for (const [name, text] of Object.entries(RUNBOOKS)) writeFileSync(join(folder, 'runbooks', name), text);
  server = await startServerProcess({
    folder,
    config: {
      runbooks: ['./runbooks'],
      probes: {
        service: {
          kind: 'http',
          url: `${service.address}/health`,
          interval: '200ms',
          failures: 2,
          severity: 2,
          title: 'The \u001b[31mservice',
        },
      },
    },
  });
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await service?.close();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

describe('an incident on the command line', () => {
  it('goes from a failing probe to its end', async () => {
    service.break();
    const failing = await holdfast(['probe', 'check', 'service']);
    expect(failing).toMatchObject({ code: 1, stdout: expect.stringMatching(/503|no answer/) });
    let open: List<Incident> = { items: [], next: null };
    while (open.items.length === 0) open = await server.api('GET', '/api/v1/incidents?open=true');
    expect(await json(['incident', 'ls'])).toEqual(open);
    const { number, id } = open.items[0]!;

    const shown = await holdfast(['incident', 'show', number], { environment: { COLUMNS: '60' } });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('nobody has taken it yet');
    // What the first failing answer was; on a busy machine the service may not have answered in time at all.
    expect(shown.stdout).toMatch(/503|no answer/);
    expect(shown.stdout).not.toContain('\u001b');
    expect(shown.stdout.split('\n').length).toBeLessThan(24);
    expect(shown.stderr).toContain(`holdfast incident ack ${number}`);

    expect((await holdfast(['incident', 'ack', number])).stdout).toContain('is taken by');
    await Promise.all([
      holdfast(['incident', 'role', number, 'commander', 'ada']),
      holdfast(['incident', 'note', number, 'Vendor', 'was', 'called']),
    ]);
    await holdfast(['incident', 'severity', number, 'P1', '--reason', 'checkout is down as well']);
    await holdfast(['incident', 'status', number, 'investigating']);
    const early = await holdfast(['incident', 'status', id, 'resolved', '--json']);
    expect(early.code).toBe(2);
    expect(JSON.parse(early.stderr).error).toMatchObject({ kind: 'conflict' });

    const finding = (await json<List<{ id: string }>>(['finding', 'ls'])).items[0]!;
    expect((await holdfast(['finding', 'mute', finding.id, '--reason', 'known'])).stdout).toContain('is muted');
    expect(await json(['finding', 'show', finding.id])).toMatchObject({ status: 'muted', reason: 'known' });
    expect(
      await json(['incident', 'status', number, 'resolved', '--override', '--reason', 'seen to work']),
    ).toMatchObject({ status: 'resolved' });

    const after = await json<Incident>(['incident', 'show', number]);
    expect(after).toMatchObject({ severity: { rank: 1 }, roles: { commander: 'ada' } });
    const timeline = await holdfast(['incident', 'timeline', number]);
    for (const told of ['Vendor was called', 'checkout is down as well', 'seen to work'])
      expect(timeline.stdout).toContain(told);
    expect(await json(['incident', 'ls'])).toEqual({ items: [], next: null });
  });

  it('is declared by hand once, however often the command is repeated', async () => {
    const declare = ['incident', 'declare', '--severity', '3', '--idempotency-key', 'ticket-77', 'Disk', 'is', 'slow'];
    const [first, again] = [await json<Incident>(declare), await json<Incident>(declare)];
    expect(first).toMatchObject({ title: 'Disk is slow', severity: { rank: 3 } });
    expect(again.id).toBe(first.id);
    const missing = await holdfast(['incident', 'show', 'INC-19990101-001', '--json']);
    expect(missing.code).toBe(2);
    expect(JSON.parse(missing.stderr).error).toMatchObject({ kind: 'missing' });
  });
});

describe.concurrent('a run on the command line', () => {
  it('is followed to its end: exit code 0 and its output, without what a terminal would obey', async () => {
    const result = await holdfast(['runbook', 'run', 'look.md', '--set', 'name=ada; echo pwned']);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('hello red');
    expect(result.stdout).toContain('line 3');
    expect(result.stdout).not.toContain('\u001b');
    expect(result.stdout).not.toMatch(/^\W*pwned/m);
    const run = (await json<List<Run>>(['run', 'ls', '--runbook', 'look.md'])).items[0]!;
    const output = await holdfast(['run', 'output', run.id]);
    expect(output).toMatchObject({ code: 0, stdout: expect.stringContaining('line 1\nline 2\nline 3\n') });
    const shown = await holdfast(['run', 'show', run.id], { environment: { COLUMNS: '60' } });
    expect(shown.stdout).toContain('succeeded');
    expect(Math.max(...shown.stdout.split('\n').map(displayWidth))).toBeLessThanOrEqual(60);
  });

  it('that fails ends with exit code 1, and with --json as one object', async () => {
    const result = await holdfast(['runbook', 'run', join(folder, 'runbooks', 'fail.md'), '--json']);
    expect(result.code).toBe(1);
    expect(parseJson<Run>(result)).toMatchObject({
      status: 'failed',
      runbook: 'fail.md',
      steps: [{ status: 'failed' }],
    });
  });

  it('waits for a yes (5), and the only person there is has to type the title', async () => {
    const waiting = await holdfast(['runbook', 'run', 'remove.md']);
    expect(waiting.code).toBe(5);
    expect(waiting.stderr).toContain('holdfast approval approve apr_');
    const approval = (await json<List<Approval>>(['approval', 'ls'])).items[0]!;
    const shown = await holdfast(['approval', 'show', approval.id]);
    expect(shown.stdout).toContain(`rm -rf ${scratch}`);

    const alone = await holdfast(['approval', 'approve', approval.id, '--json']);
    expect(alone.code).toBe(2);
    const { error } = JSON.parse(alone.stderr);
    expect(error).toMatchObject({ code: 'approval.second-confirmation', kind: 'conflict' });
    expect(error.hint).toContain(`--confirm "${approval.effect.title}"`);
    const wrong = await holdfast(['approval', 'approve', approval.id, '--confirm', 'something else']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('is not the title') });
    const granted = await holdfast(['approval', 'approve', approval.id, '--confirm', approval.effect.title]);
    expect(granted).toMatchObject({ code: 0, stdout: expect.stringContaining('Approved') });
    expect((await holdfast(['run', 'follow', approval.runId, '--quiet'])).code).toBe(0);
    const late = await holdfast(['approval', 'reject', approval.id, '--reason', 'too late']);
    expect(late.code).toBe(2);
  });

  it('asks for what is done by hand, is answered, paused, cancelled', async () => {
    const asking = await holdfast(['runbook', 'run', 'ask.md']);
    expect(asking).toMatchObject({ code: 5, stderr: expect.stringContaining('--done') });
    const { id } = (await json<List<Run>>(['run', 'ls', '--status', 'waiting', '--runbook', 'ask.md'])).items[0]!;
    expect((await holdfast(['run', 'answer', id, '--done', '--reason', 'they know'])).code).toBe(0);
    expect((await holdfast(['run', 'follow', id])).code).toBe(0);
    const over = await holdfast(['run', 'cancel', id, '--json']);
    expect(over.code).toBe(2);

    const second = await json<Run>(['runbook', 'run', 'ask.md', '--no-follow']);
    expect((await holdfast(['run', 'follow', second.id])).code).toBe(5);
    expect(await json(['run', 'pause', second.id])).toMatchObject({ status: 'paused' });
    expect((await holdfast(['run', 'follow', second.id])).code).toBe(5);
    expect(await json(['run', 'resume', second.id])).toMatchObject({ status: 'waiting' });
    expect(await json(['run', 'cancel', second.id, '--reason', 'not today'])).toMatchObject({ status: 'cancelled' });
    expect((await holdfast(['run', 'follow', second.id])).code).toBe(1);
  });

  it('goes on when whoever watches it interrupts (130)', async () => {
    const interrupted = await holdfast(['runbook', 'run', 'slow.md'], { interruptAfter: 'begun' });
    expect(interrupted).toMatchObject({ code: 130, stderr: expect.stringContaining('holdfast run follow run_') });
    const { id } = (await json<List<Run>>(['run', 'ls', '--status', 'running', '--runbook', 'slow.md'])).items[0]!;
    await holdfast(['run', 'cancel', id]);
    expect((await holdfast(['run', 'follow', id])).code).toBe(1);
  });

  it('is refused with every input that is missing, and for a file the server does not have', async () => {
    writeFileSync(join(folder, 'other.md'), '# Other\n\n1. Look\n\n```bash\nuptime\n```\n');
    const [inputs, absent] = await Promise.all([
      holdfast(['runbook', 'run', 'look.md', '--json']),
      holdfast(['runbook', 'run', 'other.md', '--json']),
    ]);
    expect(inputs.code).toBe(2);
    expect(JSON.parse(inputs.stderr).error).toMatchObject({
      code: 'run.missing-inputs',
      hint: expect.stringContaining('--set name='),
    });
    expect(absent.code).toBe(2);
    expect(JSON.parse(absent.stderr).error).toMatchObject({ code: 'runbook.missing' });
  });
});

describe.concurrent('who may do what', () => {
  it('keys are made, used elsewhere, rotated and revoked; a role that is too small is exit code 4', async () => {
    const made = await holdfast(['key', 'create', 'ci', '--role', 'viewer', '--quiet']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const token = made.stdout.trim();
    const as = (secret: string, ...args: string[]) =>
      holdfast([...args, '--server', server.address, '--json'], { environment: { HOLDFAST_TOKEN: secret } });
    const [seen, refused, nobody] = await Promise.all([
      as(token, 'incident', 'ls'),
      as(token, 'incident', 'declare', 'x y z'),
      as('hf_0000', 'incident', 'ls'),
    ]);
    expect(seen.code).toBe(0);
    expect(refused.code).toBe(4);
    expect(JSON.parse(refused.stderr).error).toMatchObject({ code: 'access.denied', kind: 'denied' });
    expect(nobody.code).toBe(4);

    const rotated = await json<{ key: ApiKey; secret: string }>(['key', 'rotate', 'ci', '--overlap', '1h']);
    expect((await as(rotated.secret, 'probe', 'ls')).code).toBe(0);
    expect((await holdfast(['key', 'revoke', 'ci'])).stdout).toContain(rotated.key.id);
    const keys = await json<List<ApiKey>>(['key', 'ls']);
    expect(keys.items.map((key) => key.revokedAt !== null)).toEqual([true, false]);
    expect((await holdfast(['key', 'ls'])).stdout).not.toContain(token);
  });

  it('the local token goes to the local server only', async () => {
    const foreign = await startBreakableService();
    try {
      const result = await holdfast(['incident', 'ls', '--server', foreign.address, '--json']);
      expect(JSON.parse(result.stderr).error.message).toContain('may not be a Holdfast server');
      const local = await holdfast(['incident', 'ls', '--server', server.address]);
      expect(local.code).toBe(0);
    } finally {
      await foreign.close();
    }
  });

  it('people are invited, changed and given links', async () => {
    const invited = await holdfast(['user', 'create', 'ada', '--role', 'operator']);
    expect(invited.stdout).toMatch(/^http:\/\/\S+\/sign-in#token=hfl_\w+\n$/);
    expect(await json<User>(['user', 'role', 'ada', 'approver'])).toMatchObject({ name: 'ada', role: 'approver' });
    expect(await json<User>(['user', 'disable', 'ada'])).toMatchObject({ disabled: true });
    expect((await holdfast(['user', 'reset-link', 'ada'])).code).toBe(2);
    await holdfast(['user', 'enable', 'ada']);
    expect((await holdfast(['user', 'reset-link', 'ada'])).stdout).toContain('#token=');
    expect((await holdfast(['user', 'role', 'nobody', 'admin'])).code).toBe(2);
    expect((await holdfast(['user', 'ls'])).stdout).toMatch(/ada\s+! invited\s+approver/);
  });

  it('the record is listed, proved and exported, and an export that was edited is found out', async () => {
    const file = join(folder, 'audit.jsonl');
    const page = await json<List<{ kind: string }>>(['audit', 'ls', '--kind', 'key.created', '--limit', '1']);
    expect(page.items).toHaveLength(1);
    expect(page.next).not.toBeNull();
    expect((await holdfast(['audit', 'verify'])).code).toBe(0);
    await holdfast(['audit', 'export', file]);
    expect((await holdfast(['audit', 'verify', file])).code).toBe(0);
    const edited = await holdfast(['audit', 'verify', '-', '--json'], {
      input: readFileSync(file, 'utf8').replace('ada', 'eve'),
    });
    expect(edited.code).toBe(1);
    expect(parseJson(edited)).toMatchObject({ ok: false, problem: 'edited' });
  });
});

describe('Holdfast itself', () => {
  it('is examined by the doctor beside its server, without touching its database', async () => {
    const result = await holdfast(['doctor', '--config', join(folder, 'holdfast.yaml'), '--json']);
    const { items } = parseJson<{ items: { name: string; state: string; text: string }[] }>(result);
    const states = Object.fromEntries(items.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({
      server: 'good',
      'server: database': 'good',
      database: 'skipped',
      'data folder': 'good',
    });
    expect(result.code).toBe(0);
  });

  it('is backed up while it runs and restored beside it, where the record still proves itself', async () => {
    const file = join(folder, 'backup.tar.zst');
    const restored = join(folder, 'restored');
    const made = await json<{ tables: { name: string; sha256: string }[] }>(['backup', 'create', file]);
    expect((await holdfast(['backup', 'verify', file])).code).toBe(0);
    expect((await json<List<{ file: string }>>(['backup', 'ls', folder])).items).toMatchObject([{ file }]);
    const busy = await holdfast(['backup', 'restore', file, '--force-into-nonempty', '--json']);
    expect(busy.code).toBe(2);
    expect(JSON.parse(busy.stderr).error).toMatchObject({ code: 'data.in-use' });

    const loaded = await json<{ tables: unknown; masterKey: string }>(['backup', 'restore', file, '--data', restored]);
    expect(loaded.tables).toEqual(made.tables);
    expect(loaded.masterKey).toBe('missing');
    const again = await holdfast(['backup', 'restore', file, '--data', restored, '--json']);
    expect(again.code).toBe(2);
    expect(JSON.parse(again.stderr).error).toMatchObject({ code: 'restore.not-empty' });

    // A lost administrator, and a server that died without a word: the link is made in the database itself.
    writeFileSync(join(restored, 'server.json'), JSON.stringify({ address: 'http://127.0.0.1:1', pid: 1 }));
    const link = await holdfast(['user', 'reset-link', 'ada', '--data', restored]);
    expect(link).toMatchObject({ code: 0, stdout: expect.stringContaining('#token=hfl_') });
    const status = await holdfast(['migrate', 'status', '--data', restored, '--json']);
    expect(status.code).toBe(0);
  });
});
