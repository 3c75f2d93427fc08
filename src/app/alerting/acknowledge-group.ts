import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import { fingerprintOf } from '../../respond/findings/index.ts';
import { acknowledgeIncident, findOpenByCause } from '../../respond/incidents/index.ts';
import { stopPages } from '../../respond/oncall/index.ts';
import { identityOfGroup } from './findings-from-groups.ts';

/** Somebody took what a group of alerts is about, in the program that sent them: the incident is acknowledged too. */
export async function acknowledgeGroup(
  deps: { database: Database; clock: Clock; wakeups: Pick<Wakeups, 'kick'> },
  groupKey: string,
  actor: string,
): Promise<void> {
  const cause = fingerprintOf('breach', identityOfGroup(groupKey));
  const open = await deps.database.transact((tx) => findOpenByCause(tx, cause));
  if (!open) return;
  await acknowledgeIncident({ ...deps, stopPages }, open.id, { actor, reason: 'where the event came from' });
}
