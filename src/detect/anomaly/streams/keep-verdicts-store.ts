import type pg from 'pg';
import { createId } from '../../../platform/identity/prefixed-id.ts';
import type { FoundAnomaly } from './found-anomaly.ts';
import type { JudgedBlock } from './judge-worker.ts';
import type { ModelFigures } from './judged-stream.ts';
import type { ClaimedStream } from './verdict-store.ts';

/** What a worker judged, up to an entry of the log. */
export type JudgedPart = {
  stream: ClaimedStream;
  seq: number;
  block: JudgedBlock;
  figures: ModelFigures;
  anomalies: (FoundAnomaly & { id: string })[];
};

type KeepOptions = {
  workerId: string;
  at: Date;
  /** Whether its anomalies are to be sent on, too. */
  exports: boolean;
};

/**
 * Keeps verdicts and the place up to which the log is judged, together, where the worker still has the stream.
 * @returns for each part whether it was kept; one that was not is judged again, the same, by whoever has the stream
 */
export async function keepVerdicts(
  pool: pg.Pool,
  parts: readonly JudgedPart[],
  { workerId, at, exports }: KeepOptions,
): Promise<boolean[]> {
  const kept = new Set<JudgedPart>();
  let waiting = [...parts];
  // A statement changes a row once: parts of one stream go one after the other.
  while (waiting.length > 0) {
    const wave = new Map<string, JudgedPart>();
    for (const part of waiting) if (!wave.has(part.stream.id)) wave.set(part.stream.id, part);
    for (const part of await keepWave(pool, [...wave.values()], { workerId, at, exports })) kept.add(part);
    const done = new Set(wave.values());
    waiting = waiting.filter((part) => !done.has(part));
  }
  return parts.map((part) => kept.has(part));
}

/**
 * One statement and so one round trip: every request that stores records of the stream waits for its row. Nobody waits
 * for the disk either: verdicts that a dying machine takes along are judged again, the same, from the log, and whatever
 * anybody did because of them was committed after them and holds them.
 */
const KEEP = `
  with given as (
    select * from jsonb_to_recordset($1::jsonb) as g(part int, id text, worker_epoch int, seq bigint, epoch int, records bigint,
      anomalies bigint, duplicates bigint, evictions bigint, warming_seen int, warming_needed int, memory_bytes bigint,
      active boolean, events int, first_n bigint, from_at timestamptz, to_at timestamptz)),
  owned as materialized (
    select g.part from given g join streams s on s.id = g.id
    where s.worker_id = $2 and s.worker_epoch = g.worker_epoch and s.judged < g.seq order by s.id for update of s),
  moved as (
    update streams s set judged = g.seq, events_judged = s.events_judged + g.records, anomalies = s.anomalies + g.anomalies,
      duplicates = s.duplicates + g.duplicates,
      series_evicted = case when s.kind = 'metrics' then greatest(s.series_evicted, g.evictions) else s.series_evicted end,
      warming_seen = g.warming_seen, warming_needed = g.warming_needed, memory_bytes = g.memory_bytes,
      state = case when s.state = 'warming' and g.active then 'active' else s.state end
    from given g join owned o on o.part = g.part where s.id = g.id returning g.part),
  scored as (
    insert into stream_scores (stream_id, epoch, first_n, events, from_at, to_at, body)
    select g.id, g.epoch, g.first_n, g.events, g.from_at, g.to_at, b.body
    from given g join moved m on m.part = g.part join unnest($3::bytea[]) with ordinality as b(body, place) on b.place = g.part + 1
    where g.events > 0),
  found as (
    insert into anomalies (id, stream_id, epoch, what, n, at, found_at, severity, score, p, cause, summary, detail, log_seq)
    select a.id, g.id, g.epoch, a.what, a.n, a.at, $4, a.severity, a.score, a.p, a.cause, a.summary, a.detail, g.seq
    from jsonb_to_recordset($5::jsonb) as a(part int, id text, what text, n bigint, at timestamptz, severity int,
      score float8, p float8, cause text, summary text, detail jsonb)
    join moved m on m.part = a.part join given g on g.part = a.part
    on conflict do nothing returning id),
  exported as (
    insert into anomaly_exports (anomaly_id, next_attempt_at) select id, $4 from found where $7),
  told as (
    insert into outbox (kind, aggregate, body, actor, at)
    select 'anomaly.found', e.aggregate, e.body, 'system', $4
    from jsonb_to_recordset($6::jsonb) as e(part int, aggregate text, body jsonb) join moved m on m.part = e.part)
  select m.part, set_config('synchronous_commit', 'off', true) from moved m`;

