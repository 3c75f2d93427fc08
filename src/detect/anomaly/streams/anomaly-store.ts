import { sql } from 'kysely';
import type { Anomaly, AnomalyDetail } from '../../../contract/anomaly.ts';
import type { StreamScores } from '../../../contract/stream.ts';
import type { Queryable, Tx } from '../../../platform/db/database.ts';
import { type ScoreBlock, unpackScores } from './score-block.ts';

type AnomalyRow = Omit<Anomaly, 'at' | 'foundAt' | 'feedback'> & {
  epoch: number;
  at: Date;
  foundAt: Date;
  word: 'normal' | 'confirmed' | null;
  wordBy: string | null;
  wordReason: string | null;
  wordAt: Date | null;
};

const COLUMNS = sql.raw(`
  a.id, a.stream_id as "streamId", a.epoch, s.service, s.kind as "streamKind", a.what, a.n, a.at, a.found_at as "foundAt",
  a.severity, a.score, a.p, a.cause, a.summary, a.feedback as word, a.feedback_by as "wordBy",
  a.feedback_reason as "wordReason", a.feedback_at as "wordAt"`);

function toAnomaly({ epoch: _epoch, word, wordBy, wordReason, wordAt, at, foundAt, ...row }: AnomalyRow): Anomaly {
  const feedback =
    word === null || wordAt === null
      ? null
      : { verdict: word, by: wordBy ?? '', reason: wordReason ?? '', at: wordAt.toISOString() };
  return { ...row, at: at.toISOString(), foundAt: foundAt.toISOString(), feedback };
}

export type AnomalyFilter = {
  stream?: string | undefined;
  cause?: string | undefined;
  severity?: number | undefined;
  feedback?: 'normal' | 'confirmed' | 'none' | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
};

/** Newest first by id. */
export async function listAnomalies(
  db: Queryable,
  filter: AnomalyFilter & { limit: number; before?: string | undefined },
): Promise<Anomaly[]> {
  const {
    stream = null,
    cause = null,
    severity = null,
    feedback = null,
    from = null,
    to = null,
    before = null,
  } = filter;
  const found = await sql<AnomalyRow>`
    select ${COLUMNS} from anomalies a join streams s on s.id = a.stream_id
    where (${stream}::text is null or a.stream_id = ${stream}) and (${cause}::text is null or a.cause = ${cause})
      and (${severity}::integer is null or a.severity <= ${severity})
      and (${feedback}::text is null or coalesce(a.feedback, 'none') = ${feedback})
      and (${from}::timestamptz is null or a.at >= ${from}) and (${to}::timestamptz is null or a.at < ${to})
      and (${before}::text is null or a.id < ${before})
    order by a.id desc limit ${filter.limit}`.execute(db);
  return found.rows.map(toAnomaly);
}

/** With the epoch of the model that found it. */
export async function readAnomaly(db: Queryable, id: string): Promise<(AnomalyDetail & { epoch: number }) | null> {
  return (await readAnomalies(db, [id]))[0] ?? null;
}

/** The entry of its stream's log up to which it was judged; null of one that was found before that was kept. */
export async function readPlaceInLog(db: Queryable, id: string): Promise<number | null> {
  const found = await sql<{ seq: number | null }>`select log_seq as seq from anomalies where id = ${id}`.execute(db);
  return found.rows[0]?.seq ?? null;
}

/** Those that are there, by id. */
export async function readAnomalies(
  db: Queryable,
  ids: readonly string[],
): Promise<(AnomalyDetail & { epoch: number })[]> {
  const found = await sql<AnomalyRow & { detail: Omit<AnomalyDetail, keyof Anomaly> }>`
    select ${COLUMNS}, a.detail from anomalies a join streams s on s.id = a.stream_id
    where a.id = any(${[...ids]}::text[]) order by a.id`.execute(db);
  return found.rows.map(({ detail, ...row }) => ({ ...toAnomaly(row), ...detail, epoch: row.epoch }));
}

/** A person's word; a later one counts. */
export async function keepFeedback(
  tx: Tx,
  id: string,
  word: { verdict: 'normal' | 'confirmed'; by: string; reason: string; at: Date },
): Promise<void> {
  await sql`
    update anomalies set feedback = ${word.verdict}, feedback_by = ${word.by}, feedback_reason = ${word.reason},
      feedback_at = ${word.at} where id = ${id}`.execute(tx);
}

export type StreamDay = { streamId: string; events: number; anomalies: number; normal: number; confirmed: number };

/** What streams had in the last 24 hours, and what people said of it. Only events count, of windows there are fewer. */
export async function readDays(
  db: Queryable,
  streamIds: readonly string[],
  now: Date,
): Promise<Map<string, StreamDay>> {
  const since = new Date(now.getTime() - 86_400_000);
  const found = await sql<StreamDay>`
    select s.id as "streamId",
      coalesce((select sum(events) from stream_scores b where b.stream_id = s.id and b.epoch = s.epoch and b.to_at >= ${since}), 0)::float8 as events,
      count(a.id) as anomalies, count(a.id) filter (where a.feedback = 'normal') as normal,
      count(a.id) filter (where a.feedback = 'confirmed') as confirmed
    from streams s left join anomalies a on a.stream_id = s.id and a.epoch = s.epoch and a.what <> 'window' and a.at >= ${since}
    where s.id = any(${[...streamIds]}::text[]) group by s.id`.execute(db);
  return new Map(found.rows.map((row) => [row.streamId, row]));
}

