import type { Clock } from '../clock/clock.ts';
import type { Database } from '../db/database.ts';
import type { Wakeups } from '../events/wakeups.ts';

/** What the operations on accounts need. */
export type IdentityDeps = { database: Database; clock: Clock; wakeups: Pick<Wakeups, 'kick'> };
