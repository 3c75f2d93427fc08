import type { Tx } from '../../../platform/db/database.ts';
import type { IncidentRow } from '../../incidents/index.ts';
import type { PageMessage } from '../channel.ts';
import { chooseMethods } from '../contacts/choose-methods.ts';
import { listContactMethods, readNotificationRules } from '../contacts/contact-store.ts';
import { queuePage } from '../page-store.ts';

/** Where somebody without a verified contact method is told: at least it can be seen there. */
const LAST_RESORT = 'inbox';

/**
 * Queues the pages of one person by the person's own rules. Those with a delay are sent unless somebody acknowledges
 * before.
 * @returns the kinds used, and whether the person has no verified contact method
 */
export async function pageUser(
  tx: Tx,
  user: { id: string; name: string },
  page: { incident: IncidentRow; message: PageMessage; at: Date },
): Promise<{ kinds: string[]; unreachable: boolean }> {
  const methods = (await listContactMethods(tx, user.name)).filter((method) => method.verifiedAt !== null);
  const { rules } = await readNotificationRules(tx, user.id);
  const common = {
    message: page.message,
    recipient: user.name,
    at: page.at,
    afterAck: page.incident.acknowledgedAt !== null,
  };
  const chosen = chooseMethods(methods, rules, page.incident.severity);
  if (chosen.length === 0) {
    await queuePage(tx, { ...common, channel: LAST_RESORT });
    return { kinds: [LAST_RESORT], unreachable: true };
  }
  for (const { method, afterMs } of chosen) {
    await queuePage(tx, {
      ...common,
      channel: method.kind,
      contactMethodId: method.id,
      notBefore: new Date(page.at.getTime() + afterMs),
    });
  }
  return { kinds: [...new Set(chosen.map(({ method }) => method.kind))], unreachable: false };
}
