import { stringify } from 'yaml';
import type { ConvertedOnCallBody, ConvertOnCall } from '../../contract/oncall-api.ts';
import type { Tx } from '../../platform/db/database.ts';
import { listUsers } from '../../platform/identity/user-store.ts';
import { listContactMethods } from './contacts/contact-store.ts';
import type { Changing } from './definitions/change-definitions.ts';
import { applyOnCallFile } from './definitions/on-call-file.ts';
import { insertOverride } from './override-store.ts';
import { convertPagerDuty } from './pagerduty/convert-pagerduty.ts';

const MOST_USERS = 100_000;

/**
 * Definitions out of another program's, as a file; applied with their overrides when that is asked for. Applied again,
 * everything is brought up to date.
 * @throws HoldfastError `oncall.convert-invalid`, `oncall.people-missing`, `oncall.file-invalid` (400)
 */
export async function convertOnCall(tx: Tx, asked: ConvertOnCall, by: Changing): Promise<ConvertedOnCallBody> {
  const users = (await listUsers(tx, { limit: MOST_USERS, after: null })).filter((user) => !user.disabled);
  const addresses = (await listContactMethods(tx, null))
    .filter(({ kind, verifiedAt }) => kind === 'email' && verifiedAt !== null)
    .map(({ address, user }) => [address.toLowerCase(), user]);
  const { schedules, policies, overrides, notes } = convertPagerDuty(asked.documents, {
    people: { ...Object.fromEntries(addresses), ...asked.people },
    users: users.map((user) => user.name),
    nowMs: by.at.getTime(),
  });
  // Whoever reads the file later sees what it lacks.
  const remarks = notes.map(({ about, message }) => `# ${about}: ${message}\n`.replace(/[\r\n]+(?!$)/g, ' '));
  const text = remarks.join('') + stringify({ schedules, policies }, { lineWidth: 120, aliasDuplicateObjects: false });
  if (!asked.apply) return { text, overrides, notes, applied: null };
  const applied = await applyOnCallFile(tx, { name: asked.from, text, prune: false }, by);
  for (const { schedule, override } of overrides) {
    const icalUid = `${asked.from}\n${override.start}\n${override.end}`;
    await insertOverride(tx, schedule, override, { at: by.at, by: by.actor, icalUid });
  }
  return { text, overrides, notes, applied };
}
