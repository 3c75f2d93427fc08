import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../db/database.ts';
import type { Wakeups } from '../events/wakeups.ts';
import type { Logger } from '../log/logger.ts';
import { findApiKeyByToken, touchApiKey } from './api-key-store.ts';
import type { Credential, Resolution } from './credential.ts';
import { CLI_PRINCIPAL, lesserRole, NO_AUTH_PRINCIPAL, type Principal } from './principal.ts';
import { createResolutionCache } from './resolution-cache.ts';
import { hashToken } from './secret-token.ts';
import { findSession, touchSession } from './session-store.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** A session that nobody used for so long has ended, whatever its expiry says. */
export const SESSION_IDLE_MS = 24 * 3_600_000;
/** Last use is written at most this often per credential and process. */
const TOUCH_EVERY_MS = 60_000;
const MOST_TOUCHED = 10_000;

export type CredentialResolver = {
  resolve(credential: Credential): Promise<Resolution>;
  /** Forgets the second of memory and waits for writes under way. */
  close(): Promise<void>;
};

/** Says whom a credential stands for, from the database and at most a second late. */
export function createCredentialResolver(
  deps: { database: Database; clock: Clock; logger: Logger; wakeups: Pick<Wakeups, 'on'> },
  options: { cliToken: string | null; verifyToken?: TokenVerifier | undefined },
): CredentialResolver {
  const cliSha256 = options.cliToken === null ? null : Buffer.from(hashToken(options.cliToken), 'hex');
  const touchedAtMs = new LRUCache<string, number>({ max: MOST_TOUCHED });
  const writes = new Set<Promise<void>>();

  /** Off the request's path: a late or lost note of use must not slow or fail the use. */
  const touch = (id: string, seenAt: Date | null, write: (at: Date) => Promise<void>) => {
    const now = deps.clock.now();
    const last = Math.max(touchedAtMs.get(id) ?? 0, seenAt?.getTime() ?? 0);
    if (now.getTime() - last < TOUCH_EVERY_MS) return;
    touchedAtMs.set(id, now.getTime());
    const writing: Promise<void> = write(now)
      .catch((thrown: unknown) => deps.logger.debug({ err: thrown, id }, 'last use could not be written'))
      .finally(() => writes.delete(writing));
    writes.add(writing);
  };

  const look = async (cacheKey: string): Promise<Resolution> => {
    const [kind, sha256] = cacheKey.split(':') as [Credential['kind'], string];
    const now = deps.clock.now();
    if (kind === 'key') {
      const key = await findApiKeyByToken(deps.database.db, sha256);
      if (!key) return { kind: 'refused', reason: 'unknown', at: null };
      if (key.revokedAt) return { kind: 'refused', reason: 'revoked', at: key.revokedAt };
      if (key.expiresAt && key.expiresAt <= now) return { kind: 'refused', reason: 'expired', at: key.expiresAt };
      if (key.ownerDisabled) return { kind: 'refused', reason: 'disabled', at: null };
      touch(key.id, key.lastUsedAt, (at) => touchApiKey(deps.database.db, key.id, at));
      const actor = `key:${key.name}`;
      const principal: Principal = {
        actor,
        person: key.owner === null ? actor : `user:${key.owner}`,
        userId: key.ownerId,
        name: key.name,
        // A key never may more than the person behind it.
        role: key.ownerRole === null ? key.role : lesserRole(key.role, key.ownerRole),
      };
      return { kind: 'accepted', principal, expiresAt: key.expiresAt };
    }
    const session = await findSession(deps.database.db, sha256);
    if (!session) return { kind: 'refused', reason: 'unknown', at: null };
    if (session.disabled) return { kind: 'refused', reason: 'disabled', at: null };
    const idleAt = new Date(session.lastSeenAt.getTime() + SESSION_IDLE_MS);
    const endsAt = idleAt < session.expiresAt ? idleAt : session.expiresAt;
    if (endsAt <= now) return { kind: 'refused', reason: 'expired', at: endsAt };
    touch(session.id, session.lastSeenAt, (at) => touchSession(deps.database.db, session.id, at));
    const actor = `user:${session.name}`;
    const principal = { actor, person: actor, userId: session.userId, name: session.name, role: session.role };
    return { kind: 'accepted', principal, expiresAt: session.expiresAt };
  };
  const cache = createResolutionCache(look);
  const off = deps.wakeups.on('identity', cache.clear);

  return {
    async resolve(credential) {
      if (credential.kind === 'no-auth') return { kind: 'accepted', principal: NO_AUTH_PRINCIPAL, expiresAt: null };
      if (credential.kind === 'cli') {
        const same = cliSha256 !== null && timingSafeEqual(cliSha256, Buffer.from(credential.sha256, 'hex'));
        return same
          ? { kind: 'accepted', principal: CLI_PRINCIPAL, expiresAt: null }
          : { kind: 'refused', reason: 'unknown', at: null };
      }
      if (credential.kind === 'token') {
        if (options.verifyToken) return options.verifyToken(credential.token);
        return { kind: 'refused', reason: 'unknown', at: null, why: 'signed tokens are not accepted here' };
      }
      const resolution = await cache.get(`${credential.kind}:${credential.sha256}`);
      // A key may end within the second it is remembered.
      if (resolution.kind === 'accepted' && resolution.expiresAt && resolution.expiresAt <= deps.clock.now()) {
        return { kind: 'refused', reason: 'expired', at: resolution.expiresAt };
      }
      return resolution;
    },
    async close() {
      off();
      cache.clear();
      await Promise.all(writes);
    },
  };
}
