import type { PackedGroup } from '../../../observe/intake/telemetry/index.ts';
import type { Clock } from '../../../platform/clock/clock.ts';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { publish } from '../../../platform/events/publish.ts';
import { createBatchLane } from '../../../platform/work/batch-lane.ts';
import {
  amendReceipt,
  claimReceipt,
  countDuplicates,
  type EventPlace,
  type IntakeReply,
  type KeptReply,
} from './receipt-store.ts';
import type { LogEntry } from './stream.ts';
import { appendAtOnce, appendRecords, lockStreams } from './stream-store.ts';

/** One request, read and redacted. */
export type TelemetryBatch = {
  sender: string;
  /** Of its bytes, by which a retry is known; null where the same bytes may be meant twice. */
  sha256: Uint8Array | null;
  /** Where the sender named the request: what it sent, so that another request of that name is refused. */
  bodySha256?: string | undefined;
  groups: readonly PackedGroup[];
  reply: IntakeReply;
};

/** What is stored now, and stays when the machine dies. */
export type StoredBatch = {
  reply: IntakeReply;
  duplicate: boolean;
  /** Of a retry, where its first events went. */
  place: EventPlace | null;
  entries: { streamId: string; service: string; epoch: number; firstN: number; entry: LogEntry }[];
};

/** Requests stored together: a commit each would be a disk flush each. */
const LARGEST_BATCH = 64;
const FULL_RETRY_MS = 30_000;

/** Stores requests, several in one transaction. A request is acknowledged when `store` resolves. */
export function createTelemetryStore(deps: { database: Database; clock: Clock }, options: { mostStreams: number }) {
  const storeOne = async (tx: Tx, batch: TelemetryBatch, at: Date): Promise<StoredBatch> => {
    const { sender, sha256, groups } = batch;
    const named = batch.bodySha256 === undefined ? {} : { bodySha256: batch.bodySha256 };
    if (sha256) {
      const before = await claimReceipt(tx, { sender, sha256, reply: { ...batch.reply, ...named } });
      if (before) {
        if (before.bodySha256 !== batch.bodySha256) throw otherBody();
        await countDuplicates(tx, groups);
        const { bodySha256: _body, place = null, ...reply } = before;
        return { reply, duplicate: true, place, entries: [] };
      }
    }
    const { entries, refused } = await appendGroups(tx, groups, { at, mostStreams: options.mostStreams });
    const reply: IntakeReply =
      refused === 0
        ? batch.reply
        : {
            accepted: batch.reply.accepted - refused,
            rejected: batch.reply.rejected + refused,
            reasons: [...batch.reply.reasons, `${refused} are of streams that are paused`],
          };
    const place = placeOf(entries[0]);
    const kept: KeptReply = { ...reply, ...named, ...(batch.bodySha256 !== undefined && place ? { place } : {}) };
    if (sha256 && (refused > 0 || kept.place)) await amendReceipt(tx, { sender, sha256, reply: kept });
    return { reply, duplicate: false, place, entries };
  };
  /** The way of nearly every request that comes alone. */
  const storeAlone = async ({ sha256, groups, reply }: TelemetryBatch): Promise<StoredBatch | null> => {
    const [group] = groups;
    if (sha256 !== null || !group || groups.length > 1 || group.count === 0 || group.sampledOut > 0) return null;
    const at = deps.clock.now();
    const stored = await appendAtOnce(deps.database.pool, group, at);
    if (!stored) return null;
    const { seq, ...place } = stored;
    const entry: LogEntry = { seq, kind: 'records', events: group.count, at: at.getTime(), body: group.body };
    const entries = [{ ...place, service: group.service, entry }];
    return { reply, duplicate: false, place: placeOf(entries[0]), entries };
  };
  const storeTogether = (batches: readonly TelemetryBatch[]) =>
    deps.database.transact(async (tx) => {
      const at = deps.clock.now();
      // All rows in one order, so that two transactions never wait for each other.
      await lockStreams(
        tx,
        batches.flatMap(({ groups }) => groups),
      );
      const stored: StoredBatch[] = [];
      for (const batch of batches) stored.push(await storeOne(tx, batch, at));
      return stored;
    });
  const lane = createBatchLane<TelemetryBatch, StoredBatch | { failed: unknown }>({
    largestBatch: LARGEST_BATCH,
    lanes: 1,
    work: async (batches) => {
      try {
        const [only] = batches;
        const alone = only && batches.length === 1 ? await storeAlone(only) : null;
        return alone ? [alone] : await storeTogether(batches);
      } catch (thrown) {
        if (batches.length === 1) throw thrown;
        // One that cannot be stored must not take the others with it.
        const outcomes: (StoredBatch | { failed: unknown })[] = [];
        for (const batch of batches) {
          outcomes.push(
            await storeTogether([batch]).then(
              ([stored]) => stored as StoredBatch,
              (failed: unknown) => ({ failed }),
            ),
          );
        }
        return outcomes;
      }
    },
  });
  return {
    /** @throws HoldfastError `streams.full`, and what the database says */
    async store(batch: TelemetryBatch): Promise<StoredBatch> {
      const outcome = await lane.submit(batch);
      if ('failed' in outcome) throw outcome.failed;
      return outcome;
    },
  };
}

/**
 * Appends records to the logs of their streams.
 * @param options.partition through which they came
 * @throws HoldfastError `streams.full`
 */
export async function appendGroups(
  tx: Tx,
  groups: readonly PackedGroup[],
  options: { at: Date; mostStreams: number; partition?: number },
): Promise<{ entries: StoredBatch['entries']; refused: number }> {
  const { at } = options;
  const entries: StoredBatch['entries'] = [];
  let refused = 0;
  for (const group of groups) {
    const stored = await appendRecords(tx, group, options);
    if (!stored) throw full(options.mostStreams);
    refused += stored.refusedPaused;
    if (stored.began) await tellOfStream(tx, stored.streamId, group, stored.began, at);
    if (stored.seq === null) continue;
    const { streamId, epoch, firstN, seq } = stored;
    const entry: LogEntry = { seq, kind: 'records', events: group.count, at: at.getTime(), body: group.body };
    entries.push({ streamId, service: group.service, epoch, firstN, entry });
  }
  return { entries, refused };
}

async function tellOfStream(
  tx: Tx,
  streamId: string,
  { service, kind }: PackedGroup,
  began: 'created' | 'again',
  at: Date,
): Promise<void> {
  await publish(tx, [
    {
      kind: 'stream.changed',
      aggregate: `stream:${streamId}`,
      actor: 'system',
      at,
      body: {
        streamId,
        service,
        streamKind: kind,
        change: began === 'created' ? 'created' : 'began-again',
        detail: began === 'created' ? 'its first records arrived' : 'it was evicted, and records arrived again',
      },
    },
  ]);
}

function placeOf(stored: StoredBatch['entries'][number] | undefined): EventPlace | null {
  if (!stored) return null;
  const { streamId, service, epoch, firstN, entry } = stored;
  return { streamId, service, epoch, firstN, events: entry.events };
}

function otherBody(): HoldfastError {
  return new HoldfastError({
    code: 'idempotency.body-differs',
    kind: 'conflict',
    message: 'this Idempotency-Key was used before with another body',
    hint: 'Use a new key for a new request.',
  });
}

function full(mostStreams: number): HoldfastError {
  return new HoldfastError({
    code: 'streams.full',
    kind: 'throttled',
    message: `there are ${mostStreams} streams already, and all of them have records to be judged`,
    hint: 'Raise telemetry.maxStreams, or send under fewer names.',
    cause: { retryAfterMs: FULL_RETRY_MS },
  });
}
