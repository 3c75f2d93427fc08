import type { Credential } from './credential.ts';
import { hashToken } from './secret-token.ts';

/** Of a key of ours, far longer than they are; of a token signed by others. */
const KEY = /^[A-Za-z0-9_-]{1,200}$/;
const TOKEN = /^(?=.{1,8000}$)[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** What stands behind `Bearer`: a key, hashed at once, or a signed token. Null when it is neither. */
export function readBearer(authorization: string): Credential | null {
  const shown = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '';
  return TOKEN.test(shown) ? { kind: 'token', token: shown } : credentialOfKey(shown);
}

export function credentialOfKey(key: string): Credential | null {
  return KEY.test(key) ? { kind: key.startsWith('hfc_') ? 'cli' : 'key', sha256: hashToken(key) } : null;
}
