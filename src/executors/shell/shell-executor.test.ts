import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programOnPath, requireServer } from '../../../test/harness/require-server.ts';
import { stepExecution } from '../../../test/harness/step-execution.ts';
import type { StepExecution } from '../../act/runs/index.ts';
import { findProcessesByToken } from '../../platform/process/kill-by-token.ts';
import { createShellExecutor } from './shell-executor.ts';
import { findAskingLines } from './shell-preamble.ts';

type Rest = Partial<Omit<StepExecution, 'action'>> & { parameters?: Record<string, string> };

const own = { PATH: process.env['PATH'], HOME: '/tmp', AWS_SECRET_ACCESS_KEY: 'not for steps', BASH_ENV: '/nope' };
const executor = createShellExecutor({ environment: own });
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-shell-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function begin(script: string, { parameters = {}, ...rest }: Rest = {}) {
  const made = stepExecution({ kind: 'shell' as const, script, parameters }, rest as never);
  return { ...made, result: executor.execute(made.execution) };
}
async function run(script: string, rest: Rest = {}) {
  const { result, output } = begin(script, rest);
  const ended = await result;
  return { ...ended, output: output() };
}
const looking = { observing: true };

describe('a script', () => {
  it('sees nothing on stdin, its own text not either', async () => {
    expect(await run('cat\nread -r x || echo empty\necho after')).toMatchObject({
      outcome: 'succeeded',
      output: 'empty\nafter\n',
    });
  });

  it('sees the allowed part of the environment, its parameters and its token; no secret of ours', async () => {
    const { output } = await run('env', { parameters: { HF_TABLE: 'table' }, inputs: { table: 'orders' } });
    const names = output.split('\n').map((line) => line.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['PATH', 'HOME', 'HF_TABLE', 'HOLDFAST_STEP_TOKEN', 'PAGER']));
    expect(names).not.toContain('AWS_SECRET_ACCESS_KEY');
    expect(names).not.toContain('BASH_ENV');
  });

  it('hands on what its variables hold at its end, whatever is in it; lists and what was never set are not', async () => {
    const carry = async (script: string, carries: string[], rest: Rest = {}) => {
      const made = stepExecution({ kind: 'shell' as const, script, parameters: {}, carries }, rest as never);
      return executor.execute(made.execution);
    };
    expect(
      await carry('POD=a; POD="x y\n=\u00fc$POD"; LIST=(a b); declare -A MAP=([k]=v); export E=1; EMPTY=', [
        'POD',
        'LIST',
        'MAP',
        'E',
        'EMPTY',
        'NEVER',
      ]),
    ).toMatchObject({ outcome: 'succeeded', outputs: { POD: 'x y\n=\u00fca', E: '1', EMPTY: '' } });
    expect((await carry('X=$(seq 1 3)', ['X'])).outputs).toEqual({ X: '1\n2\n3' });
    expect((await carry('X=1; grep -q nothing /dev/null', ['X'], looking)).outputs).toEqual({ X: '1' });
    expect(await carry('X=1; false', ['X'])).not.toHaveProperty('outputs');
    expect(await carry('printf -v X "%70000s" ""; Y=1', ['X', 'Y'])).toMatchObject({
      outputs: { Y: '1' },
      reason: 'too long to be handed on: X',
    });
  });

  it('gets the variables around it, below its own parameters, and the context of its cluster', async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, 'contexts: [{name: a}, {name: b}]\ncurrent-context: a\n');
    const { output } = await run('echo "$REGION $V"; grep current "$KUBECONFIG"', {
      variables: { REGION: 'eu-1', V: 'around' },
      parameters: { V: 'v' },
      inputs: { v: 'own' },
      target: { name: 'k', kind: 'kubernetes', kubeconfig, context: 'b' },
    });
    expect(output).toBe('eu-1 own\ncurrent-context: b\n');
    const missing = { name: 'k', kind: 'kubernetes' as const, kubeconfig, context: 'c' };
    expect(await run('echo never', { target: missing })).toMatchObject({
      outcome: 'failed',
      reason: `target k: ${kubeconfig} has no context c; it has a, b`,
      output: '',
    });
  });

  it('is ended when its processes hold too much memory together, and says so', async () => {
    const limited = createShellExecutor({ environment: own, memoryBytes: 64 * 1_048_576 });
    const script = `x=$(head -c 150000000 /dev/zero | tr '\\0' 'x'); sleep 20; echo "$x" | wc -c`;
    const made = stepExecution({ kind: 'shell' as const, script, parameters: {} }, { timeoutMs: 30_000 });
    expect(await limited.execute(made.execution)).toMatchObject({
      outcome: 'failed',
      uncertain: true,
      reason: expect.stringMatching(/^ended: it held \d+ MiB of memory, more than 64 MiB$/),
    });
    expect(findProcessesByToken(made.execution.token)).toEqual([]);
  });

  it('is kept from the files of the machine where isolation is asked for, and can still be ended', async (context) => {
    const { skipUnlessThere } = await requireServer('bubblewrap', programOnPath('bwrap'));
    skipUnlessThere(context);
    const kept = join(folder, 'kept');
    const room = join(folder, 'room');
    mkdirSync(room);
    const isolated = createShellExecutor({ environment: own, isolation: { kind: 'bubblewrap', writable: [room] } });
    const isolatedRun = async (script: string, rest: Rest = {}) => {
      const made = stepExecution({ kind: 'shell' as const, script, parameters: {}, carries: ['OUT'] }, rest as never);
      return { ...(await isolated.execute(made.execution)), output: made.output(), token: made.execution.token };
    };
    const script = `OUT=handed; touch ${kept} || echo refused; touch /tmp/own && ls /tmp; touch ${room}/made; echo "$OUT"`;
    expect(await isolatedRun(script)).toMatchObject({ outcome: 'succeeded', outputs: { OUT: 'handed' } });
    expect([existsSync(kept), existsSync('/tmp/own'), existsSync(join(room, 'made'))]).toEqual([false, false, true]);
    const late = await isolatedRun('setsid sleep 60 & sleep 60', { timeoutMs: 500 });
    expect(late.outcome).toBe('timed-out');
    expect(findProcessesByToken(late.token)).toEqual([]);
    const without = createShellExecutor({
      environment: { PATH: '/nowhere' },
      isolation: { kind: 'bubblewrap', writable: [] },
    });
    const made = stepExecution({ kind: 'shell' as const, script: 'echo never', parameters: {} });
    expect((await without.execute(made.execution)).reason).toMatch(
      /bubblewrap, which is not installed here: nothing was run/,
    );
  });

  it('gets every parameter whole, whatever is in it', async () => {
    const value = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 40, maxLength: 40 }), async (values) => {
        const inputs = Object.fromEntries(values.map((each, index) => [`in${index}`, each]));
        const parameters = Object.fromEntries(values.map((_each, index) => [`V${index}`, `in${index}`]));
        const script = values.map((_each, index) => `printf '%s\\0' "$V${index}"`).join('\n');
        const { output } = await run(script, { parameters, inputs });
        expect(output.split('\0').slice(0, -1)).toEqual(values.map((each) => Buffer.from(each).toString()));
      }),
      { numRuns: 3 },
    );
  });

  it('does not start without a value, or with one that no environment can carry', async () => {
    const parameters = { V: 'v' };
    expect(await run('echo x', { parameters })).toMatchObject({ outcome: 'failed', reason: 'input v has no value' });
    expect(await run('echo x', { parameters, inputs: { v: 'a\0b' } })).toMatchObject({ outcome: 'failed', output: '' });
  });

  it('of one megabyte runs to its last line', async () => {
    expect(await run(`${'x=1\n'.repeat(262_144)}echo "line $LINENO"`)).toMatchObject({ output: 'line 262145\n' });
  });

  it.each([
    ['a comment', '# first\necho "$LINENO"', '2\n'],
    ['an empty line', '\necho "$LINENO"', '2\n'],
    ['a heredoc', 'cat <<EOF\nhello\nEOF\necho "$LINENO"', 'hello\n4\n'],
    ['a function', 'greet() {\n  echo "$LINENO $1"\n}\ngreet you', '2 you\n'],
    ['set -x', 'set -x\necho hi', '+ echo hi\nhi\n'],
    ['an extended glob', 'shopt -s extglob\n[[ ab == @(ab|cd) ]] && echo yes', 'yes\n'],
    ['a line that ends in a backslash', 'echo a \\', 'a\n'],
  ])('that begins with %s runs, and knows its lines by their numbers', async (_what, script, output) => {
    expect(await run(script)).toMatchObject({ outcome: 'succeeded', output });
  });

  it.each([
    ['on its first line', 'echo (x\ntouch "$F"', 'line 1'],
    ['on its last line', 'touch "$F"\nif true; then\necho (x', 'line 3'],
    ['that leaves a block open', 'touch "$F"\nwhile true; do', 'line 3'],
  ])('with a syntax error %s runs nothing and says where it is', async (_where, script, said) => {
    const file = join(folder, 'touched');
    const ended = await run(script, { parameters: { F: 'f' }, inputs: { f: file } });
    expect(ended).toMatchObject({ outcome: 'failed', reason: 'bash cannot read the script; nothing of it ran' });
    expect(ended.output).toContain(said);
    expect(existsSync(file)).toBe(false);
  });
});

