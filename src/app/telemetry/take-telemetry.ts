import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnomalyDetail, DetectAnswer, DetectedEvent } from '../../contract/anomaly.ts';
import { FIRST_JUDGED_EVENT } from '../../detect/anomaly/index.ts';
import {
  countBacklog,
  countDuplicates,
  createTelemetryStore,
  type EntryVerdicts,
  type EventPlace,
  type IntakeReply,
  type JudgeOffice,
  listOwnRules,
  offerStored,
  readVerdicts,
  type StoredBatch,
} from '../../detect/anomaly/streams/index.ts';
import type { TelemetryIntake, TelemetryPost } from '../../http/routes/telemetry/telemetry-intake.ts';
import { encodeGroup, type PartitionLog, partitionOf } from '../../observe/intake/partitions/index.ts';
import type { OwnRules, PackedGroup, RedactionRules, TelemetryDecoder } from '../../observe/intake/telemetry/index.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { createDrainLoop } from '../../platform/work/drain-loop.ts';

/** Whoever is asked to wait asks again after so long. */
const RETRY_MS = 1_000;
/** Where another process judges: as long as a request may last. */
const DETECT_LIMIT_MS = 25_000;
const DETECT_POLL_MS = 100;

type Deps = {
  database: Database;
  clock: Clock;
  wakeups: Wakeups;
  logger: Logger;
  decoder: TelemetryDecoder;
  /** Null where this process judges nothing. */
  office: () => JudgeOffice | null;
  /** Where records wait for whoever judges them; null where they are stored at once. */
  log: PartitionLog | null;
};

type Verdicts = Pick<EntryVerdicts, 'firstN' | 'score' | 'p' | 'anomaly'> & {
  found: readonly {
    n: number;
    id: string | null;
    detail: Pick<AnomalyDetail, 'bits' | 'spans' | 'template' | 'nearest'>;
  }[];
};

export type TelemetryFigures = {
  taken: (format: string, records: number) => void;
  refused: (reason: string) => void;
  duplicate: (records: number) => void;
  packed: (kind: string, sizes: { sentBytes: number; storedBytes: number }) => void;
};

/**
 * Takes telemetry: within what can be held now, read and redacted beside the event loop, stored, and only then
 * acknowledged. What cannot be held is refused with when to come again, never dropped.
 */
