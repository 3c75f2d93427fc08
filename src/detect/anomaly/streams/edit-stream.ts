import type { Anomaly, FeedbackEffect } from '../../../contract/anomaly.ts';
import type { ChangeStream, Stream, StreamSettings } from '../../../contract/stream.ts';
import type { Database, Queryable, Tx } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { publish } from '../../../platform/events/publish.ts';
import { PROFILES } from '../settings.ts';
import { keepFeedback, readAnomaly, readDays, type StreamDay } from './anomaly-store.ts';
import { type FeedbackEntry, needsNewModel, type StreamRow } from './stream.ts';
import { appendEntry, forgetModel, lockStream, readStream, updateStream } from './stream-store.ts';

/** Who edits, and when. */
type Edit = { actor: string; at: Date };

/** A stream as it is shown. */
export function showStream(row: StreamRow, day: StreamDay | undefined): Stream {
  const { events = 0, anomalies = 0, normal = 0, confirmed = 0 } = day ?? {};
  return {
    id: row.id,
    service: row.service,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    warming: { seen: row.warmingSeen, needed: row.warmingNeeded },
    settings: row.settings,
    version: row.version,
    epoch: row.epoch,
    events: row.events,
    judged: row.eventsJudged,
    anomalies: row.anomalies,
    lastDay: { events, anomalies, normal, confirmed },
    counted: {
      sampledOut: row.sampledOut,
      refusedWhilePaused: row.refusedPaused,
      duplicates: row.duplicates,
      redactedValues: row.redacted,
      evictedSeries: row.seriesEvicted,
    },
    memoryBytes: row.memoryBytes,
    createdAt: row.createdAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
  };
}

/** @throws HoldfastError `stream.missing` */
export async function showOneStream(db: Queryable, id: string, now: Date): Promise<Stream> {
  const row = await readStream(db, id);
  if (!row) throw missing(id);
  return showStream(row, (await readDays(db, [id], now)).get(id));
}

/**
 * Changes a stream's settings. What is built into the model lets it begin anew, and everything else counts from the next
 * record on: it stands in the stream's log.
 * @param assertVersion throws when the row is not the one that was read
 */
export async function changeStream(
  tx: Tx,
  id: string,
  change: ChangeStream,
  edit: Edit & { assertVersion: (version: number) => void },
): Promise<StreamRow> {
  const row = await lockOrMiss(tx, id);
  edit.assertVersion(row.version);
  const settings = mergeSettings(row.settings, change);
  const updated = await updateStream(tx, id, { settings, at: edit.at });
  if (needsNewModel(row.settings, settings)) {
    await forgetModel(tx, id);
    await updateStream(tx, id, { ...(row.state === 'active' ? { state: 'warming' } : {}), at: edit.at });
  } else if (settings.alpha !== row.settings.alpha) {
    await appendEntry(tx, id, { kind: 'settings', body: settings, at: edit.at });
  }
  await tell(tx, row, 'changed', Object.keys(change).join(', '), edit);
  return (await readStream(tx, id)) ?? updated ?? row;
}

function mergeSettings(before: StreamSettings, change: ChangeStream): StreamSettings {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const alpha = change.alpha ?? (change.profile === undefined ? before.alpha : PROFILES[change.profile]);
  return { ...before, ...given, alpha };
}

/** Records of a paused stream are refused and counted; its model waits as it is. */
export async function pauseStream(tx: Tx, id: string, reason: string, edit: Edit): Promise<StreamRow> {
  const row = await lockOrMiss(tx, id);
  if (row.state === 'paused') return row;
  if (row.state === 'evicted') throw evicted(row);
  const paused = await updateStream(tx, id, { state: 'paused', reason, at: edit.at });
  await tell(tx, row, 'paused', reason, edit);
  return paused ?? row;
}

export async function resumeStream(tx: Tx, id: string, edit: Edit): Promise<StreamRow> {
  const row = await lockOrMiss(tx, id);
  if (row.state === 'evicted') throw evicted(row);
  if (row.state !== 'paused') return row;
  const state = row.warmingNeeded > 0 && row.warmingSeen >= row.warmingNeeded ? 'active' : 'warming';
  const resumed = await updateStream(tx, id, { state, reason: null, at: edit.at });
  await tell(tx, row, 'resumed', '', edit);
  return resumed ?? row;
}