describe('a failing command', () => {
  it.each([
    ['ends the script', 'false\necho no', 'exit code 1'],
    [
      'ends it in the middle of a pipe, and every stage is told',
      'true | false | cat\necho no',
      'exit code 1 (pipe stages: 0 1 0)',
    ],
    ['ends it inside a function', 'f() { false; echo no; }\nf', 'exit code 1'],
    ['ends it as a condition of its own', '[[ a == b ]]\necho no', 'exit code 1'],
    ['ends it as arithmetic', '(( 0 ))\necho no', 'exit code 1'],
    ['ends it although the script has a trap of its own', 'trap ": mine" ERR\nfalse\necho no', 'exit code 1'],
    ['is a variable that is not set', 'echo "$NOT_SET"\necho no', 'exit code 1'],
    ['is told with its exit code', 'exit 7', 'exit code 7'],
    ['is one killed by a signal', 'kill -9 $$', 'ended by SIGKILL'],
  ])('%s', async (_what, script, reason) => {
    const ended = await run(script);
    expect(ended).toMatchObject({ outcome: 'failed', reason });
    expect(ended.output).not.toMatch(/^no$/m);
  });

  it('goes unnoticed where the script says so', async () => {
    expect(await run('set +e\nfalse\necho on')).toMatchObject({ outcome: 'succeeded', output: 'on\n' });
    expect(await run('false || echo handled')).toMatchObject({ outcome: 'succeeded', output: 'handled\n' });
  });
});

