import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, outputOf, transcript } from './carry-out.ts';

vi.setConfig({ testTimeout: 60_000 });
// Debian keeps it where only root looks.
const PATH = `${process.env['PATH']}:/usr/sbin`;
const logrotate = await requireServer('logrotate', async () =>
  existsSync('/usr/sbin/logrotate') ? null : programOnPath('logrotate')(),
);
let story: Story;
let folder: string;
const writers: ChildProcess[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-library-logs-'));
  story = await beginLibraryStory({ variables: { PATH } });
});
afterEach(() => {
  for (const writer of writers.splice(0)) writer.kill('SIGKILL');
});
afterAll(async () => {
  await story?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => logrotate.skipUnlessThere(context));

/** A service that holds its log open, as services do, and opens it anew when it is told. */
async function startWriter(name: string, directives: string) {
  const logs = join(folder, name);
  mkdirSync(logs);
  // logrotate trusts no folder that others may write to.
  chmodSync(logs, 0o755);
  const log = join(logs, 'app.log');
  const script =
    'exec 3>>"$1"; trap \'exec 3>>"$1"\' USR1; n=0; while :; do n=$((n + 1)); echo "line $n" >&3; sleep 0.02; done';
  const writer = spawn('bash', ['-c', script, 'writer', log], { stdio: 'ignore' });
  writers.push(writer);
  const configuration = join(folder, `${name}.conf`);
  writeFileSync(
    configuration,
    `${log} {\n  rotate 3\n  compress\n  create\n${directives.replace('PID', String(writer.pid))}\n}\n`,
  );
  chmodSync(configuration, 0o644);
  await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain('line 3\n'));
  const state = join(folder, `${name}.state`);
  const inputs = { log_file: log, service_configuration: configuration, state_file: state, write_seconds: '1' };
  return { logs, log, configuration, state, inputs };
}

const ROTATE = 'log-rotation.md#rotate-a-log-now';
const TELL = '  postrotate\n    kill -USR1 PID\n    sleep 0.3\n  endscript';

describe('the procedure to rotate a log', () => {
  it('rotates it, sees its writer move on, and keeps the old one to the last byte', async () => {
    const service = await startWriter('good', TELL);
    const run = await carryOut(story, ROTATE, service.inputs);
    expect(run.status, transcript(run)).toBe('succeeded');
    const old = gunzipSync(readFileSync(`${service.log}.1.gz`))
      .toString()
      .trimEnd()
      .split('\n');
    expect(old).toEqual(old.map((_, index) => `line ${index + 1}`));
    // The next line is in the new file: none is lost in between.
    expect(readFileSync(service.log, 'utf8').split('\n')[0]).toBe(`line ${old.length + 1}`);
    expect(readdirSync(service.logs).sort()).toEqual(['app.log', 'app.log.1.gz']);
  });

  it('says who still writes to the old file', async () => {
    const service = await startWriter('deaf', '  delaycompress');
    const run = await carryOut(story, ROTATE, service.inputs);
    expect(run.steps.find(({ status }) => status === 'failed')?.id, transcript(run)).toBe('writer-has-moved');
    expect(outputOf(run, 'writer-has-moved')).toContain(`still writing to the old one: process ${writers[0]!.pid}`);
  });

  it('rotates nothing by a configuration with a mistake, or one for other logs', async () => {
    const service = await startWriter('wrong', '  rotat 5');
    const before = readdirSync(service.logs);
    const wrong = await carryOut(story, ROTATE, service.inputs);
    expect([wrong.status, outputOf(wrong, 'log-is-meant')]).toEqual([
      'failed',
      expect.stringContaining('the configuration has a mistake'),
    ]);
    writeFileSync(service.configuration, `${service.logs}/other.log {\n  rotate 1\n  missingok\n}\n`);
    const other = await carryOut(story, ROTATE, service.inputs);
    expect([other.status, outputOf(other, 'log-is-meant')]).toEqual([
      'failed',
      expect.stringContaining('does not rotate'),
    ]);
    expect(readdirSync(service.logs)).toEqual(before);
  });
});

describe('the procedure to see what is rotated', () => {
  it('finds the large log that nothing rotates, and a writer that was left behind', async () => {
    const service = await startWriter('seen', '  nocompress');
    execFileSync('/usr/sbin/logrotate', ['--force', '--state', service.state, service.configuration]);
    writeFileSync(join(service.logs, 'forgotten.log'), Buffer.alloc(3 * 1_048_576));
    const inputs = { log_folder: service.logs, configuration: service.configuration, state_file: service.state };
    const found = await carryOut(story, 'log-rotation.md#see-what-is-rotated', { ...inputs, large_mib: '2' });
    expect(found.steps.find(({ status }) => status === 'failed')?.id, transcript(found)).toBe('not-rotated');
    expect(outputOf(found, 'not-rotated')).toContain('forgotten.log');
    rmSync(join(service.logs, 'forgotten.log'));
    const fine = await carryOut(story, 'log-rotation.md#see-what-is-rotated', { ...inputs, large_mib: '2' });
    expect(fine.status, transcript(fine)).toBe('succeeded');
    expect(outputOf(fine, 'written-after-rename')).toContain(`/proc/${writers[0]!.pid}/fd ${service.log}.1`);
    writeFileSync(service.configuration, `${service.log} {\n  rotat 1\n}\n`);
    const wrong = await carryOut(story, 'log-rotation.md#see-what-is-rotated', inputs);
    expect(wrong.steps[0]?.status).toBe('failed');
  });
});
