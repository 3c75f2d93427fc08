import type { Tx } from '../db/database.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { publish } from '../events/publish.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { createId } from './prefixed-id.ts';
import { lockFirstStart } from './sign-in-link-store.ts';
import { type IssuedLink, issueLink } from './sign-in-links.ts';
import { findAdminWithoutPassword, insertUser, lockWorkingAdmins, type UserRow } from './user-store.ts';

const FIRST_NAMES = ['admin', 'admin-2', 'admin-3', 'admin-4', 'admin-5'];

/**
 * At each start: while no enabled administrator has a password, makes sure there is an account to set one for.
 * @returns a new one-time link for it (an earlier unused one stops working), null when somebody can already sign in
 */
export async function ensureFirstAdmin(deps: IdentityDeps): Promise<(IssuedLink & { name: string }) | null> {
  const issued = await deps.database.transact(async (tx) => {
    await lockFirstStart(tx);
    if ((await lockWorkingAdmins(tx)).length > 0) return null;
    const now = deps.clock.now();
    const admin = (await findAdminWithoutPassword(tx)) ?? (await createAdmin(tx, now));
    const link = await issueLink(tx, { userId: admin.id, name: admin.name, purpose: 'first', actor: 'system', now });
    return { ...link, name: admin.name };
  });
  if (issued) deps.wakeups.kick('outbox');
  return issued;
}

async function createAdmin(tx: Tx, now: Date): Promise<UserRow> {
  for (const name of FIRST_NAMES) {
    const user = await insertUser(tx, { id: createId('usr'), name, role: 'admin', at: now });
    if (!user) continue;
    const body = { name, detail: 'first administrator' };
    await publish(tx, [{ kind: 'user.created', aggregate: `user:${user.id}`, body, actor: 'system', at: now }]);
    return user;
  }
  throw new HoldfastError({
    code: 'user.no-admin',
    kind: 'conflict',
    message: `no administrator can sign in, and the names ${FIRST_NAMES.join(', ')} are taken by other accounts`,
    hint: 'Run `holdfast user reset-link NAME` on the server for an administrator’s account.',
  });
}
