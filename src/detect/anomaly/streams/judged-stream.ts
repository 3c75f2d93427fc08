import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { StreamSettings } from '../../../contract/stream.ts';
import {
  type LogRecord,
  type StreamKind,
  type TelemetryRecord,
  unpackRecords,
} from '../../../observe/intake/telemetry/index.ts';
import type { Proof } from '../index.ts';
import type { BeforeTrace } from '../traces/index.ts';
import { BurstWatch } from './burst-watch.ts';
import type { FoundAnomaly } from './found-anomaly.ts';
import { type ExplainWhich, JUDGES, type Judgement, type RecordJudge } from './record-judge.ts';
import type { ScoreBlock } from './score-block.ts';
import { SeenRecords } from './seen-records.ts';
import type { FeedbackEntry, LogEntry } from './stream.ts';

/** What an entry of the log came to. */
export type JudgedEntry = {
  seq: number;
  /** Number of its first event, and the verdicts in order; none for what is no record. */
  firstN: number;
  scores: ScoreBlock;
  /** Records it held; of traces more than verdicts. */
  records: number;
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
  /** What waits to be whole. */
  open: number;
};

/** An anomaly as evidence is asked for. Events are numbered as records of the stream, windows and traces by themselves. */
export type WantedProof =
  | { what: 'event' | 'point' | 'trace'; n: number }
  | { what: 'window'; n: number; from: number; to: number };

const MOST_SNAPSHOT_BYTES = 256 * 1024 * 1024;

/** A stream's model with what is counted beside it: a function of the stream's log and of nothing else. */
export class JudgedStream {
  readonly #judge: RecordJudge;
  readonly #bursts: BurstWatch;
  readonly #seen: SeenRecords;
  #events: number;
  #verdicts: number;
  #alpha: number;

  private constructor(parts: {
    alpha: number;
    judge: RecordJudge;
    bursts: BurstWatch;
    seen: SeenRecords;
    events: number;
    verdicts: number;
  }) {
    this.#alpha = parts.alpha;
    this.#judge = parts.judge;
    this.#bursts = parts.bursts;
    this.#seen = parts.seen;
    this.#events = parts.events;
    this.#verdicts = parts.verdicts;
  }

  static create(kind: StreamKind, settings: StreamSettings): JudgedStream {
    const judge = JUDGES[kind].create(settings);
    return new JudgedStream({
      alpha: settings.alpha,
      judge,
      bursts: new BurstWatch(settings.alpha),
      seen: new SeenRecords(),
      events: 0,
      verdicts: 0,
    });
  }