describe('a stage that dies because a later one has read enough', () => {
  it.each([
    ['in the middle', 'yes | head -1\necho after', 'y\nafter\n'],
    ['at the end', 'yes | head -1', 'y\n'],
    ['after the script set -e itself', 'set -euo pipefail\nyes | head -1\necho after', 'y\nafter\n'],
    ['before grep -q', 'yes | grep -q y\necho after', 'after\n'],
    ['before sed q', 'yes | sed q\necho after', 'y\nafter\n'],
    ['in a substitution', 'x=$(yes | head -1)\necho "$x"', 'y\n'],
    ['in a subshell', '(yes | head -1)\necho after', 'y\nafter\n'],
    ['in a function', 'f() { yes | head -1; }\nf\necho after', 'y\nafter\n'],
    ['in a loop', 'for i in 1 2; do yes | head -1; done\necho after', 'y\ny\nafter\n'],
    [
      'under set -x, which shows only the script',
      'set -x\nyes | head -1 2>/dev/null | cat\nset +x',
      expect.not.stringContaining('__hf'),
    ],
  ])('is no failure %s', async (_where, script, output) => {
    expect(await run(script)).toMatchObject({ outcome: 'succeeded', exitCode: 0, output });
  });

  it.each([
    ['a later stage failed too', 'yes | head -1 | grep x\necho no'],
    ['the next command fails', 'yes | head -1\nfalse\necho no'],
    ['the script exits with 141 by itself', 'true | true\nexit 141'],
  ])('is one where %s', async (_what, script) => {
    const ended = await run(script);
    expect(ended.outcome).toBe('failed');
    expect(ended.output).not.toMatch(/^no$/m);
  });
});

describe('a "no"', () => {
  it.each([
    ['of grep', 'grep -q zz /etc/hostname'],
    ['of grep at the end of a pipe', 'echo a | grep b'],
    ['of test', '[ -f /nope ]'],
    ['of [[', '[[ a == b ]]'],
    ['of diff', 'diff <(echo a) <(echo b) >/dev/null'],
  ])('%s is the answer of a step that only looks', async (_what, script) => {
    expect(await run(script, looking)).toMatchObject({
      outcome: 'succeeded',
      exitCode: 1,
      reason: expect.stringContaining('answered "no" with exit code 1'),
    });
  });

  it.each([
    ['of a grep between other commands', 'grep zz /etc/hostname\necho after'],
    ['of a grep before head', 'grep zz /etc/hostname | head -3\necho after'],
    ['of a count', 'n=$(grep -c zz /etc/hostname)\necho after'],
  ])('%s does not keep a looking step from looking on', async (_what, script) => {
    expect(await run(script, looking)).toMatchObject({ outcome: 'succeeded', output: 'after\n' });
  });

  it.each([
    ['in a step that changes something', 'grep -q zz /etc/hostname', {}],
    ['in a step that decides', 'grep -q zz /etc/hostname', { observing: true, deciding: true }],
    ['when the command could not look', 'grep zz /not/there', looking],
    ['when it is another command’s', 'false # grep', looking],
    ['when grep is only an argument', 'sh -c "exit 1" grep', looking],
    ['when test is a word among others', 'ls --color=never /not-there/test | cat', looking],
    ['when the script exits with 1 by itself', 'grep zz /etc/hostname\nexit 1', looking],
  ])('is a failure %s', async (_what, script, rest) => {
    expect((await run(script, rest)).outcome).toBe('failed');
  });

  it('is looked for where grep stands before the last stage', () => {
    expect(
      findAskingLines('cat x | grep y | head\necho grep | cat\nif a; then grep b c | wc; fi\ngrep a || echo b'),
    ).toEqual([1, 3]);
  });
});

