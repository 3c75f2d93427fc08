import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { WorkerLease } from '../../platform/lease/worker-lease.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { Executors, ResolvedTarget } from './executor.ts';
import type { StepTransitionStore } from './step-transition-store.ts';

/** What a worker needs to carry out runs; wired once in app/. */
export type WorkerContext = {
  database: Database;
  clock: Clock;
  logger: Logger;
  wakeups: Wakeups;
  lease: WorkerLease;
  transitions: StepTransitionStore;
  executors: Executors;
  /** @returns null when the configuration has no such target */
  resolveTarget(name: string): ResolvedTarget | null;
  /** Values (passwords of targets and the like) that never reach stored output. */
  targetSecrets(): readonly string[];
  openSecrets(box: string, context: string): Record<string, string>;
};
