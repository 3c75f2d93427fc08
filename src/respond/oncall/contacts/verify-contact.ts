import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import type { SendOutcome } from '../../../contract/contacts.ts';
import type { Clock } from '../../../platform/clock/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { HoldfastError, messageOf } from '../../../platform/errors/holdfast-error.ts';
import { createId } from '../../../platform/identity/prefixed-id.ts';
import type { SecretBox } from '../../../platform/identity/secret-box.ts';
import type { Channel, OutgoingPage, PageMessage } from '../channel.ts';
import { SEND_TIMEOUT_MS } from '../pager.ts';
import { tellOnCall } from '../tell-on-call.ts';
import type { ContactKinds } from './contact-kinds.ts';
import { type ContactMethodRow, markVerified, storeCode, tryCode } from './contact-store.ts';

export type ContactDeps = { database: Database; clock: Clock; secretBox: SecretBox; kinds: ContactKinds };

const CODE_LIFE_MS = 15 * 60_000;
/** With six digits, so few tries guess right once in 200,000 codes. */
const MOST_TRIES = 5;

/** The channel behind a method; null where its kind does not work here (any more). */
export function openContact(
  { kinds, secretBox }: Pick<ContactDeps, 'kinds' | 'secretBox'>,
  method: ContactMethodRow,
): Channel | null {
  const kind = Object.hasOwn(kinds, method.kind) ? kinds[method.kind] : undefined;
  if (!kind) return null;
  const sealed = JSON.parse(secretBox.open(method.secretBox, contextOf(method.id))) as {
    address: string;
    secret: string | null;
  };
  return kind.open({ id: method.id, ...sealed });
}

/** What the secret of a method is sealed for. */
export function contextOf(methodId: string): string {
  return `contact-method:${methodId}`;
}

/** Sends a fresh code to a method; earlier codes stop working. */
export async function sendCode(deps: ContactDeps, method: ContactMethodRow): Promise<SendOutcome> {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const expiresAt = new Date(deps.clock.now().getTime() + CODE_LIFE_MS);
  await storeCode(deps.database.db, method.id, { sha256: hashCode(method.id, code), expiresAt });
  return sendDirectly(deps, method, {
    kind: 'verification',
    title: `${code} is your code for Holdfast`,
    text: `${code} proves that pages to ${method.user} by ${method.kind} arrive here. It is valid for 15 minutes.`,
  });
}

/**
 * Takes the code its owner read there.
 * @throws HoldfastError `contact.code-wrong`, `contact.code-expired` (409)
 */
export async function verifyContact(
  deps: Pick<ContactDeps, 'database' | 'clock'>,
  method: Pick<ContactMethodRow, 'id' | 'kind' | 'user'>,
  code: string,
  actor: string,
): Promise<void> {
  const verdict = await deps.database.transact(async (tx) => {
    const now = deps.clock.now();
    const kept = await tryCode(tx, method.id);
    if (!kept?.sha256 || !kept.expiresAt || kept.expiresAt <= now || kept.tries > MOST_TRIES) return 'expired';
    if (!timingSafeEqual(Buffer.from(kept.sha256, 'hex'), Buffer.from(hashCode(method.id, code), 'hex')))
      return 'wrong';
    await markVerified(tx, method.id, now);
    const detail = `${method.kind} ${method.id}`;
    await tellOnCall(tx, { what: 'contact-method', name: method.user, change: 'verified', detail, at: now, actor });
    return 'right';
  });
  if (verdict === 'right') return;
  throw new HoldfastError({
    code: `contact.code-${verdict}`,
    kind: 'conflict',
    message:
      verdict === 'wrong' ? 'this is not the code that was sent' : 'there is no code that could still be entered',
    hint: verdict === 'wrong' ? 'Enter the newest one; five tries are given.' : 'Ask for a new one.',
  });
}

/** Sends a page that is about no incident, now, and says how it went. */
export async function sendDirectly(
  deps: ContactDeps,
  method: ContactMethodRow,
  told: { kind: NonNullable<PageMessage['kind']>; title: string; text: string },
): Promise<SendOutcome> {
  const channel = openContact(deps, method);
  if (!channel) return { outcome: 'refused', reason: `${method.kind} does not work on this installation` };
  const at = deps.clock.now();
  const id = createId('pag', at.getTime());
  const page: OutgoingPage = {
    id,
    dedupKey: id,
    attempt: 1,
    recipient: method.user,
    queuedAt: at,
    message: { ...told, incidentId: '', number: '', severity: '', link: null },
  };
  try {
    if (channel.kind === 'inside') {
      await deps.database.transact((tx) => channel.deliver(tx, page, at));
      return { outcome: 'sent', reason: null };
    }
    const result = await channel.send(page, AbortSignal.timeout(SEND_TIMEOUT_MS));
    return { outcome: result.kind, reason: result.kind === 'sent' ? null : result.reason };
  } catch (thrown) {
    return { outcome: 'uncertain', reason: messageOf(thrown) };
  }
}

function hashCode(methodId: string, code: string): string {
  return createHash('sha256').update(`${methodId}:${code}`).digest('hex');
}
