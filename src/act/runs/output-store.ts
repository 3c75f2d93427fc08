import type { Database } from '../../platform/db/database.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { createRedactor } from './redact-secrets.ts';

/** What is kept of one attempt's output: its beginning and its end, the middle is cut and the cut is marked. */
export const OUTPUT_HEAD_BYTES = 256 * 1024;
export const OUTPUT_TAIL_BYTES = 256 * 1024;
const FLUSH_AFTER_MS = 250;
const FLUSH_AT_BYTES = 16 * 1024;

export type AttemptKey = { runId: string; stepId: string; n: number };
export type OutputChunk = { offset: number; bytes: Buffer };

/** Takes an attempt's output as it comes and stores it redacted, within `FLUSH_AFTER_MS` or `FLUSH_AT_BYTES`. */
export type OutputRecorder = { write(chunk: Buffer): void; end(): Promise<void> };

/**
 * @param options.secrets values that never reach the database
 * @param options.onStored told after each stored chunk, for live readers
 */
export function createOutputRecorder(options: {
  database: Database;
  logger: Logger;
  attempt: AttemptKey;
  secrets: readonly string[];
  onStored: () => void;
}): OutputRecorder {
  const { database, attempt } = options;
  const redactor = createRedactor(options.secrets);
  let buffered: Buffer[] = [];
  let bufferedBytes = 0;
  let offset = 0;
  let timer: NodeJS.Timeout | null = null;
  let storing: Promise<void> = Promise.resolve();

  const store = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (bufferedBytes === 0) return;
    let bytes: Buffer = Buffer.concat(buffered);
    buffered = [];
    bufferedBytes = 0;
    const total = offset + bytes.length;
    let at = offset;
    offset = total;
    // A burst larger than the tail: only its end can survive, do not write the rest first.
    if (at >= OUTPUT_HEAD_BYTES && bytes.length > OUTPUT_TAIL_BYTES) {
      at = total - OUTPUT_TAIL_BYTES;
      bytes = bytes.subarray(bytes.length - OUTPUT_TAIL_BYTES);
    }
    storing = storing.then(async () => {
      try {
        await storeChunk(database, attempt, { offset: at, bytes }, total);
        options.onStored();
      } catch (thrown) {
        options.logger.warn({ err: thrown, ...attempt }, 'output not stored');
      }
    });
  };

  return {
    write(chunk) {
      const safe = redactor.push(chunk);
      if (safe.length === 0) return;
      buffered.push(safe);
      bufferedBytes += safe.length;
      if (bufferedBytes >= FLUSH_AT_BYTES) store();
      else timer ??= setTimeout(store, FLUSH_AFTER_MS);
    },
    async end() {
      const rest = redactor.flush();
      if (rest.length > 0) {
        buffered.push(rest);
        bufferedBytes += rest.length;
      }
      store();
      await storing;
    },
  };
}

async function storeChunk(database: Database, attempt: AttemptKey, chunk: OutputChunk, total: number): Promise<void> {
  const key = [attempt.runId, attempt.stepId, attempt.n];
  const cutFrom = OUTPUT_HEAD_BYTES;
  const cutTo = total - OUTPUT_TAIL_BYTES;
  await database.pool.query({
    name: 'store-output',
    text: `with stored as (
             insert into run_output (run_id, step_id, n, "offset", bytes) values ($1, $2, $3, $4, $5) on conflict do nothing
           ), cut as (
             delete from run_output where run_id = $1 and step_id = $2 and n = $3
               and "offset" >= $7 and "offset" + length(bytes) <= $8
           )
           update step_attempts set output_bytes = greatest(output_bytes, $6),
             output_cut_at = case when $8 > $7 then $7 else output_cut_at end
           where run_id = $1 and step_id = $2 and n = $3`,
    values: [...key, chunk.offset, chunk.bytes, total, cutFrom, Math.max(cutTo, 0)],
  });
}

/** Stored chunks from `offset` on, in order; a gap between two of them is what was cut. */
export async function readOutput(database: Database, attempt: AttemptKey, offset: number): Promise<OutputChunk[]> {
  const result = await database.pool.query<OutputChunk>(
    `select "offset", bytes from run_output
     where run_id = $1 and step_id = $2 and n = $3 and "offset" + length(bytes) > $4 order by "offset"`,
    [attempt.runId, attempt.stepId, attempt.n, offset],
  );
  return result.rows;
}