export function createTelemetryIntake(
  deps: Deps,
  options: {
    mostStreams: number;
    mostPendingBytes: number;
    mostBacklogEvents: number;
    redaction: RedactionRules;
    figures: TelemetryFigures;
  },
): TelemetryIntake & { stop(): Promise<void> } {
  const { database, clock } = deps;
  const { figures } = options;
  const store = createTelemetryStore({ database, clock }, { mostStreams: options.mostStreams });
  let own: Record<string, OwnRules> = {};
  let pendingBytes = 0;
  let backlog = 0;

  const readRules = async () => {
    const rules = await listOwnRules(database.db);
    own = Object.fromEntries(
      rules.map(({ service, kind, settings }) => [
        `${kind} ${service}`,
        { ...settings.redaction, sampling: settings.sampling },
      ]),
    );
    backlog = await countBacklog(database.db);
  };
  const loop = createDrainLoop({
    name: 'rules of streams',
    logger: deps.logger,
    pass: async () => {
      await readRules();
      return false;
    },
  });
  const off = deps.wakeups.on('streams', loop.wake);
  const ready = readRules();
  ready.catch(() => loop.wake());

  const assertRoom = (bytes: number) => {
    // A body alone is always taken: nothing could ever take one that is larger than the room.
    const full = pendingBytes > 0 && pendingBytes + bytes > options.mostPendingBytes;
    if (!full && backlog <= options.mostBacklogEvents) return;
    figures.refused('busy');
    throw new HoldfastError({
      code: 'telemetry.busy',
      kind: 'throttled',
      message: full
        ? `${pendingBytes} bytes of telemetry are being taken already`
        : `${backlog} events wait to be judged, more than ${options.mostBacklogEvents}`,
      hint: 'Send it again after a moment; nothing of it was stored.',
      cause: { retryAfterMs: RETRY_MS },
    });
  };

  const withinRoom = async <Result>(post: TelemetryPost, work: () => Promise<Result>): Promise<Result> => {
    await ready;
    const bytes = post.body.length;
    assertRoom(bytes);
    pendingBytes += bytes;
    try {
      return await work();
    } finally {
      pendingBytes -= bytes;
    }
  };
  /** By what a retry is known, and what it must then hold. */
  const namesOf = ({ retries, key, format, kind, body }: TelemetryPost) => {
    const bodyHash = () => createHash('sha256').update(format).update(kind).update(body).digest();
    if (key === null) return { sha256: retries ? bodyHash() : null };
    return { sha256: createHash('sha256').update('key ').update(key).digest(), bodySha256: bodyHash().toString('hex') };
  };
  const decode = async (post: TelemetryPost, how: { wholly: boolean; mostPackedBytes?: number }) => {
    const { wholly, ...limit } = how;
    const decoded = await deps.decoder.decode({
      body: post.body,
      format: post.format,
      kind: post.kind,
      encoding: post.encoding,
      service: post.service,
      nowMs: clock.now().getTime(),
      redaction: { all: options.redaction, own: wholly ? unsampled(own) : own },
      ...limit,
    });
    const { groups, ...reply } = decoded;
    for (const group of groups) figures.packed(group.kind, { sentBytes: group.bytes, storedBytes: group.body.length });
    return { groups, reply };
  };
  const storePost = (post: TelemetryPost, how: { wholly: boolean }): Promise<StoredBatch> =>
    withinRoom(post, async () => {
      const { groups, reply } = await decode(post, how);
      const stored = await store.store({ sender: post.sender, ...namesOf(post), groups, reply });
      if (stored.duplicate) figures.duplicate(reply.accepted);
      else
        figures.taken(
          post.format,
          stored.entries.reduce((sum, { entry }) => sum + entry.events, 0),
        );
      return stored;
    });
  /** To whoever owns its partitions; a retry is known by JetStream, from the ids of its messages. */
  const publishPost = (post: TelemetryPost, log: PartitionLog): Promise<IntakeReply> =>
    withinRoom(post, async () => {
      await log.identity();
      const { groups, reply } = await decode(post, { wholly: false, mostPackedBytes: log.mostMessageBytes() });
      const { sha256, bodySha256 = '' } = namesOf(post);
      // JetStream knows no bodies: another one under the same key must not pass for a retry.
      const request = sha256
        ? createHash('sha256').update(post.sender).update(sha256).update(bodySha256).digest('hex')
        : randomUUID();
      const duplicates = await publishGroups(log, groups, { request, at: clock.now() });
      const repeated = duplicates.reduce((sum, { count }) => sum + count, 0);
      figures.taken(post.format, groups.reduce((sum, { count }) => sum + count, 0) - repeated);
      if (repeated === 0) return reply;
      figures.duplicate(repeated);
      await countDuplicates(database.db, duplicates).catch((thrown: unknown) =>
        deps.logger.debug({ err: thrown }, 'a retry was not counted at its streams'),
      );
      return reply;
    });
  const handOn = ({ entries }: StoredBatch) => {
    if (offerStored(deps.office(), entries)) deps.wakeups.kick('streams');
  };

  /** Where another process judges the stream, its verdicts are read where it keeps them. */
  const readFrom = async (place: EventPlace, signal: AbortSignal): Promise<Verdicts> => {
    const { streamId, epoch, firstN, events } = place;
    const startedAt = performance.now();
    while (performance.now() - startedAt < DETECT_LIMIT_MS) {
      await sleep(DETECT_POLL_MS, undefined, { signal });
      const kept = await readVerdicts(database.db, { streamId, epoch, firstN, count: events });
      if (!kept) continue;
      const found = kept.found.map((anomaly) => ({ ...anomaly, detail: anomaly }));
      return { firstN, ...kept.block, found };
    }
    throw new HoldfastError({
      code: 'telemetry.not-judged-yet',
      kind: 'unavailable',
      message: `the events are stored and not judged after ${DETECT_LIMIT_MS} ms`,
      hint: 'Their verdicts will be among the scores of the stream; do not send them again.',
    });
  };
  const answerOf = (place: EventPlace, verdicts: Verdicts): DetectAnswer => {
    const found = new Map(verdicts.found.map((each) => [each.n, each]));
    const results = Array.from(verdicts.score, (score, index): DetectedEvent => {
      const n = verdicts.firstN + index;
      const p = verdicts.p[index] ?? Number.NaN;
      const known = found.get(n);
      return {
        index,
        n,
        score,
        p: Number.isNaN(p) ? null : p,
        state: Number.isNaN(p) ? 'warming' : 'active',
        anomaly: verdicts.anomaly[index] === 1,
        ...(known?.id ? { id: known.id } : {}),
        ...(known ? shownDetail(known.detail) : {}),
      };
    });
    const last = results.at(-1);
    return {
      streamId: place.streamId,
      service: place.service,
      state: last?.state ?? 'warming',
      warming: { seen: Math.min(last?.n ?? 0, FIRST_JUDGED_EVENT), needed: FIRST_JUDGED_EVENT },
      events: results.length,
      anomalies: results.filter(({ anomaly }) => anomaly).length,
      results,
    };
  };

  return {
    async take(post): Promise<IntakeReply> {
      if (deps.log) return publishPost(post, deps.log);
      const stored = await storePost(post, { wholly: false });
      handOn(stored);
      return stored.reply;
    },
    async detect(post, explain): Promise<DetectAnswer> {
      const stored = await storePost(post, { wholly: true });
      const { place } = stored;
      if (!place) throw notJudged(stored.reply);
      const [fresh] = stored.entries;
      const expected = fresh && deps.office()?.expect(place.streamId, fresh.entry.seq, explain);
      handOn(stored);
      const elsewhere = new AbortController();
      try {
        const reading = readFrom(place, elsewhere.signal);
        // Given up below, once its verdicts are here.
        reading.catch(() => {});
        return answerOf(place, await Promise.race([...(expected ? [expected.verdicts] : []), reading]));
      } finally {
        elsewhere.abort();
        expected?.cancel();
      }
    },
    async stop() {
      off();
      await loop.stop();
    },
  };
}

