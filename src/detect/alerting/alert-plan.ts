import type { InhibitRule } from './inhibitor.ts';
import type { Route } from './route.ts';

/** What a configuration file comes to, as the engine needs it. */
export type AlertPlan = {
  readonly root: Route;
  readonly inhibitRules: readonly InhibitRule[];
  /** Whether a named time interval holds at an instant. */
  isWithin(timeInterval: string, nowMs: number): boolean;
};

/**
 * Names of the time intervals that keep a route's groups quiet now: the mute intervals that hold, or all active intervals
 * when none of them holds. Empty when nothing does.
 */
export function mutedByTime(plan: AlertPlan, route: Route, nowMs: number): readonly string[] {
  const muting = route.muteTimeIntervals.filter((name) => plan.isWithin(name, nowMs));
  if (muting.length > 0) return muting;
  const active = route.activeTimeIntervals;
  return active.length > 0 && !active.some((name) => plan.isWithin(name, nowMs)) ? active : [];
}
