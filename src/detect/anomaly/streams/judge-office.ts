import type { Clock } from '../../../platform/clock/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { outlastOutage } from '../../../platform/db/outlast-outage.ts';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../../platform/events/wakeups.ts';
import type { Logger } from '../../../platform/log/logger.ts';
import { createBatchLane } from '../../../platform/work/batch-lane.ts';
import { createDrainLoop } from '../../../platform/work/drain-loop.ts';
import type { FoundAnomaly } from './found-anomaly.ts';
import { createJudgeThreads } from './judge-threads.ts';
import { type JudgedPart, keepVerdicts } from './keep-verdicts-store.ts';
import { OfferedEntries } from './offered-entries.ts';
import { type ExplainWhich, JUDGES } from './record-judge.ts';
import { MOST_BYTES_AT_ONCE, restoreModel } from './restore-model.ts';
import type { StoredBatch } from './store-telemetry.ts';
import type { LogEntry } from './stream.ts';
import { appendEntry } from './stream-store.ts';
import {
  type ClaimedStream,
  claimStreams,
  keepSnapshot,
  readBehind,
  readEntries,
  releaseStream,
  stopStream,
} from './verdict-store.ts';
import { createVerdictWaiters, type EntryVerdicts } from './verdict-waiters.ts';

/** Streams taken in one go; the others are left to other workers for a moment. */
const CLAIMED_AT_ONCE = 50;
/** Or when so much time has passed since the one before. */
const SNAPSHOT_MS = 300_000;
/** Traces are whole when nothing more came for a while: how often that is looked at when nothing comes at all. */
const TICK_MS = 3_000;
/** Found anomalies are told of after at most so long. */
const TELL_MS = 200;
/** A model nobody needs goes to the database. */
const IDLE_MS = 10 * 60_000;
/** An entry that failed so often stops its stream. */
const MOST_FAILURES = 3;

/** Told of work done, for metrics. */
export type JudgedFigures = {
  stream: ClaimedStream;
  events: number;
  bytes: number;
  millis: number;
  anomalies: readonly FoundAnomaly[];
};

/** Judges streams: those of this process's claims, each in its thread, each entry once. */
export type JudgeOffice = {
  /**
   * An entry that was just stored: judged without being read back.
   * @returns whether its model is here, so that nobody else needs to look
   */
  offer(stream: { id: string; epoch: number }, entry: LogEntry): boolean;
  /** Resolves once this process judged an entry. Ask before it is offered. */
  expect(streamId: string, seq: number, explain: ExplainWhich): { verdicts: Promise<EntryVerdicts>; cancel(): void };
  stop(): Promise<void>;
};

type Runner = {
  stream: ClaimedStream;
  /** The last entry its model has taken; its events. */
  at: number;
  events: number;
  /** How far its log is, as far as is known. */
  logged: number;
  snapshotAt: { seq: number; events: number; ms: number };
  usedAtMs: number;
  /** What its model waits for to be whole. */
  open: number;
  working: Promise<void> | null;
  keeping: Set<Promise<void>>;
  lost: boolean;
  /** Somebody else is to have it. */
  leaving: boolean;
};

