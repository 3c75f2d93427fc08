import type { Tx } from '../db/database.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { publish } from '../events/publish.ts';
import {
  type ApiKeyRow,
  hasWorkingKeyNamed,
  insertApiKey,
  lockApiKey,
  markApiKeyReplaced,
  markApiKeyRevoked,
} from './api-key-store.ts';
import { createId } from './prefixed-id.ts';
import { type KeyRole, lesserRole, type Principal } from './principal.ts';
import { createApiKeyToken, hashToken } from './secret-token.ts';
import { findUserByName } from './user-store.ts';

type NewKey = {
  name: string;
  role: KeyRole;
  /** Name of the person it is for; the person who makes it unless given. */
  owner?: string | undefined;
  expiresInMs: number | null;
  by: Pick<Principal, 'actor' | 'userId'>;
  now: Date;
};
export type CreatedKey = { key: ApiKeyRow; secret: string };

/**
 * A new key; `secret` is the only time its text exists outside of the caller's hands.
 * @throws HoldfastError `key.name-taken` (409): a working key of the same name would look the same in the record;
 * `key.unknown-owner` (400), `key.owner-may-less` (409)
 */
export async function createApiKey(tx: Tx, key: NewKey): Promise<CreatedKey> {
  if (await hasWorkingKeyNamed(tx, key.name, key.now)) {
    throw new HoldfastError({
      code: 'key.name-taken',
      kind: 'conflict',
      message: `there already is a working key called ${key.name}`,
      hint: 'Rotate or revoke it, or choose another name.',
    });
  }
  const ownerId = key.owner === undefined ? key.by.userId : await ownerOf(tx, key.owner, key.role);
  const { name, role, expiresInMs, now } = key;
  return addKey(tx, { name, role, ownerId, expiresInMs, actor: key.by.actor, now }, `role ${key.role}`);
}

/**
 * A new key in place of an old one, which goes on working for the overlap so that its users can be changed one by one.
 * @throws HoldfastError `key.unknown` (404), `key.ended` (409)
 */
export async function rotateApiKey(
  tx: Tx,
  rotation: { id: string; overlapMs: number; expiresInMs: number | null; actor: string; now: Date },
): Promise<CreatedKey> {
  const { actor, now } = rotation;
  const old = await lockApiKey(tx, rotation.id);
  if (!old) throw unknownKey(rotation.id);
  if (old.revokedAt || (old.expiresAt && old.expiresAt <= now) || old.replacedBy) {
    throw new HoldfastError({
      code: 'key.ended',
      kind: 'conflict',
      message: `key ${old.name} (${old.prefix}…) ${old.replacedBy ? 'was rotated already' : 'does not work any more'}`,
      hint: old.replacedBy ? `Rotate its successor ${old.replacedBy}.` : 'Create a new key.',
    });
  }
  const endsAt = new Date(now.getTime() + rotation.overlapMs);
  const { name, role, ownerId } = old;
  const created = await addKey(
    tx,
    { name, role, ownerId, expiresInMs: rotation.expiresInMs, actor, now },
    `replaces ${old.prefix}, which ends ${endsAt.toISOString()}`,
  );
  await markApiKeyReplaced(tx, old.id, created.key.id, endsAt);
  return created;
}

/** Ends a key; within a second on every replica. Ending it again changes nothing. @throws HoldfastError `key.unknown` (404) */
export async function revokeApiKey(tx: Tx, revocation: { id: string; actor: string; now: Date }): Promise<void> {
  const key = await lockApiKey(tx, revocation.id);
  if (!key) throw unknownKey(revocation.id);
  if (key.revokedAt) return;
  await markApiKeyRevoked(tx, key.id, revocation.now);
  const body = { name: key.name, detail: key.prefix };
  await publish(tx, [
    { kind: 'key.revoked', aggregate: `key:${key.id}`, body, actor: revocation.actor, at: revocation.now },
  ]);
}

async function ownerOf(tx: Tx, name: string, role: KeyRole): Promise<string> {
  const owner = await findUserByName(tx, name);
  if (!owner || owner.disabled) {
    throw new HoldfastError({
      code: 'key.unknown-owner',
      kind: 'invalid',
      message: owner ? `${name}'s account is disabled` : `there is no user called ${name}`,
      hint: 'Give an enabled user as the owner; `holdfast user ls` lists them.',
    });
  }
  if (lesserRole(role, owner.role) !== role) {
    throw new HoldfastError({
      code: 'key.owner-may-less',
      kind: 'conflict',
      message: `${name} is ${owner.role}, so a key of theirs cannot be ${role}`,
      hint: `Make it a key with role ${owner.role}, or change what ${name} may do.`,
    });
  }
  return owner.id;
}

async function addKey(
  tx: Tx,
  key: { name: string; role: KeyRole; ownerId: string | null; expiresInMs: number | null; actor: string; now: Date },
  detail: string,
): Promise<CreatedKey> {
  const { token, prefix } = createApiKeyToken();
  const made = await insertApiKey(tx, {
    id: createId('key', key.now.getTime()),
    name: key.name,
    prefix,
    tokenSha256: hashToken(token),
    role: key.role,
    ownerId: key.ownerId,
    createdBy: key.actor,
    at: key.now,
    expiresAt: key.expiresInMs === null ? null : new Date(key.now.getTime() + key.expiresInMs),
  });
  const owned = made.owner === null ? '' : `, answered for by ${made.owner}`;
  const body = { name: key.name, detail: `${prefix}, ${detail}${owned}` };
  await publish(tx, [{ kind: 'key.created', aggregate: `key:${made.id}`, body, actor: key.actor, at: key.now }]);
  return { key: made, secret: token };
}

function unknownKey(id: string): HoldfastError {
  return new HoldfastError({ code: 'key.unknown', kind: 'missing', message: `there is no key ${id}` });
}
