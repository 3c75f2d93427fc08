import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Run } from '../../src/contract/run.ts';
import { type CliOptions, runHoldfast } from './cli-process.ts';

vi.setConfig({ testTimeout: 90_000 });

const folder = mkdtempSync(join(tmpdir(), 'holdfast-local-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const own = join(folder, 'tmp');
mkdirSync(own);
const TICKS = '```';
const write = (name: string, ...scripts: string[]) => {
  const text = `# ${name}\n\n${scripts.map((script) => `${TICKS}sh\n${script}\n${TICKS}\n`).join('\n')}`;
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const begin = (args: string[], options: Partial<CliOptions> = {}) =>
  runHoldfast(['runbook', 'run', ...args, '--local'], { cwd: folder, environment: { TMPDIR: own }, ...options });
const run = (...args: string[]) => begin(args);
const left = () => readdirSync(own).filter((name) => name.startsWith('holdfast-run-'));

describe('a runbook without a server', () => {
  it('is carried out on one of its own, of which nothing is left', async () => {
    const done = join(folder, 'done');
    write('called.md', `touch ${done}`);
    const file = write('main.md', 'NAME=world', 'echo "hello $NAME"');
    writeFileSync(file, `${TICKS}subrunbook\nrunbook: ./called.md\n${TICKS}\n`, { flag: 'a' });
    const ended = await run(file, '--json');
    const told = JSON.parse(ended.stdout) as Run;
    expect([ended.code, told.status]).toEqual([0, 'succeeded']);
    expect(told.steps.map((step) => step.attempts[0]?.output.head)).toContain('hello world\n');
    expect(readdirSync(folder)).toContain('done');
    expect(left()).toEqual([]);
  });

  it('that needs a person nobody sees is cancelled, with exit code 5', async () => {
    const kept = join(folder, 'kept');
    writeFileSync(kept, '');
    const ended = await run(write('destroys.md', `rm ${kept}`));
    expect([ended.code, ended.stderr]).toEqual([5, expect.stringContaining('the run was cancelled')]);
    expect(readdirSync(folder)).toContain('kept');
  });

  it('that is interrupted ends its step and leaves nothing', async () => {
    const marker = `61.${process.pid}`;
    const ended = await begin([write('long.md', `echo begun; sleep ${marker}`)], { interruptAfter: 'begun' });
    expect(ended.code).toBe(130);
    expect(left()).toEqual([]);
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const running = processes.filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`sleep\0${marker}`);
      } catch {
        return false;
      }
    });
    expect(running).toEqual([]);
  });

  it('that does not exist, or calls one that does not, is said at once', async () => {
    expect(await run('nowhere.md')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no file nowhere.md'),
    });
    const file = join(folder, 'calls.md');
    writeFileSync(file, `# C\n\n${TICKS}subrunbook\nrunbook: ./absent.md\n${TICKS}\n`);
    expect(await run(file)).toMatchObject({ code: 2, stderr: expect.stringContaining('calls absent.md') });
  });
});
