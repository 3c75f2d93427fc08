import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { openRunBench, type RunBench, SUCCEEDED } from '../../../test/harness/run-bench.ts';
import { createSilentLogger } from '../../platform/log/logger.ts';
import { createOutputRecorder, OUTPUT_HEAD_BYTES, OUTPUT_TAIL_BYTES, readOutput } from './output-store.ts';

const MIB = 1024 * 1024;

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
afterAll(() => bench.close());

async function recordAttempt(secrets: readonly string[] = []) {
  await bench.clear();
  const runId = await bench.start(planOf([plannedStep('one', { risk: 'read' })]));
  await (await bench.addWorker()).work();
  const attempt = { runId, stepId: 'one', n: 1 };
  let stored = 0;
  const recorder = createOutputRecorder({
    database: bench.database,
    logger: createSilentLogger(),
    attempt,
    secrets,
    onStored: () => {
      stored += 1;
    },
  });
  return { attempt, recorder, stored: () => stored, read: (from = 0) => readOutput(bench.database, attempt, from) };
}

/** The garbage collector, so that what is measured is what is held. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Every line says where it stands, so that what is kept can be checked. */
const numbered = (from: number, lines: number) =>
  Buffer.from(Array.from({ length: lines }, (_, index) => `${String(from + index).padStart(15, '0')}\n`).join(''));

/** One megabyte that says in every 16 bytes which sixteenth of the whole it is. */
function megabyte(nth: number): Buffer {
  const words = new Uint32Array(MIB / 4);
  for (let index = 0; index < words.length; index += 1) words[index] = nth * (MIB / 16) + (index >> 2);
  return Buffer.from(words.buffer);
}

