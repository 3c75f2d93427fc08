import type { Alert } from './alert.ts';
import { formatLabelSet, type LabelSet, pickLabels } from './labels/label-set.ts';
import { type Matcher, matchesAll } from './matchers/matcher.ts';

/** A node of the routing tree, with what it inherits already in it. Durations in milliseconds. */
export type Route = {
  /** Unique in its tree: the matchers of its ancestors with their places. */
  readonly id: string;
  /** `{}/{severity="page"}`: begins the group key; equal siblings share it. */
  readonly key: string;
  readonly receiver: string;
  /** Labels to group by; `all` for `...`. */
  readonly groupBy: ReadonlySet<string> | 'all';
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  readonly matchers: readonly Matcher[];
  readonly continue: boolean;
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
  readonly routes: readonly Route[];
};

/**
 * The routes that take an alert: depth first, the first child that matches unless it says `continue`; a node none of
 * whose children match takes it itself.
 * @returns empty only when the root itself does not match
 */
export function matchRoutes(root: Route, labels: LabelSet): Route[] {
  if (!matchesAll(root.matchers, labels)) return [];
  const taken: Route[] = [];
  for (const child of root.routes) {
    const matched = matchRoutes(child, labels);
    taken.push(...matched);
    if (matched.length > 0 && !child.continue) break;
  }
  return taken.length > 0 ? taken : [root];
}

/** The labels an alert's group has in common under a route. */
export function groupLabelsOf(route: Pick<Route, 'groupBy'>, alert: Pick<Alert, 'labels'>): LabelSet {
  return route.groupBy === 'all' ? alert.labels : pickLabels(alert.labels, route.groupBy);
}

/** `{}/{severity="page"}:{alertname="x"}`: how receivers and the notification log name a group. */
export function groupKeyOf(route: Pick<Route, 'key'>, labels: LabelSet): string {
  return `${route.key}:${formatLabelSet(labels)}`;
}
