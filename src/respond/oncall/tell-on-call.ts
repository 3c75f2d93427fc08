import type { Queryable } from '../../platform/db/database.ts';
import { publish } from '../../platform/events/publish.ts';

/** Tells of a change to on-call in its transaction: the audit log keeps who may be woken, and by whose word. */
export async function tellOnCall(
  tx: Queryable,
  changed: {
    what: string;
    name: string;
    change: 'created' | 'changed' | 'deleted' | 'verified' | 'revoked';
    detail?: string;
    at: Date;
    actor: string;
  },
): Promise<void> {
  const { at, actor, ...body } = changed;
  await publish(tx, [{ kind: 'oncall.changed', aggregate: `oncall:${body.what}/${body.name}`, actor, at, body }]);
}
