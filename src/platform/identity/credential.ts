import type { Principal } from './principal.ts';

/** What a caller showed, hashed: the token itself is forgotten at once. */
export type Credential =
  | { kind: 'session' | 'key' | 'cli'; sha256: string }
  | { kind: 'no-auth'; sha256: '' }
  /** A signed token, which has to be read whole. */
  | { kind: 'token'; token: string };

/** Whom a credential stands for, or why it stands for nobody. `at` is when it ended. */
export type Resolution =
  | { kind: 'accepted'; principal: Principal; expiresAt: Date | null }
  | { kind: 'refused'; reason: 'unknown' | 'disabled'; at: null; why?: string }
  | { kind: 'refused'; reason: 'expired' | 'revoked'; at: Date };
