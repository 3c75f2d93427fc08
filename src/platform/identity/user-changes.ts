import type { Tx } from '../db/database.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { publish } from '../events/publish.ts';
import { createId } from './prefixed-id.ts';
import type { Role } from './principal.ts';
import { deleteSessionsOf } from './session-store.ts';
import { type IssuedLink, issueLink } from './sign-in-links.ts';
import { insertUser, lockUser, lockWorkingAdmins, type UserRow, updateUser } from './user-store.ts';

/** A new person and the link by which that person sets a password. @throws HoldfastError `user.name-taken` (409) */
export async function inviteUser(
  tx: Tx,
  user: { name: string; role: Role; actor: string; now: Date },
): Promise<{ user: UserRow; link: IssuedLink }> {
  const made = await insertUser(tx, { id: createId('usr'), name: user.name, role: user.role, at: user.now });
  if (!made) {
    throw new HoldfastError({
      code: 'user.name-taken',
      kind: 'conflict',
      message: `there already is a user called ${user.name}`,
      hint: 'Choose another name, or change or enable the existing user.',
    });
  }
  const body = { name: user.name, detail: `role ${user.role}` };
  await publish(tx, [{ kind: 'user.created', aggregate: `user:${made.id}`, body, actor: user.actor, at: user.now }]);
  const link = await issueLink(tx, {
    userId: made.id,
    name: made.name,
    purpose: 'invite',
    actor: user.actor,
    now: user.now,
  });
  return { user: made, link };
}

/**
 * Changes a person's role, or shuts the person out (sessions end at once) or in again.
 * @param change.check looks at the user before anything changes (an `If-Match`)
 * @throws HoldfastError `user.unknown` (404), `user.last-admin` (409)
 */
export async function changeUser(
  tx: Tx,
  change: {
    id: string;
    role?: Role | undefined;
    disabled?: boolean | undefined;
    actor: string;
    now: Date;
    check(user: UserRow): void;
  },
): Promise<UserRow> {
  // The administrators first, in one order, so that two such changes cannot wait for each other.
  const admins = await lockWorkingAdmins(tx);
  const user = await lockUser(tx, change.id);
  if (!user) throw unknownUser(change.id);
  change.check(user);
  const role = change.role ?? user.role;
  const disabled = change.disabled ?? user.disabled;
  if (role === user.role && disabled === user.disabled) return user;
  const staysAdmin = role === 'admin' && !disabled;
  if (admins.includes(user.id) && !staysAdmin && admins.length === 1) {
    throw new HoldfastError({
      code: 'user.last-admin',
      kind: 'conflict',
      message: `${user.name} is the last administrator who can sign in`,
      hint: 'Make somebody else administrator first; the role counts once a password is set.',
    });
  }
  const changed = await updateUser(tx, user.id, { role, disabled });
  if (disabled) await deleteSessionsOf(tx, user.id);
  const parts = [
    role === user.role ? null : `role ${user.role} → ${role}`,
    disabled === user.disabled ? null : disabled ? 'disabled' : 'enabled',
  ];
  const body = { name: user.name, detail: parts.filter((part) => part !== null).join(', ') };
  await publish(tx, [
    { kind: 'user.changed', aggregate: `user:${user.id}`, body, actor: change.actor, at: change.now },
  ]);
  return changed;
}

/** A link for somebody who lost the password. The old password goes on working until the link is used. */
export async function resetUser(
  tx: Tx,
  reset: { id: string; actor: string; now: Date },
): Promise<{ user: UserRow; link: IssuedLink }> {
  const user = await lockUser(tx, reset.id);
  if (!user) throw unknownUser(reset.id);
  if (user.disabled) {
    throw new HoldfastError({
      code: 'user.disabled',
      kind: 'conflict',
      message: `${user.name} is disabled`,
      hint: 'Enable the account first.',
    });
  }
  const purpose = user.hasPassword ? 'reset' : 'invite';
  return {
    user,
    link: await issueLink(tx, { userId: user.id, name: user.name, purpose, actor: reset.actor, now: reset.now }),
  };
}

function unknownUser(id: string): HoldfastError {
  return new HoldfastError({ code: 'user.unknown', kind: 'missing', message: `there is no user ${id}` });
}
