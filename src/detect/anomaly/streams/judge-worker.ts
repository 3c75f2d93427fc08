/** The thread that judges: the models of its streams live here, and every stream lives in one thread only. */
import { parentPort } from 'node:worker_threads';
import type { StreamSettings } from '../../../contract/stream.ts';
import type { StreamKind } from '../../../observe/intake/telemetry/index.ts';
import type { FoundAnomaly } from './found-anomaly.ts';
import { type JudgedEntry, JudgedStream, type ModelFigures } from './judged-stream.ts';
import type { ExplainWhich } from './record-judge.ts';
import { packScores, type ScoreBlock } from './score-block.ts';
import type { LogEntry } from './stream.ts';

export type JudgeQuestion = { id: number; stream: string } & (
  | { ask: 'open'; kind: StreamKind; settings: StreamSettings; snapshot: Uint8Array | null }
  | { ask: 'judge'; entries: LogEntry[]; explain: ExplainWhich; replay: boolean }
  | { ask: 'snapshot' }
  | { ask: 'close' }
);
/** Entries judged together: their verdicts as one block, as they are kept. */
export type JudgedBlock = {
  /** Verdicts, and the records they were made of: of traces those are more. */
  firstN: number;
  events: number;
  records: number;
  fromAt: number;
  toAt: number;
  anomalies: number;
  scores: ScoreBlock;
  packed: Uint8Array;
  duplicates: number;
  /** Where each entry lies in the block, and what was found in it. */
  entries: { seq: number; firstN: number; events: number; found: FoundAnomaly[] }[];
};
export type JudgeAnswer =
  | {
      id: number;
      ok: true;
      block: JudgedBlock | null;
      figures: ModelFigures;
      snapshot: Uint8Array | null;
      millis: number;
    }
  | { id: number; ok: false; message: string };

const streams = new Map<string, JudgedStream>();
const NOTHING: ModelFigures = {
  events: 0,
  state: 'warming',
  warming: { seen: 0, needed: 0 },
  memoryBytes: 0,
  evictions: 0,
  open: 0,
};

function blockOf(judged: readonly JudgedEntry[]): JudgedBlock {
  const events = judged.reduce((sum, { scores }) => sum + scores.at.length, 0);
  const scores: ScoreBlock = {
    at: new Float64Array(events),
    score: new Float64Array(events),
    p: new Float64Array(events),
    anomaly: new Uint8Array(events),
  };
  let offset = 0;
  for (const entry of judged) {
    for (const column of ['at', 'score', 'p', 'anomaly'] as const) scores[column].set(entry.scores[column], offset);
    offset += entry.scores.at.length;
  }
  return {
    firstN: judged[0]?.firstN ?? 1,
    events,
    records: judged.reduce((sum, { records }) => sum + records, 0),
    fromAt: scores.at.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY),
    toAt: scores.at.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY),
    anomalies: scores.anomaly.reduce((sum, flag) => sum + flag, 0),
    scores,
    packed: packScores(scores),
    duplicates: judged.reduce((sum, each) => sum + each.duplicates, 0),
    entries: judged.map(({ seq, firstN, scores: own, found }) => ({ seq, firstN, events: own.at.length, found })),
  };
}

function answer(question: JudgeQuestion): JudgeAnswer {
  const { id, stream } = question;
  const startedAt = performance.now();
  if (question.ask === 'close') {
    streams.delete(stream);
    return { id, ok: true, block: null, figures: NOTHING, snapshot: null, millis: 0 };
  }
  if (question.ask === 'open') {
    const { kind, settings, snapshot } = question;
    const opened = snapshot ? JudgedStream.restore(kind, settings, snapshot) : JudgedStream.create(kind, settings);
    streams.set(stream, opened);
    return { id, ok: true, block: null, figures: opened.figures(), snapshot: null, millis: 0 };
  }
  const model = streams.get(stream);
  if (!model) return { id, ok: false, message: `stream ${stream} is not open here` };
  let block: JudgedBlock | null = null;
  if (question.ask === 'judge') {
    const judged = question.entries.map((entry) => model.take(entry, question.explain));
    if (!question.replay) block = blockOf(judged);
  }
  const snapshot = question.ask === 'snapshot' ? model.snapshot() : null;
  return { id, ok: true, block, figures: model.figures(), snapshot, millis: performance.now() - startedAt };
}

parentPort?.on('message', (question: JudgeQuestion) => {
  try {
    parentPort?.postMessage(answer(question));
  } catch (thrown) {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    parentPort?.postMessage({ id: question.id, ok: false, message } satisfies JudgeAnswer);
  }
});