export function startJudgeOffice(
  deps: { database: Database; wakeups: Wakeups; logger: Logger; clock: Clock; workerId: string },
  options: {
    threads: number;
    snapshotEvents: number;
    onJudged?: (figures: JudgedFigures) => void;
    /** Whether anomalies are to be sent on. */
    exports?: boolean;
    /** The partitions of this worker, where streams are partitioned: it judges the streams of these. */
    partitions?: () => ReadonlySet<number>;
  },
): JudgeOffice {
  const { database, logger, clock, workerId } = deps;
  const threads = createJudgeThreads({ threads: options.threads });
  const runners = new Map<string, Runner>();
  const opening = new Map<string, Promise<void>>();
  const offered = new OfferedEntries();
  const waiters = createVerdictWaiters();
  let stopped = false;

  const lane = createBatchLane<JudgedPart, boolean>({
    largestBatch: 32,
    lanes: 1,
    work: async (parts) => {
      const kept = await outlastOutage(
        () => keepVerdicts(database.pool, parts, { workerId, at: clock.now(), exports: options.exports ?? false }),
        () => !stopped,
      );
      if (parts.some(({ anomalies }) => anomalies.length > 0)) tellSoon();
      return kept;
    },
  });
  /** Of the anomalies of a busy stream at most so often: each telling wakes everything that listens. */
  let telling: NodeJS.Timeout | null = null;
  const tellSoon = () => {
    telling ??= setTimeout(() => {
      telling = null;
      deps.wakeups.kick('outbox');
    }, TELL_MS);
  };

  const lose = (runner: Runner) => {
    if (runner.lost) return;
    runner.lost = true;
    if (runners.get(runner.stream.id) === runner) runners.delete(runner.stream.id);
    void threads.ask({ ask: 'close', stream: runner.stream.id }).catch(() => {});
    loop.wake();
  };
  threads.onLost((livedThere) => {
    logger.error('a thread that judges ended; its streams are taken up again from their snapshots');
    for (const runner of [...runners.values()]) {
      if (!livedThere(runner.stream.id)) continue;
      runner.lost = true;
      runners.delete(runner.stream.id);
      void releaseStream(database.db, runner.stream, workerId)
        .catch(() => {})
        .then(() => loop.wake());
    }
  });

  const open = async (claimed: ClaimedStream): Promise<void> => {
    const restored = await restoreModel({ database, logger, threads, workerId }, claimed);
    if (!restored) return;
    runners.set(restored.stream.id, {
      ...restored,
      logged: restored.stream.logged,
      usedAtMs: performance.now(),
      working: null,
      keeping: new Set(),
      lost: false,
      leaving: false,
    });
  };
  const nextEntries = async (runner: Runner): Promise<{ entries: LogEntry[]; explain: ExplainWhich }> => {
    const { id } = runner.stream;
    const entries: LogEntry[] = [];
    let bytes = 0;
    for (let seq = runner.at + 1; seq <= runner.logged && bytes < MOST_BYTES_AT_ONCE; seq += 1) {
      // Whoever wants more said of an entry gets it judged by itself.
      const wantsAll = waiters.wantAll(id, seq);
      if (wantsAll && entries.length > 0) break;
      const entry = offered.take(id, seq);
      if (!entry) break;
      entries.push(entry);
      bytes += entry.body.length;
      if (wantsAll) return { entries, explain: 'always' };
    }
    if (entries.length > 0) return { entries, explain: 'anomalies' };
    const read = await readEntries(database.db, id, {
      after: runner.at,
      to: runner.logged,
      mostBytes: MOST_BYTES_AT_ONCE,
    });
    for (const { seq } of read) offered.take(id, seq);
    return { entries: read, explain: 'anomalies' };
  };

  const judgeNext = async (runner: Runner): Promise<void> => {
    const { stream } = runner;
    const { entries, explain } = await nextEntries(runner);
    const last = entries.at(-1);
    if (!last) throw new Error(`the log of ${stream.id} has no entry after ${runner.at}, of ${runner.logged}`);
    const answer = await threads.ask({ ask: 'judge', stream: stream.id, entries, explain, replay: false });
    const { block, figures, millis } = answer;
    if (!block) return;
    runner.at = last.seq;
    runner.events = figures.events;
    runner.open = figures.open;
    runner.usedAtMs = performance.now();
    const named = waiters.tell(stream.id, block, figures.warming);
    const bytes = entries.reduce((sum, { body }) => sum + body.length, 0);
    options.onJudged?.({ stream, events: block.records, bytes, millis, anomalies: named });
    const keeping: Promise<void> = lane
      .submit({ stream, seq: last.seq, block, figures, anomalies: named })
      .then(
        (kept) => {
          if (!kept) lose(runner);
        },
        (thrown: unknown) => {
          logger.error({ err: thrown, stream: stream.id }, 'verdicts could not be kept; they are judged again');
          lose(runner);
        },
      )
      .finally(() => runner.keeping.delete(keeping));
    runner.keeping.add(keeping);
    // What is judged and not kept is memory: a slow database slows judging, and that slows taking.
    if (runner.keeping.size > 4) await Promise.race(runner.keeping);
    const since = runner.events - runner.snapshotAt.events;
    const isDue = since >= options.snapshotEvents || performance.now() - runner.snapshotAt.ms > SNAPSHOT_MS;
    if (isDue) await snapshot(runner);
  };

  const snapshot = async (runner: Runner): Promise<void> => {
    if (runner.lost || runner.at === runner.snapshotAt.seq) return;
    const { at, events, stream } = runner;
    const { snapshot: body } = await threads.ask({ ask: 'snapshot', stream: stream.id });
    // It may say no more than what is kept.
    await Promise.all(runner.keeping);
    if (body === null || runner.lost) return;
    const { engine } = JUDGES[stream.kind];
    const eventsApart = options.snapshotEvents;
    await keepSnapshot(database.db, stream, { seq: at, events, engine, body }, { workerId, eventsApart });
    runner.snapshotAt = { seq: at, events, ms: performance.now() };
  };

  const work = (runner: Runner) => {
    if (runner.working || runner.lost || runner.leaving || stopped || runner.at >= runner.logged) return;
    runner.working = (async () => {
      try {
        while (runner.at < runner.logged && !runner.lost && !runner.leaving && !stopped) await judgeNext(runner);
      } catch (thrown) {
        await fail(runner, thrown);
      } finally {
        runner.working = null;
      }
    })();
  };

  const failures = new Map<string, number>();
  const fail = async (runner: Runner, thrown: unknown): Promise<void> => {
    if (runner.lost || stopped) return;
    const { stream } = runner;
    const key = `${stream.id} ${runner.at + 1}`;
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    logger.error({ err: thrown, stream: stream.id, after: runner.at, count }, 'a stream could not be judged');
    // What its model is now is not certain: it is made again from the log.
    lose(runner);
    await Promise.all(runner.keeping);
    const give = count >= MOST_FAILURES;
    if (give) failures.delete(key);
    await outlastOutage(
      () =>
        give
          ? stopStream(
              database.db,
              stream,
              `entry ${runner.at + 1} of its log cannot be judged: ${messageOf(thrown).slice(0, 300)}`,
            )
          : releaseStream(database.db, stream, workerId),
      () => !stopped,
    ).catch(() => {});
  };

  const rest = async (runner: Runner): Promise<void> => {
    await snapshot(runner);
    if (runner.at < runner.logged) return;
    await Promise.all(runner.keeping);
    lose(runner);
    await releaseStream(database.db, runner.stream, workerId);
  };

  /** Its partition went to another worker, and it goes after it, with its model as it is. */
  const handOver = async (runner: Runner): Promise<void> => {
    if (runner.leaving || runner.lost) return;
    runner.leaving = true;
    await runner.working;
    await snapshot(runner).catch((thrown: unknown) => logger.debug({ err: thrown }, 'a model was not stored'));
    await Promise.all(runner.keeping);
    lose(runner);
    await releaseStream(database.db, runner.stream, workerId).catch(() => {});
    deps.wakeups.kick('streams');
  };

  /** Time is an entry of the log like any other: what a model says must not depend on when it was asked. */
  const tick = async (streamId: string): Promise<void> => {
    await database.transact((tx) => appendEntry(tx, streamId, { kind: 'tick', body: {}, at: clock.now() }));
    loop.wake();
  };

  const openOnce = (stream: ClaimedStream) => {
    if (opening.has(stream.id)) return;
    const task = open(stream)
      .then(() => {
        const runner = runners.get(stream.id);
        if (runner) work(runner);
      })
      .catch(async (thrown: unknown) => {
        logger.error({ err: thrown, stream: stream.id }, 'a stream could not be taken up');
        await releaseStream(database.db, stream, workerId).catch(() => {});
      })
      .finally(() => opening.delete(stream.id));
    opening.set(stream.id, task);
  };

  const loop = createDrainLoop({
    name: 'judging streams',
    logger,
    pass: async () => {
      for (const behind of await readBehind(database.db, workerId)) {
        const runner = runners.get(behind.id);
        if (runner && runner.stream.workerEpoch === behind.workerEpoch) {
          runner.logged = Math.max(runner.logged, behind.logged);
          work(runner);
        } else if (!runner) openOnce(behind);
        else lose(runner);
      }
      const partitions = options.partitions?.() ?? null;
      const claimed = await claimStreams(database.db, workerId, {
        limit: CLAIMED_AT_ONCE,
        partitions: partitions && [...partitions],
      });
      for (const stream of claimed) openOnce(stream);
      const nowMs = performance.now();
      offered.dropOld(nowMs);
      for (const runner of runners.values()) {
        const { partition } = runner.stream;
        if (partitions && partition !== null && !partitions.has(partition)) {
          void handOver(runner);
          continue;
        }
        if (!runner.working && runner.open > 0 && nowMs - runner.usedAtMs > TICK_MS) await tick(runner.stream.id);
        if (!runner.working && nowMs - runner.usedAtMs > IDLE_MS)
          void rest(runner).catch((thrown: unknown) => logger.debug({ err: thrown }, 'a quiet model was not put away'));
      }
      return claimed.length === CLAIMED_AT_ONCE;
    },
  });
  const off = deps.wakeups.on('streams', loop.wake);
  loop.wake();

  return {
    offer({ id: streamId, epoch }, entry) {
      offered.put(streamId, entry);
      const runner = runners.get(streamId);
      if (!runner) return false;
      // The model began anew: what is here knows a past that is over.
      if (runner.stream.epoch !== epoch) {
        lose(runner);
        return false;
      }
      // Requests that were stored together may be offered out of order: only what follows is known to be there.
      if (entry.seq === runner.logged + 1) runner.logged = entry.seq;
      else if (entry.seq > runner.logged) return false;
      work(runner);
      return true;
    },
    expect: waiters.expect,
    async stop() {
      off();
      stopped = true;
      await loop.stop();
      await Promise.all([...opening.values()]);
      for (const runner of runners.values()) {
        await runner.working;
        await Promise.all(runner.keeping);
        await snapshot(runner).catch((thrown: unknown) => logger.warn({ err: thrown }, 'a model was not stored'));
        await releaseStream(database.db, runner.stream, workerId).catch(() => {});
      }
      if (telling) clearTimeout(telling);
      await threads.stop();
    },
  };
}

/**
 * Hands on what was just stored.
 * @returns whether somebody else has to hear of it: who judges it, or may begin to
 */
export function offerStored(office: JudgeOffice | null, entries: StoredBatch['entries']): boolean {
  let isHere = office !== null;
  for (const { streamId, epoch, entry } of entries)
    isHere = office?.offer({ id: streamId, epoch }, entry) === true && isHere;
  return entries.length > 0 && !isHere;
}
