/** The anomaly engine: what it says of events, and the detector of one stream. */

export {
  checkEvidence,
  type EvidenceStatement,
  MAX_BUNDLE_BYTES,
  makeEvidence,
  type Proof,
  sealEvidence,
} from './evidence/bundle.ts';
export { decodeEvent } from './explanation/utf16-offsets.ts';
export { ENGINE_VERSION, type ExplainWhich, LogDetector } from './log-detector.ts';
export {
  defaultSettings,
  FIRST_JUDGED_EVENT,
  MAX_TABLE_BITS,
  MIN_TABLE_BITS,
  PROFILES,
  type Profile,
} from './settings.ts';
export type { EventVerdict, Explanation, WindowVerdict } from './verdict.ts';
export { VerdictDigest } from './verdict-digest.ts';
