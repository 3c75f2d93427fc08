import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NASTY, QUOTING_CONTEXTS, rewrite } from '../../../../test/harness/quoting-contexts.ts';
import { programOnPath, requireServer } from '../../../../test/harness/require-server.ts';
import { requireSshd, startSshd, type TestSshd } from '../../../../test/harness/servers/sshd.ts';
import { stepExecution } from '../../../../test/harness/step-execution.ts';
import { stopSyntaxThread } from '../../../act/runbooks/syntax/parse-syntax.ts';
import type { StepExecution } from '../../../act/runs/index.ts';
import { findProcessesByToken } from '../../../platform/process/kill-by-token.ts';
import { createShellExecutor } from '../shell-executor.ts';
import { lookAtHost } from './look-at-host.ts';
import { clientToken } from './ssh-client.ts';
import type { SshTarget } from './ssh-settings.ts';

type Rest = Partial<Omit<StepExecution, 'action'>> & { parameters?: Record<string, string>; carries?: string[] };

const { there, skipUnlessThere } = await requireSshd();
const bubblewrap = await requireServer('bubblewrap', programOnPath('bwrap'));
/** Longer than a login takes, also on a machine that does much else. */
const SOON = { timeout: 10_000 };
const executor = createShellExecutor({ environment: { PATH: process.env['PATH'], HOME: '/tmp' } });
let server: TestSshd;
let folder: string;
beforeAll(async () => {
  if (!there) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-ssh-test-'));
  // A host without /dev/fd, whose login shell talks.
  const forced = join(folder, 'bare-host');
  const bare = 'bwrap --bind / / --tmpfs /dev --dev-bind /dev/null /dev/null --proc /proc';
  writeFileSync(
    forced,
    `#!/bin/sh\necho Welcome; echo 'Mind the gap' >&2\nexec ${bare} /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n`,
    { mode: 0o755 },
  );
  server = await startSshd({ forcedCommand: forced });
});
afterAll(async () => {
  await stopSyntaxThread();
  if (!there) return;
  await server.stop();
  for (const path of [folder, ...leftFolders()]) rmSync(path, { recursive: true, force: true });
});
beforeEach(skipUnlessThere);

const target = (changed: Partial<SshTarget> = {}): SshTarget => {
  const { host, port, user, identityFile, knownHostsFile } = server;
  const own = { name: 'web-1', kind: 'ssh' as const, host, port, user, identityFile, knownHostsFile };
  return { ...own, agentSocket: null, jumps: [], ...changed };
};
function begin(script: string, { parameters = {}, carries = [], ...rest }: Rest = {}) {
  const made = stepExecution({ kind: 'shell' as const, script, parameters, carries }, {
    target: target(),
    ...rest,
  } as never);
  return { ...made, result: executor.execute(made.execution) };
}
async function run(script: string, rest: Rest = {}) {
  const { result, output } = begin(script, rest);
  const ended = await result;
  return { ...ended, output: output() };
}
const attemptFolders = () =>
  ['/dev/shm', '/tmp'].flatMap((place) =>
    (existsSync(place) ? readdirSync(place) : [])
      .filter((name) => /^holdfast-step-[0-9a-f]{32}$/.test(name))
      .map((name) => join(place, name)),
  );
const foldersBefore = new Set(attemptFolders());
/** Folders of attempts that the far side keeps since this file began. */
const leftFolders = () => attemptFolders().filter((path) => !foldersBefore.has(path));

