import type { ContactMethod, CreateContactMethod, NotificationRule } from '../../../contract/contacts.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { createId } from '../../../platform/identity/prefixed-id.ts';
import type { UserRow } from '../../../platform/identity/user-store.ts';
import { tellOnCall } from '../tell-on-call.ts';
import { describeContactKinds } from './contact-kinds.ts';
import {
  type ContactMethodRow,
  deleteContactMethod,
  findContactMethod,
  insertContactMethod,
  listContactMethods,
  writeNotificationRules,
} from './contact-store.ts';
import { type ContactDeps, contextOf } from './verify-contact.ts';

const MOST_PER_USER = 20;

/** A way to reach somebody, not verified yet. @throws HoldfastError `contact.refused` (400) */
export async function addContactMethod(
  tx: Tx,
  deps: Pick<ContactDeps, 'secretBox' | 'kinds'>,
  user: UserRow,
  wanted: CreateContactMethod,
  by: { at: Date; actor: string },
): Promise<ContactMethodRow> {
  const kind = Object.hasOwn(deps.kinds, wanted.kind) ? deps.kinds[wanted.kind] : undefined;
  if (!kind) {
    const known = describeContactKinds(deps.kinds);
    const named = known.some((each) => each.kind === wanted.kind);
    const message = named ? `${wanted.kind} does not work on this installation` : `there is no kind "${wanted.kind}"`;
    const working = known.filter((each) => each.available).map((each) => each.kind);
    throw refused(message, `Working here: ${working.join(', ')}.`);
  }
  const wrong = kind.checkAddress(wanted.address);
  if (wrong !== null) throw refused(`the address ${wrong}`, `For ${wanted.kind} it is ${kind.address}.`);
  if (kind.needsSecret && wanted.secret === undefined)
    throw refused(`${wanted.kind} needs a secret`, 'It is the key of the signature the receiver checks.');
  if ((await listContactMethods(tx, user.name)).length >= MOST_PER_USER)
    throw refused(`${user.name} has ${MOST_PER_USER} contact methods already`, 'Delete one that is not used.');
  const id = createId('cmt', by.at.getTime());
  const { address, secret = null } = wanted;
  const secretBox = deps.secretBox.seal(JSON.stringify({ address, secret }), contextOf(id));
  const method = {
    id,
    userId: user.id,
    kind: wanted.kind,
    label: wanted.label ?? wanted.kind,
    address: kind.maskAddress?.(address) ?? address,
    secretBox,
  };
  await insertContactMethod(tx, { ...method, at: by.at });
  await tellOnCall(tx, {
    what: 'contact-method',
    name: user.name,
    change: 'created',
    detail: `${wanted.kind} ${id}`,
    ...by,
  });
  return { ...method, user: user.name, createdAt: by.at, verifiedAt: null };
}

export async function removeContactMethod(
  tx: Tx,
  method: ContactMethodRow,
  by: { at: Date; actor: string },
): Promise<void> {
  await deleteContactMethod(tx, method.id);
  const detail = `${method.kind} ${method.id}`;
  await tellOnCall(tx, { what: 'contact-method', name: method.user, change: 'deleted', detail, ...by });
}

/** @throws HoldfastError `contact.missing` (404) */
export async function requireContactMethod(
  tx: Tx | ContactDeps['database']['db'],
  id: string,
): Promise<ContactMethodRow> {
  const found = await findContactMethod(tx, id);
  if (found) return found;
  throw new HoldfastError({
    code: 'contact.missing',
    kind: 'missing',
    message: `there is no contact method ${id}`,
    hint: '`holdfast oncall contact ls` lists yours.',
  });
}

/** @throws HoldfastError `contact.refused` (400) where a rule names what is not the person's */
export async function setNotificationRules(
  tx: Tx,
  user: UserRow,
  rules: readonly NotificationRule[],
  by: { at: Date; actor: string },
): Promise<{ version: number }> {
  const methods = await listContactMethods(tx, user.name);
  const foreign = rules.find((rule) => !methods.some((method) => method.id === rule.method));
  if (foreign) {
    const own = methods.map((method) => method.id).join(', ') || 'none';
    throw refused(`${user.name} has no contact method ${foreign.method}`, `Contact methods of ${user.name}: ${own}.`);
  }
  const written = await writeNotificationRules(tx, user.id, rules);
  await tellOnCall(tx, { what: 'notification-rules', name: user.name, change: 'changed', ...by });
  return written;
}

/** A method as its owner and administrators see it. */
export function toContactMethod(row: ContactMethodRow): ContactMethod {
  const { id, user, kind, label, address } = row;
  return {
    id,
    user,
    kind,
    label,
    address,
    verifiedAt: row.verifiedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

function refused(message: string, hint: string): HoldfastError {
  return new HoldfastError({ code: 'contact.refused', kind: 'invalid', message, hint });
}