describe('a script that does not end', () => {
  const stubborn = (file: string) => `
    trap "" TERM
    setsid bash -c 'trap "" TERM; echo $$ > "$1"; while true; do sleep 0.05; done' x "${file}" &
    while true; do sleep 0.05; done`;

  it('is ended at its time limit, also what ignores TERM and what left its group', async () => {
    const file = join(folder, 'escaped');
    const { execution, result } = begin(stubborn(file), { timeoutMs: 300 });
    expect(await result).toMatchObject({ outcome: 'timed-out', reason: 'not done after 0.3 s: ended' });
    expect(Number(readFileSync(file, 'utf8'))).toBeGreaterThan(0);
    expect(findProcessesByToken(execution.token)).toEqual([]);
  });

  it('is asked with TERM first, so that it can tidy up', async () => {
    const { result, output } = begin('trap "echo tidied; exit 0" TERM\nwhile true; do sleep 0.02; done', {
      timeoutMs: 200,
    });
    expect(await result).toMatchObject({ outcome: 'timed-out' });
    expect(output()).toContain('tidied\n');
  });

  it('is ended when its run is cancelled', async () => {
    const { execution, result, stop, output } = begin('echo begun; setsid sleep 60 & sleep 60');
    await expect.poll(output).toBe('begun\n');
    stop.abort('cancel');
    expect(await result).toMatchObject({ outcome: 'cancelled' });
    expect(findProcessesByToken(execution.token)).toEqual([]);
  });

  it('is ended by its token at a takeover, whoever started it', async () => {
    const { execution, result, output } = begin('echo begun; setsid sleep 60 & sleep 60');
    await expect.poll(output).toBe('begun\n');
    await executor.stopLeftovers({ token: execution.token, process: null, target: null });
    expect(findProcessesByToken(execution.token)).toEqual([]);
    expect(await result).toMatchObject({ outcome: 'failed', uncertain: true });
  });

  it('does not hold up a step by a process it left in the background', async () => {
    const { execution, result } = begin('sleep 60 &\necho done');
    expect(await result).toMatchObject({ outcome: 'succeeded' });
    await executor.stopLeftovers({ token: execution.token, process: null, target: null });
  });
});

describe('the gate', () => {
  it('lets nothing of the script run before the process is on record', async () => {
    const file = join(folder, 'gate');
    let pidOnRecord = 0;
    const ended = await run('echo $$ > "$F"', {
      parameters: { F: 'f' },
      inputs: { f: file },
      confirmStart: async (process) => {
        pidOnRecord = process?.pid ?? 0;
        expect(existsSync(file)).toBe(false);
      },
    });
    expect(ended.outcome).toBe('succeeded');
    expect(Number(readFileSync(file, 'utf8'))).toBe(pidOnRecord);
  });

  it('that closes unopened, as at the death of its worker, lets nothing run', async () => {
    const file = join(folder, 'never');
    const { execution, result } = begin('touch "$F"', {
      parameters: { F: 'f' },
      inputs: { f: file },
      confirmStart: async () => {
        throw new Error('the run went to another worker');
      },
    });
    await expect(result).rejects.toThrow('another worker');
    await expect.poll(() => findProcessesByToken(execution.token)).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });
});

it('without bash says so', async () => {
  const lame = createShellExecutor({ environment: { PATH: '/nowhere' } });
  const { execution } = stepExecution({ kind: 'shell' as const, script: 'true', parameters: {} });
  await expect(lame.execute(execution)).rejects.toMatchObject({ code: 'shell.not-started', kind: 'unavailable' });
});