/**
 * Those of one stream one after the other, so that they stay in order.
 * @returns what JetStream had already
 */
async function publishGroups(
  log: PartitionLog,
  groups: readonly PackedGroup[],
  { request, at }: { request: string; at: Date },
): Promise<PackedGroup[]> {
  const duplicates: PackedGroup[] = [];
  const byPartition = Map.groupBy(
    groups.map((group, index) => ({ group, index })),
    ({ group }) => partitionOf(group, log.partitions),
  );
  await Promise.all(
    [...byPartition].map(async ([partition, members]) => {
      for (const { group, index } of members) {
        if (group.count === 0 && group.sampledOut === 0) continue;
        const message = encodeGroup({ group, at: at.getTime() });
        const { duplicate } = await log.publish(partition, message, `${request}-${index}`);
        if (duplicate) duplicates.push(group);
      }
    }),
  );
  return duplicates;
}

function shownDetail({ bits, spans, template, nearest }: Verdicts['found'][number]['detail']) {
  return {
    ...(bits === null ? {} : { bits }),
    spans: [...spans],
    ...(template === null ? {} : { template }),
    nearest,
  };
}

/** Whoever asks for verdicts wants them of every event. */
function unsampled(own: Readonly<Record<string, OwnRules>>): Record<string, OwnRules> {
  return Object.fromEntries(Object.entries(own).map(([name, rules]) => [name, { ...rules, sampling: 1 }]));
}

function notJudged(reply: IntakeReply): HoldfastError {
  return new HoldfastError({
    code: reply.rejected > 0 ? 'stream.paused' : 'request.no-events',
    kind: reply.rejected > 0 ? 'conflict' : 'invalid',
    message: reply.reasons.join('; ') || 'there is no event in it',
  });
}