describe('the output of an attempt', () => {
  it('is stored while the step runs, in order, and a reader goes on where it was', async () => {
    const { recorder, read, stored } = await recordAttempt();
    recorder.write(Buffer.from('first\n'));
    await expect.poll(stored).toBe(1);
    const [chunk] = await read();
    expect(chunk).toEqual({ offset: 0, bytes: Buffer.from('first\n') });
    recorder.write(Buffer.from('second\n'));
    await recorder.end();
    expect(await read(6)).toEqual([{ offset: 6, bytes: Buffer.from('second\n') }]);
    expect(Buffer.concat((await read()).map((each) => each.bytes)).toString()).toBe('first\nsecond\n');
  });

  it('of 50 MB keeps its head and its tail, says how much there was, and never holds it all in memory', async () => {
    const { attempt, recorder, read } = await recordAttempt();
    const collect = exposeCollector();
    collect();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let chunk = 0; chunk < 50; chunk += 1) {
      recorder.write(megabyte(chunk));
      // A program's output comes over a pipe: the event loop turns in between.
      if (chunk % 10 !== 0) continue;
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    await recorder.end();
    const chunks = await read();
    const kept = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
    expect(kept).toBeLessThanOrEqual(OUTPUT_HEAD_BYTES + 2 * OUTPUT_TAIL_BYTES);
    for (const chunk of chunks) expect(chunk.bytes.readUInt32LE(0)).toBe(chunk.offset / 16);
    const head = chunks.filter((chunk) => chunk.offset < OUTPUT_HEAD_BYTES);
    expect(head.reduce((sum, chunk) => sum + chunk.bytes.length, 0)).toBeGreaterThanOrEqual(OUTPUT_HEAD_BYTES);
    const last = chunks.at(-1)!;
    expect(last.offset + last.bytes.length).toBe(50 * MIB);
    expect(
      chunks
        .filter(
          (chunk) =>
            chunk.offset >= 50 * MIB - OUTPUT_TAIL_BYTES ||
            chunk.offset + chunk.bytes.length > 50 * MIB - OUTPUT_TAIL_BYTES,
        )
        .reduce((sum, chunk) => sum + chunk.bytes.length, 0),
    ).toBeGreaterThanOrEqual(OUTPUT_TAIL_BYTES);
    const shown = (await bench.read(attempt.runId)).steps[0]?.attempts[0]?.output;
    expect(shown?.bytes).toBe(50 * MIB);
    expect(most).toBeLessThan(25 * MIB);
  });

  it('written in one piece is cut the same way', async () => {
    const { attempt, recorder, read } = await recordAttempt();
    recorder.write(numbered(0, MIB / 8));
    await recorder.end();
    const chunks = await read();
    expect(chunks[0]?.bytes.length).toBe(OUTPUT_HEAD_BYTES);
    expect(chunks.at(-1)?.bytes.length).toBe(OUTPUT_TAIL_BYTES);
    expect(chunks.at(-1)?.offset).toBe(2 * MIB - OUTPUT_TAIL_BYTES);
    const shown = (await bench.read(attempt.runId)).steps[0]?.attempts[0]?.output;
    expect(shown?.head.startsWith(`${'0'.repeat(15)}\n`)).toBe(true);
    expect(shown?.tail.endsWith(`${String(MIB / 8 - 1).padStart(15, '0')}\n`)).toBe(true);
  });

  it('just within the caps is kept whole', async () => {
    const { recorder, read } = await recordAttempt();
    const all = numbered(0, (OUTPUT_HEAD_BYTES + OUTPUT_TAIL_BYTES) / 16);
    for (let at = 0; at < all.length; at += 10_000) recorder.write(all.subarray(at, at + 10_000));
    await recorder.end();
    expect(Buffer.concat((await read()).map((chunk) => chunk.bytes))).toEqual(all);
  });

  it('holds no secret, also when the secret comes in two chunks', async () => {
    const { recorder, read } = await recordAttempt(['hunter2-and-more']);
    recorder.write(Buffer.from('the key is hunter2-'));
    recorder.write(Buffer.from('and-more, keep it'));
    await recorder.end();
    expect(Buffer.concat((await read()).map((chunk) => chunk.bytes)).toString()).toBe('the key is [redacted], keep it');
  });

  it('outlasts a database that is away for a moment', async () => {
    const { recorder, read } = await recordAttempt();
    const away = bench.database.pool.query.bind(bench.database.pool);
    let failures = 2;
    bench.database.pool.query = ((...args: Parameters<typeof away>) =>
      failures-- > 0
        ? Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))
        : away(...args)) as never;
    try {
      recorder.write(Buffer.from('still there'));
      await recorder.end();
    } finally {
      bench.database.pool.query = away as never;
    }
    expect((await read())[0]?.bytes.toString()).toBe('still there');
  });
});

describe('a secret input', () => {
  it('is in no row: not in the inputs, the plan, the events, the reasons or the output', async () => {
    const secret = 'correct-horse-battery';
    await bench.clear();
    bench.behaviour = async (execution) => {
      expect(execution.inputs['api_key']).toBe(secret);
      execution.output(Buffer.from(`using ${secret}\n`));
      return { outcome: 'failed', exitCode: 1, reason: `login with ${secret} was refused` };
    };
    const plan = planOf([plannedStep('one', { inputs: ['api_key'] })], {
      inputs: { api_key: '***', region: 'eu' },
      inputTypes: { api_key: 'secret', region: 'string' },
    });
    const runId = await bench.start(plan, { secrets: { api_key: secret } });
    await (await bench.addWorker()).work();
    expect((await bench.read(runId)).steps[0]?.attempts[0]).toMatchObject({
      reason: 'login with [redacted] was refused',
      output: { head: 'using [redacted]\n' },
    });
    const tables = await bench.database.pool.query<{ t: string }>(
      `select c.relname as t from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'`,
    );
    for (const { t } of tables.rows) {
      const rows = await bench.database.pool.query<{ row: string }>(`select row_to_json(x)::text as row from "${t}" x`);
      const hex = Buffer.from(secret).toString('hex');
      for (const { row } of rows.rows) {
        expect(row, t).not.toContain(secret);
        expect(row, t).not.toContain(hex);
      }
    }
    expect(JSON.stringify(await bench.read(runId))).not.toContain(secret);
    bench.behaviour = () => SUCCEEDED;
  });
});
