import { setTimeout as sleep } from 'node:timers/promises';
import {
  decodeGroup,
  type GroupMessage,
  type LogMessage,
  type LogReader,
  type PartitionLog,
} from '../../../observe/intake/partitions/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import { outlastOutage } from '../../../platform/db/outlast-outage.ts';
import { HoldfastError, messageOf } from '../../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../../platform/events/wakeups.ts';
import type { Logger } from '../../../platform/log/logger.ts';
import { createDrainLoop } from '../../../platform/work/drain-loop.ts';
import { type JudgeOffice, offerStored } from '../streams/judge-office.ts';
import { appendGroups, type StoredBatch } from '../streams/store-telemetry.ts';
import { lockStreams } from '../streams/stream-store.ts';
import {
  type ClaimedPartition,
  claimPartitions,
  createPartitions,
  joinWorkers,
  leaveWorkers,
  movePartition,
  notePartition,
  readOwnPartitions,
  releasePartition,
  restartPartition,
} from './partition-store.ts';

/** How often it is looked whose partitions are whose: leases end without an event. */
const LOOK_MS = 1_000;
/** Stored in one transaction. */
const MOST_MESSAGES = 100;
/** What cannot be stored now is tried again after so long; nothing behind it is stored before it. */
const RETRY_MS = 1_000;

/** Reads the partitions of this worker and stores what is in them, each message once. */
export type PartitionOffice = {
  /** Those this worker reads now. */
  owned(): ReadonlySet<number>;
  stop(): Promise<void>;
};

type Owner = {
  claimed: ClaimedPartition;
  reader: LogReader | null;
  leaving: boolean;
  running: Promise<void>;
};

/**
 * One owner of a partition at a time, by the lease of its worker: the place it has read up to moves in the transaction
 * that stores what it read, under the claim it was read by. Whoever was frozen, or thought dead, stores nothing.
 * @param deps.office judges what was stored; null while nothing is judged yet
 */
