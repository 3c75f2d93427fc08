import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { fingerprintOfKey, isSignedBy, type SigningKeys, signBytes } from '../../../platform/identity/signing-keys.ts';
import { canonicalJson } from '../../../platform/json/canonical-json.ts';
import type { LogDetector } from '../log-detector.ts';
import { ENGINES, type JudgedThing, judgeAgain, type ProvenVerdict } from './judge-again.ts';

const FORMAT = 'holdfast-anomaly-evidence';
/** 1 knew events alone, and is still read. */
const FORMAT_VERSION = 2;
/** A bundle larger than this is not read. */
export const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

/** What is proven: this was judged so by a model in this state. */
export interface EvidenceStatement {
  readonly format: typeof FORMAT;
  readonly formatVersion: number;
  /** Of the engine that judges things of this kind. */
  readonly engineVersion: number;
  /** Where it came from: a stream's name or a file's. */
  readonly source: string;
  readonly judged: JudgedThing;
  /** The model just before it learned what was judged: zstd, base64; and the sha256 of the snapshot itself. */
  readonly snapshot: string;
  readonly snapshotSha256: string;
  readonly verdict: ProvenVerdict;
  /** Fingerprint of the key that signs. */
  readonly signedBy: string;
}

/** What a bundle is made of: a thing that was judged, and the model's snapshot of just before. */
export type Proof = { readonly judged: JudgedThing; readonly snapshot: Uint8Array };

/**
 * A file that lets anyone judge an event again, without us: the event, the
 * model as it stood, the verdict with its reasons, all signed. Must be made
 * before the event is learned.
 *
 * @param source a stream's name or a file's
 */
export function makeEvidence(detector: LogDetector, event: Uint8Array, source: string, keys: SigningKeys): string {
  const judged: JudgedThing = { what: 'event', event: Buffer.from(event).toString('base64') };
  return sealEvidence({ judged, snapshot: detector.snapshot() }, source, keys);
}

/** The same of anything that is judged, from a snapshot taken earlier. */
export function sealEvidence({ judged, snapshot }: Proof, source: string, keys: SigningKeys): string {
  const statement: EvidenceStatement = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    engineVersion: ENGINES[judged.what].version,
    source,
    judged,
    snapshot: zstdCompressSync(snapshot).toString('base64'),
    snapshotSha256: sha256(snapshot),
    verdict: judgeAgain(judged, snapshot),
    signedBy: fingerprintOfKey(keys.publicKey),
  };
  const signature = signBytes(Buffer.from(canonicalJson(statement)), keys.privateKey);
  return `${canonicalJson({ ...statement, signature })}\n`;
}

export type EvidenceCheck =
  | { readonly ok: true; readonly statement: EvidenceStatement; readonly digest: string }
  | { readonly ok: false; readonly problem: EvidenceProblem; readonly message: string };

/** What can be wrong with a bundle. */
export type EvidenceProblem =
  | 'unreadable'
  | 'not-canonical'
  | 'other-engine'
  | 'not-signed-by-key'
  | 'bad-snapshot'
  | 'other-verdict';

/**
 * Checks a bundle and judges what it is about again. The bytes must be the canonical
 * form to the last one, signed with the key the caller trusts, never with one
 * that the bundle brings along.
 *
 * @param publicKey SPKI in base64
 */
export function checkEvidence(bytes: Uint8Array, publicKey: string): EvidenceCheck {
  const read = readBundle(bytes);
  if (read === null) return no('unreadable', 'this is no evidence bundle');
  const { signature, ...signed } = read;
  if (!Buffer.from(`${canonicalJson(read)}\n`).equals(bytes))
    return no('not-canonical', 'the file is not written as bundles are: it was changed');
  if (!isSignedBy(Buffer.from(canonicalJson(signed)), publicKey, signature))
    return no(
      'not-signed-by-key',
      `not what the key ${fingerprintOfKey(publicKey)} signed (the bundle names ${signed.signedBy})`,
    );
  const statement = asStatement(signed);
  const engine = ENGINES[statement.judged.what];
  if (statement.engineVersion !== engine.version)
    return no('other-engine', `judged by engine ${statement.engineVersion}; this is engine ${engine.version}`);
  let again: ProvenVerdict;
  try {
    const snapshot = zstdDecompressSync(Buffer.from(statement.snapshot, 'base64'), {
      maxOutputLength: engine.mostSnapshotBytes,
    });
    if (sha256(snapshot) !== statement.snapshotSha256)
      return no('bad-snapshot', 'the snapshot is not the one that was judged by');
    again = judgeAgain(statement.judged, snapshot);
  } catch (thrown) {
    return no('bad-snapshot', `the snapshot can’t be restored: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
  const verdict = canonicalJson(again);
  if (verdict !== canonicalJson(statement.verdict))
    return no('other-verdict', `judged again, the ${statement.judged.what} gets another verdict`);
  return { ok: true, statement, digest: sha256(Buffer.from(verdict)) };
}

/** As it is written and signed. Of format 1 the event stands for what was judged. */
type Bundle = Omit<EvidenceStatement, 'judged'> & {
  readonly signature: string;
  readonly judged?: JudgedThing;
  readonly event?: string;
};

function readBundle(bytes: Uint8Array): Bundle | null {
  if (bytes.length > MAX_BUNDLE_BYTES) return null;
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown> | null;
    if (value?.['format'] !== FORMAT || !isKnownContent(value)) return null;
    const texts = ['source', 'snapshot', 'snapshotSha256', 'signedBy', 'signature'];
    if (!texts.every((key) => typeof value[key] === 'string')) return null;
    if (typeof value['engineVersion'] !== 'number' || typeof value['verdict'] !== 'object') return null;
    return value as unknown as Bundle;
  } catch {
    return null;
  }
}

function isKnownContent({ formatVersion, event, judged }: Record<string, unknown>): boolean {
  if (formatVersion === 1) return typeof event === 'string';
  if (formatVersion !== FORMAT_VERSION || typeof judged !== 'object' || judged === null) return false;
  return Object.hasOwn(ENGINES, String((judged as Record<string, unknown>)['what']));
}

function asStatement({ judged, event = '', ...rest }: Omit<Bundle, 'signature'>): EvidenceStatement {
  return { ...rest, judged: judged ?? { what: 'event', event } };
}

function no(problem: EvidenceProblem, message: string): EvidenceCheck {
  return { ok: false, problem, message };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