async function keepWave(
  pool: pg.Pool,
  parts: readonly JudgedPart[],
  { workerId, at, exports }: KeepOptions,
): Promise<JudgedPart[]> {
  const kept = await pool.query<{ part: number }>({
    name: 'keep-verdicts',
    text: KEEP,
    values: [
      JSON.stringify(parts.map(givenOf)),
      workerId,
      parts.map(({ block: { packed } }) => Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)),
      at,
      storable(parts.flatMap(rowsOf)),
      storable(parts.flatMap(toldOf)),
      exports,
    ],
  });
  return kept.rows.map(({ part }) => parts[part]!);
}

function givenOf({ stream, seq, block, figures }: JudgedPart, part: number) {
  return {
    part,
    id: stream.id,
    worker_epoch: stream.workerEpoch,
    seq,
    epoch: stream.epoch,
    records: block.records,
    anomalies: block.anomalies,
    duplicates: block.duplicates,
    evictions: figures.evictions,
    warming_seen: figures.warming.seen,
    warming_needed: figures.warming.needed,
    memory_bytes: figures.memoryBytes,
    active: figures.state === 'active',
    events: block.events,
    first_n: block.firstN,
    from_at: block.events === 0 ? null : new Date(block.fromAt).toISOString(),
    to_at: block.events === 0 ? null : new Date(block.toAt).toISOString(),
  };
}

function rowsOf({ anomalies }: JudgedPart, part: number) {
  return anomalies.map(({ at, burst: _burst, ...anomaly }) => ({ ...anomaly, part, at: new Date(at).toISOString() }));
}

/** One event for all anomalies of a cause: a burst is one thing to look at. */
function toldOf({ stream, anomalies }: JudgedPart, part: number) {
  type Told = { first: JudgedPart['anomalies'][number]; count: number; burst: FoundAnomaly['burst'] };
  const byCause = new Map<string, Told>();
  for (const anomaly of anomalies) {
    const key = anomaly.burst === null ? anomaly.cause : 'burst';
    const known = byCause.get(key);
    if (!known) byCause.set(key, { first: anomaly, count: 1, burst: anomaly.burst });
    else {
      known.count += 1;
      if ((anomaly.burst?.anomalies ?? 0) > (known.burst?.anomalies ?? 0)) known.burst = anomaly.burst;
      if (anomaly.severity < known.first.severity) known.first = anomaly;
    }
  }
  return [...byCause.values()].map(({ first, count, burst }) => ({
    part,
    aggregate: `stream:${stream.id}`,
    body: {
      streamId: stream.id,
      service: stream.service,
      streamKind: stream.kind,
      anomalyId: first.id,
      count,
      severity: first.severity,
      cause: first.cause,
      summary: first.summary,
      burst,
    },
  }));
}

/** Text of jsonb: PostgreSQL keeps neither NUL nor half a character, and a span may begin in the middle of one. */
function storable(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'string' ? each.toWellFormed().replaceAll('\0', '\ufffd') : each,
  );
}

/** Names anomalies before they are kept, so that an answer can name them at once. */
export function nameAnomalies(found: readonly FoundAnomaly[]): (FoundAnomaly & { id: string })[] {
  // Lists go by id: those that were found together stay in the order of their events.
  const ids = found.map(() => createId('anm')).sort();
  return found.map((anomaly, index) => ({ ...anomaly, id: ids[index]! }));
}
