/** Makes one evidence bundle, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { StreamSettings } from '../../../contract/stream.ts';
import type { StreamKind } from '../../../observe/intake/telemetry/index.ts';
import type { SigningKeys } from '../../../platform/identity/signing-keys.ts';
import { sealEvidence } from '../index.ts';
import { JudgedStream, type WantedProof } from './judged-stream.ts';
import type { LogEntry } from './stream.ts';

export type EvidenceQuestion = {
  kind: StreamKind;
  settings: StreamSettings;
  snapshot: Uint8Array | null;
  entries: LogEntry[];
  wanted: WantedProof;
  source: string;
  keys: SigningKeys;
};
export type EvidenceAnswer = { bundle: string | null };

const { kind, settings, snapshot, entries, wanted, source, keys } = workerData as EvidenceQuestion;
const model = snapshot ? JudgedStream.restore(kind, settings, snapshot) : JudgedStream.create(kind, settings);
const proof = model.proofOf(entries, wanted);
const bundle = proof === null ? null : sealEvidence(proof, source, keys);
parentPort?.postMessage({ bundle } satisfies EvidenceAnswer);
