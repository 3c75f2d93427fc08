import type { Database } from '../../platform/db/database.ts';
import { outlastOutage } from '../../platform/db/outlast-outage.ts';
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
  /** Not stored yet: the rest of the head, and the newest bytes after it. */
  let head: Buffer[] = [];
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let waitingBytes = 0;
  let total = 0;
  let timer: NodeJS.Timeout | null = null;
  let storing: Promise<void> | null = null;

  const takeChunk = (): OutputChunk => {
    const fromHead = head.length > 0;
    const bytes = Buffer.concat(fromHead ? head : tail);
    const offset = fromHead ? Math.min(total, OUTPUT_HEAD_BYTES) - bytes.length : total - bytes.length;
    if (fromHead) head = [];
    else {
      tail = [];
      tailBytes = 0;
    }
    waitingBytes -= bytes.length;
    return { offset, bytes };
  };

  /** One statement at a time: what comes meanwhile waits, never more than what is kept of it. */
  const store = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (storing || waitingBytes === 0) return;
    const chunk = takeChunk();
    storing = outlastOutage(() => storeChunk(database, attempt, chunk))
      .then(options.onStored)
      .catch((thrown: unknown) => options.logger.warn({ err: thrown, ...attempt }, 'output not stored'))
      .finally(() => {
        storing = null;
        storeSoon();
      });
  };
  const storeSoon = () => {
    if (waitingBytes >= FLUSH_AT_BYTES) store();
    else if (waitingBytes > 0) timer ??= setTimeout(store, FLUSH_AFTER_MS);
  };

  const keep = (bytes: Buffer) => {
    const forHead = bytes.subarray(0, Math.max(0, OUTPUT_HEAD_BYTES - total));
    const rest = bytes.subarray(Math.max(forHead.length, bytes.length - OUTPUT_TAIL_BYTES));
    total += bytes.length;
    waitingBytes += forHead.length + rest.length;
    if (forHead.length > 0) head.push(forHead);
    if (rest.length === 0) return;
    tail.push(rest);
    tailBytes += rest.length;
    // Past the head only the end can survive: what could not be stored in time need not be held.
    for (let first = tail[0]; first && tailBytes - first.length >= OUTPUT_TAIL_BYTES; first = tail[0]) {
      tail.shift();
      tailBytes -= first.length;
      waitingBytes -= first.length;
    }
  };

  return {
    write(chunk) {
      const safe = redactor.push(chunk);
      if (safe.length === 0) return;
      keep(safe);
      storeSoon();
    },
    async end() {
      keep(redactor.flush());
      while (waitingBytes > 0 || storing) {
        store();
        await storing;
      }
      if (timer) clearTimeout(timer);
    },
  };
}

async function storeChunk(database: Database, attempt: AttemptKey, chunk: OutputChunk): Promise<void> {
  const total = chunk.offset + chunk.bytes.length;
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
