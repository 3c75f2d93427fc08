import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/log/logger.ts';
import type { JudgeThreads } from './judge-threads.ts';
import { JUDGES } from './record-judge.ts';
import { beginEpoch, type ClaimedStream, readEntries, readSnapshot } from './verdict-store.ts';

/** Of one message to a thread: long enough to be worth it, short enough to be interrupted. */
export const MOST_BYTES_AT_ONCE = 1_048_576;

/** A model as it is in its thread, and where in its log it is. */
export type RestoredModel = {
  stream: ClaimedStream;
  /** The last entry it has taken; its events. */
  at: number;
  events: number;
  /** What it waits for to be whole. */
  open: number;
  snapshotAt: { seq: number; events: number; ms: number };
};

/**
 * From the snapshot, and from what was judged after it: the model is again where it was.
 * @returns null when the worker has the stream no more
 */
export async function restoreModel(
  deps: { database: Database; logger: Logger; threads: JudgeThreads; workerId: string },
  claimed: ClaimedStream,
): Promise<RestoredModel | null> {
  const { database, logger, threads, workerId } = deps;
  const { engine } = JUDGES[claimed.kind];
  const newest = await readSnapshot(database.db, claimed);
  let stream = claimed;
  let snapshot = newest?.engine === engine ? newest : null;
  if (newest && !snapshot) {
    logger.warn(
      { stream: claimed.id, engine: newest.engine },
      'the model of another engine is given up and begins anew',
    );
    const begun = await database.transact((tx) => beginEpoch(tx, claimed, workerId));
    if (!begun) return null;
    stream = begun;
    snapshot = null;
  }
  await threads.ask({
    ask: 'open',
    stream: stream.id,
    kind: stream.kind,
    settings: stream.beganWith,
    snapshot: snapshot?.body ?? null,
  });
  let at = snapshot?.seq ?? stream.beganAt;
  let events = snapshot?.events ?? 0;
  // Until it is asked: then time is told to it once, which does no harm.
  let open = stream.kind === 'traces' ? 1 : 0;
  while (at < stream.judged) {
    const entries = await readEntries(database.db, stream.id, {
      after: at,
      to: stream.judged,
      mostBytes: MOST_BYTES_AT_ONCE,
    });
    const last = entries.at(-1);
    if (!last) throw new Error(`the log of ${stream.id} ends before entry ${stream.judged}, at ${at}`);
    const { figures } = await threads.ask({
      ask: 'judge',
      stream: stream.id,
      entries,
      explain: 'anomalies',
      replay: true,
    });
    at = last.seq;
    events = figures.events;
    open = figures.open;
  }
  const snapshotAt = { seq: snapshot?.seq ?? 0, events: snapshot?.events ?? 0, ms: performance.now() };
  return { stream, at, events, open, snapshotAt };
}
