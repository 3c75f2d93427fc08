import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { fingerprintOfKey, isSignedBy, type SigningKeys, signBytes } from '../../../platform/identity/signing-keys.ts';
import { canonicalJson } from '../../../platform/json/canonical-json.ts';
import { ENGINE_VERSION, LogDetector } from '../log-detector.ts';
import type { EventVerdict } from '../verdict.ts';

const FORMAT = 'holdfast-anomaly-evidence';
const FORMAT_VERSION = 1;
/** The largest snapshot there is (17 table bits, windows) takes about 3 MB; more than this is none of ours. */
const MAX_SNAPSHOT_BYTES = 8 * 1024 * 1024;
/** A bundle larger than this is not read. */
export const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

/** What is proven: this event was judged so by a model in this state. */
export interface EvidenceStatement {
  readonly format: typeof FORMAT;
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly engineVersion: number;
  /** Where the event came from: a stream's name or a file's. */
  readonly source: string;
  /** The event's bytes, base64. */
  readonly event: string;
  /** The model just before it learned the event: zstd, base64; and the sha256 of the snapshot itself. */
  readonly snapshot: string;
  readonly snapshotSha256: string;
  readonly verdict: EventVerdict;
  /** Fingerprint of the key that signs. */
  readonly signedBy: string;
}

/**
 * A file that lets anyone judge the event again, without us: the event, the
 * model as it stood, the verdict with its reasons, all signed. Must be made
 * before the event is learned.
 *
 * @param source a stream's name or a file's
 */
export function makeEvidence(detector: LogDetector, event: Uint8Array, source: string, keys: SigningKeys): string {
  return sealEvidence(detector.snapshot(), event, source, keys);
}

/** The same from a snapshot taken earlier. */
export function sealEvidence(snapshot: Uint8Array, event: Uint8Array, source: string, keys: SigningKeys): string {
  const statement: EvidenceStatement = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    engineVersion: ENGINE_VERSION,
    source,
    event: Buffer.from(event).toString('base64'),
    snapshot: zstdCompressSync(snapshot).toString('base64'),
    snapshotSha256: sha256(snapshot),
    verdict: LogDetector.restore(snapshot).look(event, 'always'),
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
 * Checks a bundle and judges its event again. The bytes must be the canonical
 * form to the last one, signed with the key the caller trusts, never with one
 * that the bundle brings along.
 *
 * @param publicKey SPKI in base64
 */
export function checkEvidence(bytes: Uint8Array, publicKey: string): EvidenceCheck {
  const read = readBundle(bytes);
  if (read === null) return no('unreadable', 'this is no evidence bundle');
  const { signature, ...statement } = read;
  if (!Buffer.from(`${canonicalJson(read)}\n`).equals(bytes))
    return no('not-canonical', 'the file is not written as bundles are: it was changed');
  if (!isSignedBy(Buffer.from(canonicalJson(statement)), publicKey, signature))
    return no(
      'not-signed-by-key',
      `not what the key ${fingerprintOfKey(publicKey)} signed (the bundle names ${statement.signedBy})`,
    );
  if (statement.engineVersion !== ENGINE_VERSION)
    return no('other-engine', `judged by engine ${statement.engineVersion}; this is engine ${ENGINE_VERSION}`);
  let again: EventVerdict;
  try {
    const snapshot = zstdDecompressSync(Buffer.from(statement.snapshot, 'base64'), {
      maxOutputLength: MAX_SNAPSHOT_BYTES,
    });
    if (sha256(snapshot) !== statement.snapshotSha256)
      return no('bad-snapshot', 'the snapshot is not the one that was judged by');
    again = LogDetector.restore(snapshot).look(Buffer.from(statement.event, 'base64'), 'always');
  } catch (thrown) {
    return no('bad-snapshot', `the snapshot can’t be restored: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
  const verdict = canonicalJson(again);
  if (verdict !== canonicalJson(statement.verdict))
    return no('other-verdict', 'judged again, the event gets another verdict');
  return { ok: true, statement, digest: sha256(Buffer.from(verdict)) };
}

type Bundle = EvidenceStatement & { readonly signature: string };

function readBundle(bytes: Uint8Array): Bundle | null {
  if (bytes.length > MAX_BUNDLE_BYTES) return null;
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown> | null;
    if (value?.['format'] !== FORMAT || value['formatVersion'] !== FORMAT_VERSION) return null;
    const texts = ['source', 'event', 'snapshot', 'snapshotSha256', 'signedBy', 'signature'];
    if (!texts.every((key) => typeof value[key] === 'string')) return null;
    if (typeof value['engineVersion'] !== 'number' || typeof value['verdict'] !== 'object') return null;
    return value as unknown as Bundle;
  } catch {
    return null;
  }
}

function no(problem: EvidenceProblem, message: string): EvidenceCheck {
  return { ok: false, problem, message };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