export function startPartitionOffice(
  deps: {
    database: Database;
    wakeups: Wakeups;
    logger: Logger;
    workerId: string;
    log: PartitionLog;
    office: () => JudgeOffice | null;
  },
  options: { mostStreams: number; onTaken?: (records: number) => void },
): PartitionOffice {
  const { database, logger, workerId, log } = deps;
  const owners = new Map<number, Owner>();
  const owned = new Set<number>();
  let created = false;
  let stopped = false;
  const stopping = new AbortController();

  const pause = () => sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});

  /** @returns whether it was stored; false when the partition is somebody else's now */
  const store = async (owner: Owner, messages: readonly LogMessage[], logId: string): Promise<boolean> => {
    const last = messages.at(-1);
    if (!last) return true;
    const { claimed } = owner;
    const read = messages.flatMap((message) => readMessage(claimed.partition, message, logger));
    const stored = await outlastOutage(
      () =>
        database.transact(async (tx) => {
          const move = { workerId, to: last.position, waiting: last.waiting, logId };
          if (!(await movePartition(tx, claimed, move))) return null;
          await lockStreams(
            tx,
            read.map(({ group }) => group),
          );
          const entries: StoredBatch['entries'] = [];
          for (const { group, at } of read) {
            const { partition } = claimed;
            const { mostStreams } = options;
            const appended = await appendGroups(tx, [group], { at: new Date(at), mostStreams, partition });
            entries.push(...appended.entries);
          }
          return entries;
        }),
      () => !stopped,
    );
    if (!stored) return false;
    owner.claimed = { ...claimed, position: last.position, logId };
    log.forget(claimed.partition, { upTo: last.position, logId });
    if (offerStored(deps.office(), stored)) deps.wakeups.kick('streams');
    options.onTaken?.(stored.reduce((sum, { entry }) => sum + entry.events, 0));
    return true;
  };

  const readOn = async (owner: Owner): Promise<void> => {
    const logId = await log.identity();
    const { claimed } = owner;
    if (claimed.logId !== logId) {
      if (claimed.logId !== null)
        logger.error(
          { partition: claimed.partition, was: claimed.logId, is: logId },
          'the JetStream stream was made anew: its partition is read from its beginning',
        );
      if (!(await restartPartition(database.db, claimed, { workerId, logId }))) return;
      owner.claimed = { ...claimed, position: 0, logId };
    }
    const reader = await log.read(claimed.partition, owner.claimed.position);
    owner.reader = reader;
    try {
      while (!owner.leaving) {
        const messages = await reader.next(MOST_MESSAGES);
        if (messages.length === 0) return;
        // A reading that was resumed may begin with what was read already.
        const unread = messages.filter(({ position }) => position > owner.claimed.position);
        for (;;) {
          if (owner.leaving) return;
          try {
            if (!(await store(owner, unread, logId))) {
              owner.leaving = true;
              logger.info({ partition: claimed.partition }, 'the partition went to another worker');
            }
            break;
          } catch (thrown) {
            if (stopped) return;
            logger.error(
              { err: thrown, partition: claimed.partition },
              'a partition waits: what is in it cannot be stored',
            );
            await notePartition(database.db, owner.claimed, messageOf(thrown).slice(0, 300)).catch(() => {});
            await pause();
          }
        }
      }
    } finally {
      owner.reader = null;
      await reader.close().catch(() => {});
    }
  };

  const own = (claimed: ClaimedPartition) => {
    const owner: Owner = { claimed, reader: null, leaving: false, running: Promise.resolve() };
    owners.set(claimed.partition, owner);
    owned.add(claimed.partition);
    owner.running = (async () => {
      while (!owner.leaving && !stopped) {
        await readOn(owner).catch((thrown: unknown) =>
          // That JetStream is away is told once, by whoever connects.
          logger[isAway(thrown) ? 'debug' : 'warn'](
            { err: thrown, partition: claimed.partition },
            'a partition cannot be read; it is tried again',
          ),
        );
        if (!owner.leaving && !stopped) await pause();
      }
      if (owners.get(claimed.partition) === owner) {
        owners.delete(claimed.partition);
        owned.delete(claimed.partition);
      }
    })();
  };
  /** Lets others have it, with everything stored that was taken out of it. */
  const leave = async (owner: Owner): Promise<void> => {
    owner.leaving = true;
    await owner.reader?.close().catch(() => {});
    await owner.running;
    await releasePartition(database.db, owner.claimed, workerId).catch(() => {});
  };

  const loop = createDrainLoop({
    name: 'partitions',
    logger,
    pass: async () => {
      const logId = await log.identity().catch((thrown: unknown) => {
        if (isAway(thrown)) return null;
        throw thrown;
      });
      if (logId === null) return false;
      if (!created) {
        const there = await createPartitions(database.db, log.partitions);
        if (there > log.partitions)
          logger.warn(
            { named: log.partitions, there },
            'other processes name, or named, more partitions: with different numbers at once a stream’s records may be stored out of order',
          );
        created = true;
      }
      const share = Math.ceil(log.partitions / Math.max(1, await joinWorkers(database.db, workerId)));
      const still = new Map((await readOwnPartitions(database.db, workerId)).map((each) => [each.partition, each]));
      for (const [partition, owner] of owners) {
        if (still.get(partition)?.workerEpoch === owner.claimed.workerEpoch) continue;
        owner.leaving = true;
        await owner.reader?.close().catch(() => {});
      }
      for (const { claimed, reader } of owners.values())
        if (claimed.logId !== null && claimed.logId !== logId) await reader?.close().catch(() => {});
      // A claim whose answer did not arrive.
      for (const [partition, claimed] of still) if (!owners.has(partition)) own(claimed);
      const tooMany = [...owners.values()].filter(({ leaving }) => !leaving).slice(share);
      await Promise.all(tooMany.map(leave));
      if (tooMany.length > 0) deps.wakeups.kick('streams');
      if (owners.size < share && !stopped)
        for (const claimed of await claimPartitions(database.db, workerId, share - owners.size)) own(claimed);
      return false;
    },
  });
  const timer = setInterval(loop.wake, LOOK_MS);
  loop.wake();

  return {
    owned: () => owned,
    async stop() {
      clearInterval(timer);
      await loop.stop();
      stopped = true;
      stopping.abort();
      await Promise.all([...owners.values()].map(leave));
      await leaveWorkers(database.db, workerId).catch(() => {});
    },
  };
}

const isAway = (thrown: unknown) => thrown instanceof HoldfastError && thrown.kind === 'unavailable';

function readMessage(partition: number, message: LogMessage, logger: Logger): GroupMessage[] {
  try {
    return [decodeGroup(message.data)];
  } catch (thrown) {
    // Nobody was told that it would be stored: only whoever publishes under our subject by hand gets here.
    logger.error(
      { err: thrown, partition, position: message.position },
      'a message that Holdfast did not write is left out',
    );
    return [];
  }
}