/**
 * Takes a person's word on an anomaly. A confirmed one is taken out of the scores that p-values are ranked among, by an
 * entry of the stream's log; a normal one stays in, as it has been all along.
 */
export async function giveFeedback(
  tx: Tx,
  id: string,
  word: { verdict: 'normal' | 'confirmed'; reason: string } & Edit,
): Promise<FeedbackEffect> {
  const anomaly = await readAnomaly(tx, id);
  if (!anomaly) throw missingAnomaly(id);
  const row = await lockOrMiss(tx, anomaly.streamId);
  await keepFeedback(tx, id, { ...word, by: word.actor });
  // The model that found it is gone when the epoch is another one.
  if (
    word.verdict === 'confirmed' &&
    anomaly.what !== 'window' &&
    anomaly.epoch === row.epoch &&
    row.state !== 'evicted'
  ) {
    const { series = '', row: place } = anomaly.point ?? {};
    const entry: FeedbackEntry = {
      n: anomaly.n,
      isAnomaly: true,
      ...(place === undefined ? {} : { point: { series, row: place } }),
    };
    await appendEntry(tx, row.id, { kind: 'feedback', body: entry, at: word.at });
  }
  await publish(tx, [
    {
      kind: 'anomaly.judged',
      aggregate: `stream:${row.id}`,
      actor: word.actor,
      at: word.at,
      body: { streamId: row.id, service: row.service, anomalyId: id, verdict: word.verdict, reason: word.reason },
    },
  ]);
  const day = (await readDays(tx, [row.id], word.at)).get(row.id);
  const after = await readAnomaly(tx, id);
  const rate = (count: number) => (day && day.events > 0 ? count / day.events : null);
  return {
    anomaly: withoutDetail(after ?? anomaly),
    alarmRate: rate(day?.anomalies ?? 0),
    falseAlarmRate: rate((day?.anomalies ?? 0) - (day?.confirmed ?? 0)),
    alpha: row.settings.alpha,
  };
}

function withoutDetail(anomaly: Anomaly): Anomaly {
  const { id, streamId, service, streamKind, what, n, at, foundAt, severity, score, p, cause, summary, feedback } =
    anomaly;
  return { id, streamId, service, streamKind, what, n, at, foundAt, severity, score, p, cause, summary, feedback };
}

/** @throws HoldfastError `anomaly.missing` */
export async function showAnomaly(database: Pick<Database, 'db'>, id: string) {
  const found = await readAnomaly(database.db, id);
  if (!found) throw missingAnomaly(id);
  const { epoch: _epoch, ...anomaly } = found;
  return anomaly;
}

async function tell(tx: Tx, row: StreamRow, change: string, detail: string, edit: Edit): Promise<void> {
  await publish(tx, [
    {
      kind: 'stream.changed',
      aggregate: `stream:${row.id}`,
      actor: edit.actor,
      at: edit.at,
      body: { streamId: row.id, service: row.service, streamKind: row.kind, change, detail },
    },
  ]);
}

async function lockOrMiss(tx: Tx, id: string): Promise<StreamRow> {
  const row = await lockStream(tx, id);
  if (!row) throw missing(id);
  return row;
}

function missing(id: string): HoldfastError {
  return new HoldfastError({ code: 'stream.missing', kind: 'missing', message: `there is no stream ${id}` });
}

function missingAnomaly(id: string): HoldfastError {
  return new HoldfastError({
    code: 'anomaly.missing',
    kind: 'missing',
    message: `there is no anomaly ${id}`,
    hint: 'It may be older than anomalies are kept.',
  });
}

function evicted(row: StreamRow): HoldfastError {
  return new HoldfastError({
    code: 'stream.evicted',
    kind: 'conflict',
    message: `stream ${row.id} was evicted: ${row.reason ?? ''}`,
    hint: 'It begins anew with the next record that is sent.',
  });
}
