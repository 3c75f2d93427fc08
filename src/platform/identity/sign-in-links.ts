import type { Tx } from '../db/database.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { publish } from '../events/publish.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { hashPassword } from './password-hash.ts';
import { createToken, hashToken } from './secret-token.ts';
import { deleteSessionsOf } from './session-store.ts';
import { beginSession, type SignedIn } from './sign-in.ts';
import {
  deleteUnusedLinks,
  findLink,
  insertLink,
  type LinkPurpose,
  type LinkRow,
  takeLink,
} from './sign-in-link-store.ts';
import { setPassword } from './user-store.ts';

const HOUR_MS = 3_600_000;
const LINK_LIFE_MS: Record<LinkPurpose, number> = { first: 24 * HOUR_MS, invite: 24 * HOUR_MS, reset: HOUR_MS };

export type IssuedLink = { token: string; expiresAt: Date };

/** A one-time link for a person, inside the caller's transaction. Links issued before and not used stop working. */
export async function issueLink(
  tx: Tx,
  link: { userId: string; name: string; purpose: LinkPurpose; actor: string; now: Date },
): Promise<IssuedLink> {
  const token = createToken('hfl');
  const expiresAt = new Date(link.now.getTime() + LINK_LIFE_MS[link.purpose]);
  await deleteUnusedLinks(tx, link.userId);
  await insertLink(tx, {
    tokenSha256: hashToken(token),
    userId: link.userId,
    purpose: link.purpose,
    at: link.now,
    expiresAt,
  });
  const body = { name: link.name, detail: link.purpose };
  await publish(tx, [
    { kind: 'user.link-issued', aggregate: `user:${link.userId}`, body, actor: link.actor, at: link.now },
  ]);
  return { token, expiresAt };
}

/** The address of a link. The token stands after `#`, which browsers send to no server and no log. */
export function linkUrl(baseUrl: string, token: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/sign-in#token=${token}`;
}

/** Whom a link is for, without using it. @throws HoldfastError `auth.link-…` */
export async function inspectLink(deps: IdentityDeps, token: string): Promise<LinkRow> {
  return assertUsable(await findLink(deps.database.db, hashToken(token)), deps.clock.now());
}

/**
 * Uses a link: sets the password, ends the person's other sessions, begins one. Of two who try at once one succeeds.
 * @throws HoldfastError `auth.link-unknown`, `auth.link-used`, `auth.link-expired`, `auth.link-disabled`
 */
export async function redeemLink(
  deps: IdentityDeps,
  use: { token: string; password: string; address: string },
): Promise<SignedIn> {
  // Looked at first: nobody gets to spend our time on hashing without a good link.
  const link = await inspectLink(deps, use.token);
  const passwordHash = await hashPassword(use.password);
  const signedIn = await deps.database.transact(async (tx) => {
    const now = deps.clock.now();
    if (!(await takeLink(tx, hashToken(use.token), now))) throw refusal('used');
    await setPassword(tx, link.userId, passwordHash);
    await deleteSessionsOf(tx, link.userId);
    return beginSession(tx, { userId: link.userId, now, detail: `by ${link.purpose} link, from ${use.address}` });
  });
  deps.wakeups.kick('identity');
  deps.wakeups.kick('outbox');
  return signedIn;
}

function assertUsable(link: LinkRow | null, now: Date): LinkRow {
  if (!link) throw refusal('unknown');
  if (link.usedAt) throw refusal('used');
  if (link.expiresAt <= now) throw refusal('expired');
  if (link.disabled) throw refusal('disabled');
  return link;
}

const REFUSALS = {
  unknown: 'this sign-in link is not known; a newer one may have replaced it',
  used: 'this sign-in link was used already',
  expired: 'this sign-in link has expired',
  disabled: 'this account is disabled',
};

function refusal(reason: keyof typeof REFUSALS): HoldfastError {
  return new HoldfastError({
    code: `auth.link-${reason}`,
    kind: 'denied',
    message: REFUSALS[reason],
    hint: 'Ask an administrator for a new one; on the server, `holdfast user reset-link NAME` makes one.',
  });
}
