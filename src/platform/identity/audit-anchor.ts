import { fingerprintOfKey, isSignedBy, type SigningKeys, signBytes } from './signing-keys.ts';

const KIND = 'holdfast-audit-anchor';
const VERSION = 1;

/**
 * A signed statement that the chain had this hash at this entry. Kept outside of the database it proves that everything
 * up to there is as it was: whoever rewrites the chain cannot rewrite what somebody else already has.
 */
export type AuditAnchor = { seq: number; hash: string; at: string; publicKey: string; signature: string };

const statementOf = ({ seq, hash, at }: Pick<AuditAnchor, 'seq' | 'hash' | 'at'>) =>
  Buffer.from([KIND, VERSION, seq, hash, at].join('\n'));

/** Signs the end of a chain. */
export function signAnchor(end: { seq: number; hash: string }, at: Date, keys: SigningKeys): AuditAnchor {
  const stated = { seq: end.seq, hash: end.hash, at: at.toISOString() };
  return { ...stated, publicKey: keys.publicKey, signature: signBytes(statementOf(stated), keys.privateKey) };
}

/** True when the anchor says what its key signed. */
export function isAnchorGenuine(anchor: AuditAnchor): boolean {
  return isSignedBy(statementOf(anchor), anchor.publicKey, anchor.signature);
}

/** An anchor as a line of a file, a log or the body of a webhook. */
export function anchorLine(anchor: AuditAnchor): string {
  const { seq, hash, at, publicKey, signature } = anchor;
  return JSON.stringify({ kind: KIND, version: VERSION, seq, hash, at, publicKey, signature });
}

/** What a file of anchors holds, or the first line in it that is none or not genuine. */
export type ReadAnchors =
  | { ok: true; anchors: Map<number, string>; keys: string[] }
  | { ok: false; line: number; message: string };

/**
 * Reads lines of anchors, of which each must be signed.
 * @param trusted a key, or its fingerprint, that all of them must be signed with; null takes the keys in the file
 */
export function readAnchors(lines: Iterable<string>, trusted: string | null): ReadAnchors {
  const anchors = new Map<number, string>();
  const keys = new Set<string>();
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const anchor = parseAnchor(line);
    if (!anchor) return { ok: false, line: number, message: `line ${number} is no anchor` };
    if (!isAnchorGenuine(anchor))
      return { ok: false, line: number, message: `line ${number} is not what its key signed` };
    if (trusted !== null && trusted !== anchor.publicKey && trusted !== fingerprintOfKey(anchor.publicKey)) {
      return {
        ok: false,
        line: number,
        message: `line ${number} is signed with another key (${fingerprintOfKey(anchor.publicKey)})`,
      };
    }
    const other = anchors.get(anchor.seq);
    if (other !== undefined && other !== anchor.hash)
      return {
        ok: false,
        line: number,
        message: `line ${number} says another hash of entry ${anchor.seq} than a line before it`,
      };
    anchors.set(anchor.seq, anchor.hash);
    keys.add(anchor.publicKey);
  }
  return { ok: true, anchors, keys: [...keys] };
}

function parseAnchor(line: string): AuditAnchor | null {
  try {
    const value = JSON.parse(line) as Record<string, unknown> | null;
    if (value?.['kind'] !== KIND || value['version'] !== VERSION || !Number.isSafeInteger(value['seq'])) return null;
    const texts = ['hash', 'at', 'publicKey', 'signature'].map((key) => value[key]);
    return texts.every((text) => typeof text === 'string') ? (value as unknown as AuditAnchor) : null;
  } catch {
    return null;
  }
}