  /** Takes the next entry of the log. */
  take(entry: LogEntry, explain: ExplainWhich): JudgedEntry {
    const text = () => JSON.parse(Buffer.from(entry.body).toString('utf8')) as unknown;
    switch (entry.kind) {
      case 'records':
        return this.#takeRecords(entry, unpackRecords(entry.body), explain);
      case 'tick':
        return this.#takeRecords(entry, [], explain);
      case 'feedback': {
        const word = text() as FeedbackEntry;
        if (word.isAnomaly) this.#judge.takeOut(word);
        break;
      }
      case 'settings':
        this.#alpha = (text() as StreamSettings).alpha;
        this.#judge.setAlpha(this.#alpha);
        this.#bursts.setAlpha(this.#alpha);
    }
    return { seq: entry.seq, firstN: this.#verdicts + 1, records: 0, scores: emptyScores(0), found: [], duplicates: 0 };
  }

  #takeRecords(
    entry: LogEntry,
    records: readonly TelemetryRecord[],
    explain: ExplainWhich,
    before?: BeforeTrace,
  ): JudgedEntry {
    const firstN = this.#verdicts + 1;
    const judgements: Judgement[] = [];
    const found: FoundAnomaly[] = [];
    let duplicates = 0;
    const keep = (judgement: Judgement) => {
      judgements.push(judgement);
      this.#verdicts += 1;
      const bursting = this.#bursts.push(judgement.anomaly);
      if (judgement.found) found.push(this.#complete(judgement.found, bursting));
      for (const window of this.#judge.takeWindows(judgement.at)) found.push(this.#complete(window, bursting));
    };
    for (const record of records) {
      if (this.#seen.push(record.at, contentOf(record))) duplicates += 1;
      this.#events += 1;
      const judgement = this.#judge.judge(record, this.#events, explain, entry.at);
      if (judgement) keep(judgement);
    }
    for (const judgement of this.#judge.takeLater(entry.at, before)) keep(judgement);
    return { seq: entry.seq, firstN, records: records.length, scores: scoresOf(judgements), found, duplicates };
  }

  #complete(found: Omit<FoundAnomaly, 'severity' | 'burst'>, bursting: boolean): FoundAnomaly {
    const burst = bursting ? { anomalies: this.#bursts.anomalies, events: this.#bursts.events } : null;
    // One strange event is something to look at; more than chance explains is something to look at now.
    return { ...found, burst, severity: burst === null ? 4 : burst.anomalies * 2 >= burst.events ? 2 : 3 };
  }

  /**
   * Judges entries again up to an anomaly, and stops there.
   * @returns what it takes to judge that one again; null when the entries end before it, or begin after it
   */
  proofOf(entries: readonly LogEntry[], wanted: WantedProof): Proof | null {
    switch (wanted.what) {
      case 'trace':
        return this.#proofOfTrace(entries, wanted.n);
      case 'window':
        return this.#proofOfWindow(entries, wanted);
      default: {
        const record = this.#stopBefore(entries, wanted.n)?.next().value;
        return record ? this.#judge.proofOf(record) : null;
      }
    }
  }

  #proofOfTrace(entries: readonly LogEntry[], wantedN: number): Proof | null {
    let proof: Proof | null = null;
    const before: BeforeTrace = (n, trace, detector) => {
      if (n === wantedN) proof = { judged: { what: 'trace', ...trace }, snapshot: detector.snapshotOfLearned() };
    };
    for (const entry of entries) {
      const records = entry.kind === 'records' ? unpackRecords(entry.body) : [];
      if (entry.kind === 'records' || entry.kind === 'tick') this.#takeRecords(entry, records, 'anomalies', before);
      else this.take(entry, 'anomalies');
      if (proof) break;
    }
    return proof;
  }

  /** Its events are judged again one after the other: what people said between them changes no window. */
  #proofOfWindow(entries: readonly LogEntry[], { n, from, to }: { n: number; from: number; to: number }): Proof | null {
    const records = this.#stopBefore(entries, from);
    const events: string[] = [];
    const snapshot = this.#judge.snapshot();
    for (const record of records ?? []) {
      events.push(Buffer.from((record as LogRecord).text).toString('base64'));
      if (events.length === to - from + 1) return { judged: { what: 'window', n, events }, snapshot };
    }
    return null;
  }

  /** Takes entries up to the record before this one. @returns the records from it on; null when it is not among them */
  #stopBefore(entries: readonly LogEntry[], n: number): Generator<TelemetryRecord> | null {
    for (const [index, entry] of entries.entries()) {
      const records = entry.kind === 'records' ? unpackRecords(entry.body) : [];
      const before = n - 1 - this.#events;
      if (before < 0) return null;
      if (before < records.length) {
        this.#takeRecords(entry, records.slice(0, before), 'anomalies');
        return recordsOf(records.slice(before), entries.slice(index + 1));
      }
      this.take(entry, 'anomalies');
    }
    return null;
  }

  figures(): ModelFigures {
    const { warming, memoryBytes, evictions, open } = this.#judge;
    return {
      events: this.#events,
      state: warming.seen >= warming.needed ? 'active' : 'warming',
      warming: { seen: Math.min(warming.seen, warming.needed), needed: warming.needed },
      memoryBytes,
      evictions,
      open,
    };
  }

  snapshot(): Uint8Array {
    const beside = {
      alpha: this.#alpha,
      events: this.#events,
      verdicts: this.#verdicts,
      bursts: this.#bursts.state(),
      seen: this.#seen.state(),
    };
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
      verdicts: number;
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
      verdicts: beside.verdicts,
    });
  }
}

function* recordsOf(first: readonly TelemetryRecord[], entries: readonly LogEntry[]): Generator<TelemetryRecord> {
  yield* first;
  for (const entry of entries) if (entry.kind === 'records') yield* unpackRecords(entry.body);
}

function emptyScores(events: number): ScoreBlock {
  return {
    at: new Float64Array(events),
    score: new Float64Array(events),
    p: new Float64Array(events),
    anomaly: new Uint8Array(events),
  };
}

function scoresOf(judgements: readonly Judgement[]): ScoreBlock {
  const scores = emptyScores(judgements.length);
  for (const [index, { at, score, p, anomaly }] of judgements.entries()) {
    scores.at[index] = at;
    scores.score[index] = score;
    scores.p[index] = p ?? Number.NaN;
    scores.anomaly[index] = anomaly ? 1 : 0;
  }
  return scores;
}

function contentOf(record: TelemetryRecord): string {
  if ('text' in record)
    return record.attributes === undefined ? record.text : record.text + JSON.stringify(record.attributes);
  if ('series' in record) return `${record.series} ${record.value}`;
  return `${record.traceId} ${record.spanId}`;
}
