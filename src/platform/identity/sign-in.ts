import type { Tx } from '../db/database.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { publish } from '../events/publish.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { hashPassword, needsRehash, verifyPassword } from './password-hash.ts';
import { createId } from './prefixed-id.ts';
import { createToken, hashToken } from './secret-token.ts';
import { deleteSession, deleteSessionsOf, insertSession } from './session-store.ts';
import { countAttempt, forgetAttempts } from './sign-in-limit-store.ts';
import { findPassword, findUser, markSignedIn, setPassword, type UserRow } from './user-store.ts';

export const SESSION_LIFE_MS = 7 * 86_400_000;

/** Wrong guesses a window takes: of one name from one address, and of one address whatever the names. */
const WINDOW_MS = 15 * 60_000;
const MOST_PER_NAME_AND_ADDRESS = 10;
const MOST_PER_ADDRESS = 100;

export type SignedIn = { user: UserRow; token: string; expiresAt: Date };

/**
 * Checks a name and password and begins a session. An unknown name, a disabled account and a wrong password look and
 * cost the same.
 * @throws HoldfastError `auth.sign-in-refused` (401), `sign-in.limited` (429)
 */
export async function signIn(
  deps: IdentityDeps,
  attempt: { name: string; password: string; address: string },
): Promise<SignedIn> {
  const pair = `name ${attempt.name} from ${attempt.address}`;
  await assertWithinLimit(deps, attempt.name, `from ${attempt.address}`, MOST_PER_ADDRESS);
  await assertWithinLimit(deps, attempt.name, pair, MOST_PER_NAME_AND_ADDRESS);

  const { db } = deps.database;
  const account = await findPassword(db, { name: attempt.name });
  const right = await verifyPassword(attempt.password, account?.passwordHash ?? null);
  if (!account || !right || account.disabled) {
    const detail = !account ? 'unknown name' : !right ? 'wrong password' : 'disabled account';
    await record(deps, {
      kind: 'user.sign-in-refused',
      aggregate: 'session:refused',
      name: attempt.name,
      detail: `${detail}, from ${attempt.address}`,
    });
    throw new HoldfastError({
      code: 'auth.sign-in-refused',
      kind: 'denied',
      message: 'this name and password do not go together',
      hint: 'An administrator can give you a new sign-in link; on the server, `holdfast user reset-link NAME` makes one.',
    });
  }
  const rehashed = needsRehash(account.passwordHash ?? '') ? await hashPassword(attempt.password) : null;
  const signedIn = await deps.database.transact(async (tx) => {
    if (rehashed) await setPassword(tx, account.id, rehashed);
    await forgetAttempts(tx, pair);
    return beginSession(tx, {
      userId: account.id,
      now: deps.clock.now(),
      detail: `by password, from ${attempt.address}`,
    });
  });
  deps.wakeups.kick('outbox');
  return signedIn;
}

/** A new session inside the caller's transaction. */
export async function beginSession(tx: Tx, session: { userId: string; now: Date; detail: string }): Promise<SignedIn> {
  const token = createToken('hfs');
  const id = createId('ses');
  const expiresAt = new Date(session.now.getTime() + SESSION_LIFE_MS);
  await insertSession(tx, { id, tokenSha256: hashToken(token), userId: session.userId, at: session.now, expiresAt });
  await markSignedIn(tx, session.userId, session.now);
  const user = (await findUser(tx, session.userId))!;
  const body = { name: user.name, detail: session.detail };
  await publish(tx, [
    { kind: 'user.signed-in', aggregate: `session:${id}`, body, actor: `user:${user.name}`, at: session.now },
  ]);
  return { user, token, expiresAt };
}

/** Ends a session; that of another device is not touched. */
export async function signOut(deps: IdentityDeps, session: { tokenSha256: string; name: string }): Promise<void> {
  await deps.database.transact(async (tx) => {
    const id = await deleteSession(tx, session.tokenSha256);
    if (id === null) return;
    const body = { name: session.name };
    await publish(tx, [
      {
        kind: 'user.signed-out',
        aggregate: `session:${id}`,
        body,
        actor: `user:${session.name}`,
        at: deps.clock.now(),
      },
    ]);
  });
  deps.wakeups.kick('identity');
  deps.wakeups.kick('outbox');
}

/**
 * Replaces the own password, which must be shown again, and signs the person out everywhere else.
 * @throws HoldfastError `password.wrong` (403), `sign-in.limited` (429)
 */
export async function changePassword(
  deps: IdentityDeps,
  change: { userId: string; name: string; current: string; password: string; keepSession: string },
): Promise<void> {
  const subject = `password of ${change.userId}`;
  await assertWithinLimit(deps, change.name, subject, MOST_PER_NAME_AND_ADDRESS);
  const account = await findPassword(deps.database.db, { id: change.userId });
  if (!(await verifyPassword(change.current, account?.passwordHash ?? null))) {
    throw new HoldfastError({
      code: 'password.wrong',
      kind: 'denied',
      message: 'the current password is not that one',
    });
  }
  const passwordHash = await hashPassword(change.password);
  await deps.database.transact(async (tx) => {
    await setPassword(tx, change.userId, passwordHash);
    await forgetAttempts(tx, subject);
    await deleteSessionsOf(tx, change.userId, change.keepSession);
    const body = { name: change.name, detail: 'password changed' };
    await publish(tx, [
      {
        kind: 'user.changed',
        aggregate: `user:${change.userId}`,
        body,
        actor: `user:${change.name}`,
        at: deps.clock.now(),
      },
    ]);
  });
  deps.wakeups.kick('identity');
  deps.wakeups.kick('outbox');
}

async function assertWithinLimit(deps: IdentityDeps, name: string, subject: string, most: number): Promise<void> {
  const now = deps.clock.now();
  const { attempts, windowEndsAt } = await countAttempt(deps.database.db, { subject, now, windowMs: WINDOW_MS });
  if (attempts <= most) return;
  // The first refusal is worth a record; a flood of them is not.
  if (attempts === most + 1) {
    const detail = `too many attempts ${subject}`;
    await record(deps, { kind: 'user.sign-in-refused', aggregate: 'session:refused', name, detail });
  }
  const retryAfterMs = windowEndsAt.getTime() - now.getTime();
  const minutes = Math.max(1, Math.ceil(retryAfterMs / 60_000));
  throw new HoldfastError({
    code: 'sign-in.limited',
    kind: 'throttled',
    message: `too many attempts; the next one is taken in ${minutes} min`,
    hint: 'Wait, or use a sign-in link from an administrator.',
    cause: { retryAfterMs },
  });
}

async function record(
  deps: IdentityDeps,
  event: { kind: string; aggregate: string; name: string; detail: string },
): Promise<void> {
  const { kind, aggregate, name, detail } = event;
  await deps.database.transact((tx) =>
    publish(tx, [{ kind, aggregate, body: { name, detail }, actor: 'system', at: deps.clock.now() }]),
  );
  deps.wakeups.kick('outbox');
}