/** Verdicts of a run of events as they are kept; null while they are not. */
export async function readVerdicts(
  db: Queryable,
  events: { streamId: string; epoch: number; firstN: number; count: number },
): Promise<{
  block: ScoreBlock;
  found: (Anomaly & Pick<AnomalyDetail, 'bits' | 'spans' | 'template' | 'nearest'>)[];
} | null> {
  const { streamId, epoch, firstN, count } = events;
  const blocks = await sql<StoredScores>`
    select first_n as "firstN", events, body from stream_scores
    where stream_id = ${streamId} and epoch = ${epoch} and first_n < ${firstN + count} and first_n + events > ${firstN}
    order by first_n`.execute(db);
  const last = blocks.rows.at(-1);
  if (!last || last.firstN + last.events < firstN + count) return null;
  const block: ScoreBlock = {
    at: new Float64Array(count),
    score: new Float64Array(count),
    p: new Float64Array(count),
    anomaly: new Uint8Array(count),
  };
  for (const each of blocks.rows) {
    const part = unpackScores(each.body, each.events);
    for (const column of ['at', 'score', 'p', 'anomaly'] as const) {
      for (let index = 0; index < each.events; index += 1) {
        const place = each.firstN + index - firstN;
        if (place >= 0 && place < count) block[column][place] = part[column][index] ?? 0;
      }
    }
  }
  const found = await sql<AnomalyRow & { detail: AnomalyDetail }>`
    select ${COLUMNS}, a.detail from anomalies a join streams s on s.id = a.stream_id
    where a.stream_id = ${streamId} and a.epoch = ${epoch} and a.what = 'event' and a.n >= ${firstN} and a.n < ${firstN + count}`.execute(
    db,
  );
  return { block, found: found.rows.map(({ detail, ...row }) => ({ ...detail, ...toAnomaly(row) })) };
}

export type StoredScores = { firstN: number; events: number; body: Buffer };

/** Verdicts of an epoch in the order of its events. */
export async function readScoreBlocks(
  db: Queryable,
  stream: { id: string; epoch: number },
  range: { from: Date; to: Date },
): Promise<StoredScores[]> {
  const found = await sql<StoredScores>`
    select first_n as "firstN", events, body from stream_scores
    where stream_id = ${stream.id} and epoch = ${stream.epoch} and to_at >= ${range.from} and from_at <= ${range.to}
    order by first_n`.execute(db);
  return found.rows;
}

/** Between when verdicts are kept; null where there are none. */
export async function readScoreRange(
  db: Queryable,
  stream: { id: string; epoch: number },
): Promise<{ from: Date; to: Date } | null> {
  const found = await sql<{ from: Date | null; to: Date | null }>`
    select min(from_at) as "from", max(to_at) as "to" from stream_scores
    where stream_id = ${stream.id} and epoch = ${stream.epoch}`.execute(db);
  const { from = null, to = null } = found.rows[0] ?? {};
  return from && to ? { from, to } : null;
}

/** The strangest event of each share of a stretch of time, and how many it stands for. Empty shares are left out. */
export function drawScores(
  blocks: readonly StoredScores[],
  range: { from: number; to: number; points: number },
): StreamScores['points'] {
  type Point = { at: number; n: number; score: number; p: number; sum: number; events: number; anomalies: number };
  const points: (Point | undefined)[] = Array.from({ length: range.points });
  const width = Math.max(1, range.to - range.from) / range.points;
  for (const { firstN, events, body } of blocks) {
    const { at, score, p, anomaly } = unpackScores(body, events);
    for (let index = 0; index < events; index += 1) {
      const time = at[index] ?? 0;
      if (time < range.from || time > range.to) continue;
      const place = Math.min(range.points - 1, Math.floor((time - range.from) / width));
      const value = score[index] ?? 0;
      const point = points[place];
      if (!point) {
        points[place] = {
          at: time,
          n: firstN + index,
          score: value,
          p: p[index] ?? Number.NaN,
          sum: value,
          events: 1,
          anomalies: anomaly[index] ?? 0,
        };
        continue;
      }
      point.sum += value;
      point.events += 1;
      point.anomalies += anomaly[index] ?? 0;
      if (value <= point.score) continue;
      point.at = time;
      point.n = firstN + index;
      point.score = value;
      point.p = p[index] ?? Number.NaN;
    }
  }
  return points.flatMap((point) =>
    point
      ? [
          {
            at: new Date(point.at).toISOString(),
            n: point.n,
            score: point.score,
            p: Number.isNaN(point.p) ? null : point.p,
            mean: point.sum / point.events,
            events: point.events,
            anomalies: point.anomalies,
          },
        ]
      : [],
  );
}