describe('a script on another host', () => {
  it('runs as it would here: no stdin, errors among output, its lines by their numbers, its exit code, values handed on', async () => {
    const script = 'cat\necho "$LINENO $SSH_CONNECTION" >&2\nX="a\nb"\nyes | head -1\nexec 9>&1; echo "$0" >/dev/null';
    expect(await run(script, { carries: ['X'] })).toMatchObject({
      outcome: 'succeeded',
      exitCode: 0,
      outputs: { X: 'a\nb' },
      output: expect.stringMatching(/^2 127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+\ny\n$/),
    });
    expect(await run('true | (exit 3) | cat')).toMatchObject({
      outcome: 'failed',
      reason: 'exit code 3 (pipe stages: 0 3 0)',
    });
    expect(await run('exit 255')).toMatchObject({ outcome: 'failed', exitCode: 255, reason: 'exit code 255' });
    expect(await run('grep -q zz /etc/hostname', { observing: true })).toMatchObject({
      outcome: 'succeeded',
      reason: 'answered "no" with exit code 1',
    });
    expect(await run('kill -9 $$')).toMatchObject({ outcome: 'failed', reason: 'ended by SIGKILL', uncertain: true });
    expect(leftFolders()).toEqual([]);
  });

  it('with a syntax error runs nothing', async () => {
    const file = join(folder, 'touched');
    expect(await run('touch "$F"\nif true; then', { parameters: { F: 'f' }, inputs: { f: file } })).toMatchObject({
      outcome: 'failed',
      reason: 'bash cannot read the script; nothing of it ran',
      output: expect.stringContaining('line 3'),
    });
    expect(existsSync(file)).toBe(false);
  });

  it('tells its output as it comes, and more of it than any buffer holds', async () => {
    const { result, output, stop } = begin('printf begun; sleep 60');
    await expect.poll(output, SOON).toBe('begun');
    stop.abort('cancel');
    expect((await result).outcome).toBe('cancelled');
    const { output: much } = await run('seq 1 400000; echo end >&2');
    expect(much.length).toBe(2_688_895 + 4);
    expect(much.endsWith('400000\nend\n')).toBe(true);
  });

  it('gets every parameter whole in every context, and none becomes code', async () => {
    const own = join(folder, 'contexts');
    let script = `mkdir ${own} && cd ${own}\n`;
    const parameters: Record<string, string> = {};
    for (const context of QUOTING_CONTEXTS) {
      const rewritten = await rewrite(context.script);
      if (!rewritten.ok) throw new Error(rewritten.reason);
      script += `(\n${rewritten.script}\n)\nprintf '\\0'\n`;
      for (const variable of Object.keys(rewritten.parameters)) parameters[variable] = 'in';
    }
    const { output } = await run(script, { parameters, inputs: { in: NASTY } });
    const printed = output.split('\0').slice(0, -1);
    expect(Object.fromEntries(QUOTING_CONTEXTS.map(({ name }, index) => [name, printed[index]]))).toEqual(
      Object.fromEntries(QUOTING_CONTEXTS.map(({ name, prints }) => [name, prints(NASTY)])),
    );
    expect(readdirSync(own)).toEqual([]);
  });

  it('gets every value whole, whatever it is and whatever its variable is called', async () => {
    const value = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 60, maxLength: 60 }), async (values) => {
        const inputs = Object.fromEntries(values.map((each, index) => [`in${index}`, each]));
        const parameters = Object.fromEntries(values.map((_each, index) => [`V${index}`, `in${index}`]));
        const script = values.map((_each, index) => `printf '%s\\0' "$V${index}"`).join('\n');
        const { output } = await run(script, { parameters, inputs });
        expect(output.split('\0').slice(0, -1)).toEqual(values.map((each) => Buffer.from(each).toString()));
      }),
      { numRuns: 2 },
    );
    const awkward = { IFS: 'x', PATH: '/usr/bin:/bin:/own', BASH: 'no', HOME: '/h', LC_ALL: 'C', UID: '7', i: 'j' };
    expect(await run('printf "%s " "$PATH" "$HOME" "$i"; declare -p IFS', { variables: awkward })).toMatchObject({
      outcome: 'succeeded',
      output: expect.stringMatching(/^\/usr\/bin:\/bin:\/own \/h j declare -/),
    });
  });

  it('shows neither itself nor a value to others: not on a command line, not in a file', async () => {
    const script = `grep -alz zebra-crossing /proc/[0-9]*/cmdline || echo nowhere
      ls -A {/dev/shm,/tmp}/holdfast-step-???????????????????????????????? 2>/dev/null | grep -v : || echo nothing`;
    const { output, outcome } = await run(script, {
      parameters: { SECRET: 's' },
      inputs: { s: 'zebra-crossing' },
      observing: true,
    });
    expect({ outcome, output }).toEqual({
      outcome: 'succeeded',
      output: expect.stringMatching(/nowhere\n(.*\n)*nothing\n$/),
    });
  });

  it('runs where there is no /dev/fd, and where the login shell talks before', async (context) => {
    bubblewrap.skipUnlessThere(context);
    const ended = await run('ls /dev; yes | head -1\necho "$LINENO $V"', {
      target: target({ port: server.forcedPort }),
      parameters: { V: 'v' },
      inputs: { v: NASTY },
    });
    expect(ended).toMatchObject({ outcome: 'succeeded', output: expect.stringMatching(/^null\ny\n2 a b {2}c"/) });
    expect(leftFolders()).toEqual([]);
  });

  it('is reached through other hosts', async () => {
    const { name: _name, kind: _kind, jumps: _jumps, ...endpoint } = target();
    const jumps = [{ name: 'bastion', ...endpoint }];
    expect(await run('echo there', { target: target({ jumps }) })).toMatchObject({ output: 'there\n' });
    const closed = [{ name: 'bastion', ...endpoint, port: 1 }];
    expect((await run('echo there', { target: target({ jumps: closed }) })).reason).toMatch(
      /^target web-1: .*port 1: Connection refused/,
    );
  });

  it('does not wait for a process it left in the background', async () => {
    const { execution, result } = begin('sleep 60 &\necho done');
    expect(await result).toMatchObject({ outcome: 'succeeded' });
    expect(findProcessesByToken(execution.token)).toHaveLength(1);
    expect(await executor.stopLeftovers({ token: execution.token, process: null, target: target() })).toBeNull();
    expect(findProcessesByToken(execution.token)).toEqual([]);
  });
});

describe('a host', () => {
  it('is looked at as a step sees it', async () => {
    const own = { PATH: process.env['PATH'] };
    expect(await lookAtHost(target(), own)).toEqual({
      reached: true,
      bash: expect.stringMatching(/^\d+\.\d+/),
      account: server.user,
      seesProcesses: true,
    });
    const away = { reached: false, why: expect.stringContaining('Connection refused') };
    expect(await lookAtHost(target({ port: 1 }), own)).toEqual(away);
  });
});

describe('a host that cannot be trusted or reached', () => {
  it('is told from one that can, and nothing is run', async () => {
    const unknown = join(folder, 'unknown');
    const changed = join(folder, 'changed');
    const other = join(folder, 'other');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    writeFileSync(unknown, '');
    writeFileSync(changed, `[127.0.0.1]:${server.port} ${readFileSync(`${other}.pub`, 'utf8')}`);
    const begun: unknown[] = [];
    const reasonOf = async (change: Partial<SshTarget>) => {
      const ended = await run('echo never', {
        target: target(change),
        confirmStart: async (it) => void begun.push(it),
      });
      expect(ended).toMatchObject({ outcome: 'failed', exitCode: null, output: '' });
      expect(ended).not.toHaveProperty('uncertain');
      return ended.reason;
    };
    expect(await reasonOf({ knownHostsFile: unknown })).toMatch(/is not in its known-hosts file .*ssh-keyscan/);
    expect(readFileSync(unknown, 'utf8')).toBe('');
    expect(await reasonOf({ knownHostsFile: changed })).toMatch(/is not the one in its known-hosts file .*in between/);
    expect(await reasonOf({ identityFile: other })).toMatch(/does not accept the key of .*other: add its public half/);
    expect(await reasonOf({ identityFile: join(folder, 'absent') })).toMatch(
      /identityFile is .*absent, which does not/,
    );
    expect(await reasonOf({ port: 1 })).toMatch(/port 1: Connection refused/);
    expect(begun).toEqual([]);
    const lame = createShellExecutor({ environment: { PATH: '/nowhere' } });
    const { execution } = stepExecution({ kind: 'shell', script: 'true', parameters: {} }, { target: target() });
    expect((await lame.execute(execution)).reason).toMatch(/no program ssh on the PATH: install/);
  });
});

describe('a script on another host that does not end', () => {
  const stubborn = `trap "" TERM
    setsid bash -c 'trap "" TERM; while true; do sleep 0.05; done' &
    echo begun; while true; do sleep 0.05; done`;

  it('is ended there at its time limit, also what ignores TERM and what left its group', async () => {
    const { execution, result } = begin(stubborn, { timeoutMs: 300 });
    expect(await result).toMatchObject({ outcome: 'timed-out', reason: 'not done after 0.3 s: ended' });
    expect(findProcessesByToken(execution.token)).toEqual([]);
  });

  it('is asked with TERM first, so that it can tidy up', async () => {
    const script = 'trap "echo tidied; exit 0" TERM\necho begun\nwhile true; do sleep 0.02; done';
    const { result, stop, output } = begin(script);
    await expect.poll(output, SOON).toBe('begun\n');
    stop.abort('cancel');
    expect(await result).toMatchObject({ outcome: 'cancelled' });
    expect(output()).toContain('tidied\n');
  });

  it('is in doubt when its connection is lost, and does not run on', async () => {
    const { execution, result, output } = begin('echo begun; setsid sleep 60 & sleep 60');
    await expect.poll(output, SOON).toBe('begun\n');
    const [client] = findProcessesByToken(clientToken(execution.token));
    process.kill(client ?? 0, 'SIGKILL');
    expect(await result).toMatchObject({
      outcome: 'failed',
      uncertain: true,
      reason: expect.stringMatching(
        /^the connection to web-1 was lost while it ran .*what was left .* has been ended$/,
      ),
    });
    expect(findProcessesByToken(execution.token)).toEqual([]);
  });

  it('is ended by its token at a takeover, also when nobody watches over it there any more', async () => {
    const { execution, result, output } = begin('echo "begun $PPID"; setsid sleep 60 & sleep 60');
    await expect.poll(output, SOON).toMatch(/begun \d+\n/);
    process.kill(Number(output().split(' ')[1]), 'SIGKILL');
    expect(await executor.stopLeftovers({ token: execution.token, process: null, target: target() })).toBeNull();
    expect(findProcessesByToken(execution.token)).toEqual([]);
    expect(await result).toMatchObject({ outcome: 'failed', uncertain: true });
    const away = target({ port: 1 });
    expect(await executor.stopLeftovers({ token: execution.token, process: null, target: away })).toBe('web-1');
  });

  it('does not begin late, after it was ended', async () => {
    const token = `late-${Date.now()}`;
    await executor.stopLeftovers({ token, process: null, target: target() });
    expect(await run('echo never', { token })).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('had been ended there before it began'),
      output: '',
    });
  });
});

describe('the gate of another host', () => {
  it('lets nothing run before the client is on record, and nothing at all when the run is lost', async () => {
    const file = join(folder, 'gate');
    const parameters = { F: 'f' };
    const inputs = { f: file };
    let onRecord: unknown = null;
    await run('touch "$F"', {
      parameters,
      inputs,
      confirmStart: async (process) => {
        await sleep(100);
        onRecord = process;
        expect(existsSync(file)).toBe(false);
      },
    });
    expect(onRecord).toMatchObject({ pid: expect.any(Number), startedAt: expect.stringMatching(/\d/) });
    expect(existsSync(file)).toBe(true);
    rmSync(file);
    const { execution, result } = begin('touch "$F"', {
      parameters,
      inputs,
      confirmStart: async () => {
        throw new Error('the run went to another worker');
      },
    });
    await expect(result).rejects.toThrow('another worker');
    await expect.poll(() => findProcessesByToken(execution.token), SOON).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });
});
