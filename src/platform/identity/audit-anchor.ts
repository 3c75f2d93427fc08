import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

const KIND = 'holdfast-audit-anchor';
const VERSION = 1;

/**
 * A signed statement that the chain had this hash at this entry. Kept outside of the database it proves that everything
 * up to there is as it was: whoever rewrites the chain cannot rewrite what somebody else already has.
 */
export type AuditAnchor = { seq: number; hash: string; at: string; publicKey: string; signature: string };

export type AnchorKeys = { publicKey: string; privateKey: string };

/** A new Ed25519 pair; SPKI and PKCS#8 in base64. */
export function createAnchorKeys(): AnchorKeys {
  const pair = generateKeyPairSync('ed25519');
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  };
}

const statementOf = ({ seq, hash, at }: Pick<AuditAnchor, 'seq' | 'hash' | 'at'>) =>
  Buffer.from([KIND, VERSION, seq, hash, at].join('\n'));

/** Signs the end of a chain. */
export function signAnchor(end: { seq: number; hash: string }, at: Date, keys: AnchorKeys): AuditAnchor {
  const stated = { seq: end.seq, hash: end.hash, at: at.toISOString() };
  const key = createPrivateKey({ key: Buffer.from(keys.privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  return { ...stated, publicKey: keys.publicKey, signature: sign(null, statementOf(stated), key).toString('base64') };
}

/** True when the anchor says what its key signed. */
export function isAnchorGenuine(anchor: AuditAnchor): boolean {
  // Only as it was written: decoding passes over characters that are no base64.
  const isExact = (text: string) => Buffer.from(text, 'base64').toString('base64') === text;
  if (!isExact(anchor.publicKey) || !isExact(anchor.signature)) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(anchor.publicKey, 'base64'), format: 'der', type: 'spki' });
    return (
      key.asymmetricKeyType === 'ed25519' &&
      verify(null, statementOf(anchor), key, Buffer.from(anchor.signature, 'base64'))
    );
  } catch {
    return false;
  }
}

/** How people compare keys: the first 16 digits of the sha256 of its bytes. */
export function fingerprintOfKey(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
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
