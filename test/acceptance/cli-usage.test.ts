import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { displayWidth } from '../../src/cli/terminal/display-width.ts';
import { type CliOptions, parseJson, runHoldfast } from './cli-process.ts';
import { listDocumentedCommands } from './cli-reference.ts';

// Each command is a process of its own, and machines of continuous integration are busy.
vi.setConfig({ testTimeout: 60_000 });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-usage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const holdfast = (args: string[], options: Partial<CliOptions> = {}) => runHoldfast(args, { cwd: folder, ...options });
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/runbooks/${name}`, import.meta.url));

describe('help', () => {
  it('of every command and subcommand says what it does and ends with an example of itself', async () => {
    const all = await listDocumentedCommands();
    expect(all.length).toBeGreaterThan(55);
    for (const { name, help, summary } of all) {
      expect(summary, name).not.toBe('');
      const examples = help.split(/\nExamples?:\n/)[1] ?? '';
      expect(examples, name).toContain(`holdfast ${name}`);
    }
  });

  it('is what the documentation says, word for word', async () => {
    const documented = readFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), 'utf8');
    for (const { reference } of await listDocumentedCommands()) expect(documented).toContain(reference);
  });

  it('is printed by the real program, exit code 0', async () => {
    for (const names of [COMMANDS.slice(0, 8), COMMANDS.slice(8)]) {
      await Promise.all(
        names.map(async ({ name }) => {
          const { code, stdout, stderr } = await holdfast([name, '--help']);
          expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
          expect(stdout).toContain(`Usage: holdfast ${name}`);
          expect(stdout).toMatch(/\nExamples?:\n {2}\S/);
          expect(stdout).toMatch(/--json, --no-color, --quiet,\s--config, --data, --server, --token/);
        }),
      );
    }
  });

  it('is there without a command, behind `help`, and fits a narrow window', async () => {
    const [bare, named, narrow] = await Promise.all([
      holdfast([]),
      holdfast(['help', 'incident']),
      holdfast(['incident', 'declare', '--help'], { environment: { COLUMNS: '60' } }),
    ]);
    expect(bare.code).toBe(0);
    for (const { name } of COMMANDS) expect(bare.stdout).toContain(`  ${name} `);
    expect(named).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: holdfast incident') });
    const body = narrow.stdout.split('Example')[0]!;
    expect(Math.max(...body.split('\n').map(displayWidth))).toBeLessThanOrEqual(60);
  });
});

describe('what is mistyped', () => {
  it.concurrent.each([
    [['incidnet', 'ls'], "unknown command 'incidnet'; did you mean incident?", 'holdfast --help'],
    [['run', 'folow', 'run_1'], "unknown command 'folow'; did you mean follow?", 'holdfast run --help'],
    [['incident', 'ls', '--jsn'], "unknown option '--jsn'; did you mean --json?", 'holdfast incident ls --help'],
    [
      ['finding', 'ls', '--severty', '1'],
      "unknown option '--severty'; did you mean --severity?",
      'holdfast finding ls --help',
    ],
    [
      ['incident', 'status', 'INC-1', 'fixed'],
      "value 'fixed' is invalid for argument 'status'",
      'holdfast incident status --help',
    ],
    [['incident'], 'needs one of: ls, show', 'holdfast incident --help'],
    [['finding', 'mute', 'fnd_1'], "required option '--reason <text>' not specified", 'holdfast finding mute --help'],
    [['run', 'answer', 'run_1'], 'give --value, --option, --done or --not-done', 'holdfast run answer --help'],
    [
      ['key', 'create', 'ci', '--role', 'viewer', '--expires-in', '3 weeks'],
      'Write a duration',
      'holdfast key create --help',
    ],
  ])('%j: exit code 2, what is wrong and where to look', async (args, message, hint) => {
    const { code, stdout, stderr } = await holdfast(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });

  it('is one line of JSON for programs', async () => {
    const { code, stdout, stderr } = await holdfast(['incident', 'lss', '--json']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'usage', kind: 'invalid', message: expect.stringContaining('ls'), hint: expect.any(String) },
    });
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('without a server', () => {
  it('says so with exit code 3 and what to do', async () => {
    const [plain, json] = await Promise.all([holdfast(['incident', 'ls']), holdfast(['incident', 'ls', '--json'])]);
    expect(plain).toMatchObject({ code: 3, stdout: '' });
    expect(plain.stderr).toContain(join(folder, 'data'));
    expect(plain.stderr).toContain('holdfast serve');
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stderr).error).toMatchObject({ code: 'server.none', kind: 'unavailable' });
  });

  it('tells a server that is gone, an address nobody listens on, and one that is no Holdfast', async () => {
    const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const data = join(folder, 'stale');
    mkdirSync(data);
    writeFileSync(join(data, 'server.json'), JSON.stringify({ address: 'http://127.0.0.1:1', pid: 1 }));
    try {
      const [gone, nobody, foreign] = await Promise.all([
        holdfast(['incident', 'ls', '--data', data]),
        holdfast(['incident', 'ls', '--server', 'http://127.0.0.1:1']),
        holdfast(['incident', 'ls', '--server', `http://127.0.0.1:${port}`]),
      ]);
      expect(gone).toMatchObject({ code: 3, stderr: expect.stringContaining('has ended without saying so') });
      expect(nobody).toMatchObject({ code: 3, stderr: expect.stringContaining('ECONNREFUSED') });
      expect(foreign).toMatchObject({ code: 3, stderr: expect.stringContaining('may not be a Holdfast server') });
    } finally {
      other.close();
    }
  });

  it('still finds the server of a data folder while the configuration is being repaired', async () => {
    const cwd = join(folder, 'broken');
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'holdfast.yaml'), 'listen: nonsense\n');
    const { code, stderr } = await holdfast(['incident', 'ls'], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain('holdfast validate-config');
  });

  it('lists, reads and plans runbooks', async () => {
    const runbooks = join(folder, 'ops');
    mkdirSync(runbooks);
    writeFileSync(
      join(runbooks, 'pool.md'),
      '# Pool\n\n1. Look\n\n```bash\nps aux | grep <name>\n```\n\n2. Restart\n\n```bash\nsystemctl restart pool\n```\n',
    );
    const [list, shown, planned, bad] = await Promise.all([
      holdfast(['runbook', 'ls', '--runbooks', runbooks, '--json']),
      holdfast(['runbook', 'show', join(runbooks, 'pool.md'), '--json']),
      holdfast(['runbook', 'plan', `${join(runbooks, 'pool.md')}#pool`, '--set', 'name=postgres', '--json']),
      holdfast(['runbook', 'plan', 'pool.md#poll', '--runbooks', runbooks, '--json']),
    ]);
    expect(parseJson<{ items: { path: string }[]; next: null }>(list)).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ path: 'pool.md', problem: null })]),
      next: null,
    });
    const document = parseJson<Record<string, unknown>>(shown);
    expect(Object.keys(document).sort()).toEqual([
      'blocks',
      'file',
      'frontMatter',
      'inputs',
      'procedures',
      'sha256',
      'title',
    ]);
    expect(parseJson(planned)).toMatchObject({
      procedure: 'pool',
      inputs: { name: 'postgres' },
      missingInputs: [],
      steps: [{ risk: 'read' }, { risk: 'change' }],
    });
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.stderr).error).toMatchObject({ code: 'runbook.no-procedure', kind: 'missing' });
  });

  it('shows a long runbook at 60 columns, in ASCII where the locale has nothing else, and quietly into `| head`', async () => {
    const args = ['runbook', 'show', fixture('004_adcb18f331fabb83.txt')];
    const [narrow, ascii, cut] = await Promise.all([
      holdfast(args, { environment: { COLUMNS: '60' } }),
      holdfast(['runbook', 'ls'], { environment: { LANG: 'C', COLUMNS: '60' } }),
      holdfast(['runbook', 'show', 'database-connections.md'], { readBytes: 1 }),
    ]);
    const tooWide = narrow.stdout.split('\n').filter((line) => displayWidth(line) > 60 && !/^ {2}File|#/.test(line));
    expect(tooWide).toEqual([]);
    expect(ascii.code).toBe(0);
    expect(ascii.stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(cut).toMatchObject({ code: 0, stderr: expect.not.stringContaining('EPIPE') });
  });
});

