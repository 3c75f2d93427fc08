import type { OnCallDefinitions } from '../../../contract/oncall-file.ts';
import type { Queryable } from '../../../platform/db/database.ts';
import { listUsers } from '../../../platform/identity/user-store.ts';
import { SHIPPED_SCHEME_NAMES } from '../../incidents/index.ts';
import { listContactMethods } from '../contacts/contact-store.ts';
import { SHIPPED_POLICIES } from '../escalation/shipped-policies.ts';
import type { OnCallWorld } from './check-definitions.ts';
import {
  type DefinitionKind,
  type DefinitionSpecs,
  findDefinition,
  listDefinitions,
  ROUTES,
} from './definition-store.ts';

const MOST_USERS = 100_000;

/** What the installation offers to definitions. */
export type KnownThings = {
  channels: readonly string[];
  actions: readonly string[];
  /** The severity scheme that the configuration names. */
  severityScheme: string;
};

/** All definitions as one, the way `holdfast oncall apply` writes them. */
export async function readDefinitions(db: Queryable): Promise<OnCallDefinitions> {
  const named = async <Kind extends DefinitionKind>(kind: Kind): Promise<Record<string, DefinitionSpecs[Kind]>> =>
    Object.fromEntries((await listDefinitions(db, kind)).map(({ name, spec }) => [name, spec]));
  return {
    calendars: await named('calendar'),
    schemes: await named('scheme'),
    teams: await named('team'),
    schedules: await named('schedule'),
    policies: await named('policy'),
    routes: (await findDefinition(db, 'routes', ROUTES))?.spec ?? [],
  };
}

/** All definitions and everything they refer to. Shipped policies count as written, so that their roles are checked. */
export async function readWorld(db: Queryable, known: KnownThings): Promise<OnCallWorld> {
  const definitions = await readDefinitions(db);
  const users = await listUsers(db, { limit: MOST_USERS, after: null });
  const methods = await listContactMethods(db, null);
  return {
    ...definitions,
    shippedPolicies: Object.keys(SHIPPED_POLICIES).filter((name) => !Object.hasOwn(definitions.policies, name)),
    policies: { ...SHIPPED_POLICIES, ...definitions.policies },
    users: users.filter((user) => !user.disabled).map((user) => user.name),
    reachable: new Set(methods.filter((method) => method.verifiedAt !== null).map((method) => method.user)),
    channels: known.channels,
    actions: known.actions,
    severityScheme: known.severityScheme,
    shippedSchemes: SHIPPED_SCHEME_NAMES,
  };
}
