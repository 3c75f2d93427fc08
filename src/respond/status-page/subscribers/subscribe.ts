import { createHash, randomBytes } from 'node:crypto';
import type { Tx } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { createId } from '../../../platform/identity/prefixed-id.ts';
import type { SecretBox } from '../../../platform/identity/secret-box.ts';
import { queueConfirmation } from './delivery-store.ts';
import {
  askAgain,
  confirmSubscriber,
  countUnconfirmed,
  deleteSubscriber,
  deleteUnconfirmed,
  findByToken,
  insertSubscriber,
  type SubscriberKind,
  type SubscriberRow,
} from './subscriber-store.ts';

const TOKEN_BYTES = 24;
const HOUR_MS = 3_600_000;
/** An address is asked at most once in this time: nobody can have others flooded. */
const ASK_AGAIN_AFTER_MS = HOUR_MS;
const FORGET_UNCONFIRMED_AFTER_MS = 72 * HOUR_MS;
const MOST_UNCONFIRMED = 2_000;

type SealedAddress = { address: string; token: string };

/**
 * Somebody wants to hear of updates. Strangers are asked first whether they do; whoever an operator enters as a webhook
 * is not. Answers nothing that tells whether an address was known.
 * @throws HoldfastError `status.too-many-unconfirmed` (429)
 */
export async function subscribe(
  tx: Tx,
  secretBox: SecretBox,
  wanted: { kind: SubscriberKind; address: string; confirmed: boolean; at: Date },
): Promise<void> {
  const { kind, address, at } = wanted;
  await deleteUnconfirmed(tx, new Date(at.getTime() - FORGET_UNCONFIRMED_AFTER_MS));
  if (!wanted.confirmed && (await countUnconfirmed(tx)) >= MOST_UNCONFIRMED) {
    throw new HoldfastError({
      code: 'status.too-many-unconfirmed',
      kind: 'throttled',
      message: 'too many subscriptions wait to be confirmed',
      hint: 'Try again in some hours.',
    });
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const id = createId('sub', at.getTime());
  const addressSha256 = hash(address.toLowerCase());
  const made = await insertSubscriber(tx, {
    id,
    kind,
    addressBox: secretBox.seal(JSON.stringify({ address, token } satisfies SealedAddress), contextOf(id)),
    addressSha256,
    tokenSha256: hash(token),
    createdAt: at,
    askedAt: at,
    confirmedAt: wanted.confirmed ? at : null,
  });
  if (wanted.confirmed) return;
  const notSince = new Date(at.getTime() - ASK_AGAIN_AFTER_MS);
  const asked = made ?? (await askAgain(tx, { kind, sha256: addressSha256, notSince, at }));
  if (asked) await queueConfirmation(tx, asked.id, at);
}

/** Whoever has the token reads the mail: that is the proof. @throws HoldfastError `status.no-subscription` (404) */
export async function confirmByToken(tx: Tx, token: string, at: Date): Promise<void> {
  await confirmSubscriber(tx, (await requireToken(tx, token)).id, at);
}

/** Forgets them, and what was still to be sent. One that is gone already is gone. */
export async function unsubscribeByToken(tx: Tx, token: string): Promise<void> {
  const found = await findByToken(tx, hash(token));
  if (found) await deleteSubscriber(tx, found.id);
}

async function requireToken(tx: Tx, token: string): Promise<SubscriberRow> {
  const found = await findByToken(tx, hash(token));
  if (found) return found;
  throw new HoldfastError({
    code: 'status.no-subscription',
    kind: 'missing',
    message: 'there is no such subscription, or it was not confirmed in three days',
    hint: 'Subscribe again on the status page.',
  });
}

/** Where to send, and the token of its links. */
export function openAddress(secretBox: SecretBox, subscriber: { id: string; addressBox: string }): SealedAddress {
  return JSON.parse(secretBox.open(subscriber.addressBox, contextOf(subscriber.id))) as SealedAddress;
}

const contextOf = (id: string) => `status-subscriber:${id}`;
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
