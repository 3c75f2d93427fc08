/** Streams of telemetry: what is stored of them, how they are judged, what people do with them. */
export {
  drawScores,
  listAnomalies,
  readDays,
  readScoreBlocks,
  readScoreRange,
  readVerdicts,
} from './anomaly-store.ts';
export { buildEvidence } from './build-evidence.ts';
export {
  changeStream,
  giveFeedback,
  pauseStream,
  resumeStream,
  showAnomaly,
  showOneStream,
  showStream,
} from './edit-stream.ts';
export { claimExport, countExports, type DueExport, delayExport, endExport, nextExportDue } from './export-store.ts';
export { type JudgedFigures, type JudgeOffice, offerStored, startJudgeOffice } from './judge-office.ts';
export { countDuplicates, deleteOldReceipts, type EventPlace, type IntakeReply } from './receipt-store.ts';
export { createTelemetryStore, type StoredBatch } from './store-telemetry.ts';
export { listOwnRules, listStreams } from './stream-store.ts';
export { countBacklog, pruneLogs } from './verdict-store.ts';
export type { EntryVerdicts } from './verdict-waiters.ts';