describe('the configuration', () => {
  it('is judged whole: every problem with its place, exit code 2', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'listen: nonsense\nprobs: {}\nretention:\n  events: soon\n');
    const [plain, json, right] = await Promise.all([
      holdfast(['validate-config', 'bad.yaml']),
      holdfast(['validate-config', 'bad.yaml', '--json']),
      holdfast(['validate-config']),
    ]);
    expect(plain.code).toBe(2);
    for (const place of ['bad.yaml:1:', 'bad.yaml:2:', 'bad.yaml:4:']) expect(plain.stdout).toContain(place);
    expect(plain.stdout).toContain('did you mean probes?');
    expect(json.code).toBe(2);
    expect(parseJson<{ problems: unknown[] }>(json)).toMatchObject({ valid: false, warnings: [] });
    expect(parseJson<{ problems: unknown[] }>(json).problems).toHaveLength(3);
    expect(right).toMatchObject({ code: 0, stdout: expect.stringContaining('valid') });
  });

  it('is explained: each value and where it comes from, secrets masked', async () => {
    writeFileSync(
      join(folder, 'good.yaml'),
      'databaseUrl: postgres://ops:hunter2@db.internal/holdfast\nretention: { events: 3d }\n',
    );
    const environment = { HOLDFAST_LISTEN: '127.0.0.1:9000' };
    const explained = await holdfast(['config', 'explain', '--config', 'good.yaml', '--json'], { environment });
    const { items } = parseJson<{ items: { key: string; value: string; source: string }[] }>(explained);
    const of = (key: string) => items.find((item) => item.key === key);
    expect(of('listen')).toMatchObject({ value: '127.0.0.1:9000', source: 'HOLDFAST_LISTEN' });
    expect(of('retention.events')).toMatchObject({ value: '3d', source: expect.stringContaining('good.yaml:2:') });
    expect(of('retention.output')).toMatchObject({ value: '90d', source: 'default' });
    expect(explained.stdout).not.toContain('hunter2');
    const unknown = await holdfast(['config', 'explain', 'retentoin']);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean retention') });
  });

  it('is looked at by the doctor, with everything it can tell without a server', async () => {
    writeFileSync(
      join(folder, 'doctor.yaml'),
      'runbooks: [./gone]\ntargets: { shop: { kind: postgres, url: "postgres://x@127.0.0.1:1/shop" } }\nwebhooks: { pager: { url: "http://no-such-host.invalid/x", secret: 12345678 } }\n'.replace(
        '12345678',
        '"12345678"',
      ),
    );
    const result = await holdfast(['doctor', '--config', 'doctor.yaml', '--data', join(folder, 'nowhere'), '--json']);
    expect(result.code).toBe(1);
    const { ok, items } = parseJson<{ ok: boolean; items: { name: string; state: string; advice: string | null }[] }>(
      result,
    );
    expect(ok).toBe(false);
    const states = Object.fromEntries(items.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({
      node: 'good',
      bash: 'good',
      configuration: 'good',
      'data folder': 'good',
      'target shop': 'bad',
      runbooks: 'bad',
      'webhook pager': 'bad',
    });
    expect(items.filter(({ state, advice }) => state === 'bad' && advice === null)).toEqual([]);
    const broken = await holdfast(['doctor', '--config', 'bad.yaml', '--json']);
    expect(broken.code).toBe(1);
  });
});

it('an audit export and a backup are told from files that are neither', async () => {
  const file = join(folder, 'text.txt');
  writeFileSync(file, 'hello\n');
  const [audit, absent, backup, restored] = await Promise.all([
    holdfast(['audit', 'verify', file, '--json']),
    holdfast(['audit', 'verify', join(folder, 'absent')]),
    holdfast(['backup', 'verify', file]),
    holdfast(['backup', 'restore', file, '--data', join(folder, 'restored')]),
  ]);
  expect(audit.code).toBe(1);
  expect(parseJson(audit)).toMatchObject({ ok: false, problem: 'unreadable' });
  expect(absent).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
  expect(backup).toMatchObject({ code: 2, stderr: expect.stringContaining('not a backup') });
  expect(restored.code).toBe(2);
  expect(() => readFileSync(join(folder, 'restored', 'holdfast.lock.db'))).toThrow('ENOENT');
});
