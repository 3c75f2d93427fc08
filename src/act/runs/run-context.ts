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
  /** What a target's name means in an environment. @returns null when the configuration has no such target */
  resolveTarget(name: string, environment: string | null): ResolvedTarget | null;
  /** Values (passwords of targets and the like) that never reach stored output. */
  targetSecrets(): readonly string[];
  sealSecrets(secrets: Record<string, string>, context: string): string;
  openSecrets(box: string, context: string): Record<string, string>;
  /**
   * Variables of an environment and named secrets of the configuration, read anew for each step and never stored.
   * @throws HoldfastError invalid or unavailable naming what cannot be had
   */
  readVariables(wanted: {
    environment: string | null;
    secrets: readonly string[];
  }): Promise<{ variables: Record<string, string>; secrets: Record<string, string> }>;
};
