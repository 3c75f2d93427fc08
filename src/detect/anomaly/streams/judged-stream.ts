import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { StreamSettings } from '../../../contract/stream.ts';
import { type StreamKind, type TelemetryRecord, unpackRecords } from '../../../observe/intake/telemetry/index.ts';
import { BurstWatch } from './burst-watch.ts';
import type { FoundAnomaly } from './found-anomaly.ts';
import { type ExplainWhich, JUDGES, type RecordJudge } from './record-judge.ts';
import type { ScoreBlock } from './score-block.ts';
import { SeenRecords } from './seen-records.ts';
import type { FeedbackEntry, LogEntry } from './stream.ts';

/** What an entry of the log came to. */
export type JudgedEntry = {
  seq: number;
  /** Number of its first event, and the verdicts in order; none for what is no record. */
  firstN: number;
  scores: ScoreBlock;
  /** Anomalies; with `always`, every event. */
  found: FoundAnomaly[];
  duplicates: number;
};

export type ModelFigures = {
  events: number;
  state: 'warming' | 'active';
  warming: { seen: number; needed: number };
  memoryBytes: number;
  evictions: number;
};

const MOST_SNAPSHOT_BYTES = 256 * 1024 * 1024;

/** A stream's model with what is counted beside it: a function of the stream's log and of nothing else. */
export class JudgedStream {
  readonly #judge: RecordJudge;
  readonly #bursts: BurstWatch;
  readonly #seen: SeenRecords;
  #events: number;
  #alpha: number;

  private constructor(parts: {
    alpha: number;
    judge: RecordJudge;
    bursts: BurstWatch;
    seen: SeenRecords;
    events: number;
  }) {
    this.#alpha = parts.alpha;
    this.#judge = parts.judge;
    this.#bursts = parts.bursts;
    this.#seen = parts.seen;
    this.#events = parts.events;
  }

  static create(kind: StreamKind, settings: StreamSettings): JudgedStream {
    const judge = JUDGES[kind].create(settings);
    return new JudgedStream({
      alpha: settings.alpha,
      judge,
      bursts: new BurstWatch(settings.alpha),
      seen: new SeenRecords(),
      events: 0,
    });
  }

  /** Takes the next entry of the log. */
  take(entry: LogEntry, explain: ExplainWhich): JudgedEntry {
    if (entry.kind === 'records') return this.#takeRecords(entry.seq, unpackRecords(entry.body), explain);
    const body = JSON.parse(Buffer.from(entry.body).toString('utf8')) as unknown;
    if (entry.kind === 'feedback') {
      const { n, isAnomaly } = body as FeedbackEntry;
      if (isAnomaly) this.#judge.takeOut(n);
    } else if (entry.kind === 'settings') {
      const { alpha } = body as StreamSettings;
      this.#alpha = alpha;
      this.#judge.setAlpha(alpha);
      this.#bursts.setAlpha(alpha);
    }
    return { seq: entry.seq, firstN: this.#events + 1, scores: emptyScores(0), found: [], duplicates: 0 };
  }

  #takeRecords(seq: number, records: readonly TelemetryRecord[], explain: ExplainWhich): JudgedEntry {
    const firstN = this.#events + 1;
    const scores = emptyScores(records.length);
    const found: FoundAnomaly[] = [];
    let duplicates = 0;
    for (const [index, record] of records.entries()) {
      if (this.#seen.push(record.at, contentOf(record))) duplicates += 1;
      this.#events += 1;
      const judgement = this.#judge.judge(record, this.#events, explain);
      scores.at[index] = record.at;
      scores.score[index] = judgement.score;
      scores.p[index] = judgement.p ?? Number.NaN;
      scores.anomaly[index] = judgement.anomaly ? 1 : 0;
      const bursting = this.#bursts.push(judgement.anomaly);
      if (judgement.found) found.push(this.#complete(judgement.found, bursting));
      for (const window of this.#judge.takeWindows(record.at)) found.push(this.#complete(window, bursting));
    }
    return { seq, firstN, scores, found, duplicates };
  }

  #complete(found: Omit<FoundAnomaly, 'severity' | 'burst'>, bursting: boolean): FoundAnomaly {
    const burst = bursting ? { anomalies: this.#bursts.anomalies, events: this.#bursts.events } : null;
    // One strange event is something to look at; more than chance explains is something to look at now.
    return { ...found, burst, severity: burst === null ? 4 : burst.anomalies * 2 >= burst.events ? 2 : 3 };
  }

  /**
   * Takes entries up to the event before this one, and stops there.
   * @returns what its detector knows then; null when the entries end before it
   */
  stateBefore(entries: readonly LogEntry[], n: number): Uint8Array | null {
    for (const entry of entries) {
      if (this.#events + 1 === n) break;
      if (entry.kind !== 'records') {
        this.take(entry, 'anomalies');
        continue;
      }
      const records = unpackRecords(entry.body);
      this.#takeRecords(entry.seq, records.slice(0, n - 1 - this.#events), 'anomalies');
    }
    return this.#events + 1 === n ? this.#judge.snapshot() : null;
  }

  figures(): ModelFigures {
    const { warming, memoryBytes, evictions } = this.#judge;
    return {
      events: this.#events,
      state: warming.seen >= warming.needed ? 'active' : 'warming',
      warming: { seen: Math.min(warming.seen, warming.needed), needed: warming.needed },
      memoryBytes,
      evictions,
    };
  }

  snapshot(): Uint8Array {
    const beside = { alpha: this.#alpha, events: this.#events, bursts: this.#bursts.state(), seen: this.#seen.state() };
    const header = Buffer.from(JSON.stringify(beside), 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    return zstdCompressSync(Buffer.concat([length, header, this.#judge.snapshot()]));
  }

  /** @throws RangeError when the bytes are not a snapshot of this engine */
  static restore(kind: StreamKind, settings: StreamSettings, snapshot: Uint8Array): JudgedStream {
    const bytes = zstdDecompressSync(snapshot, { maxOutputLength: MOST_SNAPSHOT_BYTES });
    const end = 4 + bytes.readUInt32LE(0);
    const beside = JSON.parse(bytes.toString('utf8', 4, end)) as {
      alpha: number;
      events: number;
      bursts: Parameters<typeof BurstWatch.restore>[1];
      seen: Parameters<typeof SeenRecords.restore>[0];
    };
    // As it was then: a later change stands in the log.
    const { alpha } = beside;
    return new JudgedStream({
      alpha,
      judge: JUDGES[kind].restore(Uint8Array.from(bytes.subarray(end)), { ...settings, alpha }),
      bursts: BurstWatch.restore(alpha, beside.bursts),
      seen: SeenRecords.restore(beside.seen),
      events: beside.events,
    });
  }
}

function emptyScores(events: number): ScoreBlock {
  return {
    at: new Float64Array(events),
    score: new Float64Array(events),
    p: new Float64Array(events),
    anomaly: new Uint8Array(events),
  };
}

function contentOf(record: TelemetryRecord): string {
  if ('text' in record)
    return record.attributes === undefined ? record.text : record.text + JSON.stringify(record.attributes);
  if ('series' in record) return `${record.series} ${record.value}`;
  return `${record.traceId} ${record.spanId}`;
}
