import { prometheusDuration } from '../../../platform/yaml/durations.ts';
import { boolean, list, mapOf, object, placeIn, type Read, type Shape, text } from '../../../platform/yaml/shape.ts';
import type { Place, Reading } from '../../../platform/yaml/yaml-reading.ts';
import { formatMatchers, type Matcher } from '../matchers/matcher.ts';
import { isLabelName, type MatcherMode } from '../matchers/parse-matchers.ts';
import { equalMatchers, labelNames, matcherList, mergeMatchers, regexMatchers } from './matcher-shapes.ts';

/** By which labels alerts are grouped: a set of names, or all they have. */
export type GroupBy = { all: true } | { all: false; labels: string[] };

/** A node of the routing tree with everything it inherits. */
export type Route = {
  /** Unique in the tree: the key with the positions below each parent. */
  id: string;
  /** Alertmanager's key, part of every group key; siblings with the same matchers share it. */
  key: string;
  /** Position in the order in which Alertmanager numbers routes: children before their parent. */
  index: number;
  /** Line of the file, for people. */
  line: number;
  receiver: string;
  groupBy: GroupBy;
  groupWaitMs: number;
  groupIntervalMs: number;
  repeatIntervalMs: number;
  matchers: Matcher[];
  continue: boolean;
  muteTimeIntervals: string[];
  activeTimeIntervals: string[];
  /** Values may be templates. */
  labels: Record<string, string>;
  routes: Route[];
};

/** A node as it was read. */
export type RouteDraft = {
  place: Place;
  read: Read<ReturnType<typeof routeFields>>;
  matchers: Matcher[];
  groupBy: GroupBy | null;
  routes: RouteDraft[];
};

const ALL = '...';

function routeFields(mode: MatcherMode, child: Shape<RouteDraft>) {
  return {
    receiver: text,
    group_by: labelNames(mode, 'group_by', [ALL]),
    match: equalMatchers,
    match_re: regexMatchers,
    matchers: matcherList(mode),
    mute_time_intervals: list(text, 'a time interval is missing'),
    active_time_intervals: list(text, 'a time interval is missing'),
    continue: boolean,
    routes: list(child, 'a route is empty'),
    group_wait: prometheusDuration,
    group_interval: prometheusDuration,
    repeat_interval: prometheusDuration,
    labels: mapOf(text, {
      empty: '',
      checkKey: (name) => (isLabelName(name, mode) ? null : `invalid label name "${name}" in route labels`),
    }),
  };
}

/** A shape for a route and all below it. */
export function routeDraft(mode: MatcherMode): Shape<RouteDraft> {
  const shape: Shape<RouteDraft> = (node, reading) => {
    const read = readFields(node, reading);
    if (!read) return undefined;
    if (read.groupInterval === 0) reading.report(placeIn(read, 'group_interval'), 'group_interval cannot be zero');
    if (read.repeatInterval === 0) reading.report(placeIn(read, 'repeat_interval'), 'repeat_interval cannot be zero');
    return {
      place: placeIn(read),
      read,
      matchers: mergeMatchers(read.match, read.matchRe, read.matchers),
      groupBy: judgeGroupBy(read.groupBy, (message) => reading.report(placeIn(read, 'group_by'), message)),
      routes: read.routes ?? [],
    };
  };
  const readFields = object('route', routeFields(mode, shape));
  return shape;
}

/** Null when the route does not say: it takes its parent's. */
function judgeGroupBy(names: string[] | undefined, refuse: (message: string) => void): GroupBy | null {
  if (!names) return null;
  const labels = names.filter((name) => name !== ALL);
  const all = labels.length < names.length;
  if (all && labels.length > 0) refuse('cannot have wildcard group_by (`...`) and other labels at the same time');
  const twice = labels.find((name, index) => labels.indexOf(name) !== index);
  if (twice !== undefined) refuse(`duplicated label "${twice}" in group_by`);
  return all ? { all: true } : { all: false, labels };
}

type Inherited = Pick<
  Route,
  'receiver' | 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs' | 'labels'
>;

const DEFAULTS: Inherited = {
  receiver: '',
  groupBy: { all: false, labels: [] },
  groupWaitMs: 30_000,
  groupIntervalMs: 5 * 60_000,
  repeatIntervalMs: 4 * 3_600_000,
  labels: {},
};

/** The tree with its keys and what its nodes inherit. */
export function buildRouteTree(root: RouteDraft): Route {
  let counter = 0;
  const build = (draft: RouteDraft, above: { from: Inherited; key: string; id: string } | null, at: number): Route => {
    const { read } = draft;
    const from = above?.from ?? DEFAULTS;
    const own = formatMatchers(draft.matchers);
    const key = above ? `${above.key}/${own}` : own;
    const id = above ? `${above.id}/${own}/${at}` : own;
    const inherited: Inherited = {
      receiver: read.receiver || from.receiver,
      groupBy: draft.groupBy ?? from.groupBy,
      groupWaitMs: read.groupWait ?? from.groupWaitMs,
      groupIntervalMs: read.groupInterval ?? from.groupIntervalMs,
      repeatIntervalMs: read.repeatInterval ?? from.repeatIntervalMs,
      labels: { ...from.labels, ...read.labels },
    };
    const routes = draft.routes.map((child, index) => build(child, { from: inherited, key, id }, index));
    const index = counter;
    counter += 1;
    return {
      id,
      key,
      index,
      line: draft.place.line,
      ...inherited,
      matchers: draft.matchers,
      continue: read.continue ?? false,
      muteTimeIntervals: read.muteTimeIntervals ?? [],
      activeTimeIntervals: read.activeTimeIntervals ?? [],
      routes,
    };
  };
  return build(root, null, 0);
}

/** What only holds of the whole tree: the root takes everything, and names are of things that exist. */
export function judgeRoutes(
  root: RouteDraft,
  known: { receivers: ReadonlySet<string>; timeIntervals: ReadonlySet<string> },
  reading: Reading,
): void {
  const { read } = root;
  const refuse = (message: string, field?: string) => void reading.report(placeIn(read, field), message);
  if (!read.receiver) refuse('root route must specify a default receiver');
  if (root.matchers.length > 0) refuse('root route must not have any matchers');
  if (read.muteTimeIntervals?.length) refuse('root route must not have any mute time intervals', 'mute_time_intervals');
  if (read.activeTimeIntervals?.length)
    refuse('root route must not have any active time intervals', 'active_time_intervals');
  if (read.continue) refuse('cannot have continue in root route', 'continue');
  judgeNames(root, known, reading);
}

function judgeNames(
  draft: RouteDraft,
  known: { receivers: ReadonlySet<string>; timeIntervals: ReadonlySet<string> },
  reading: Reading,
): void {
  const { read } = draft;
  if (read.receiver && !known.receivers.has(read.receiver))
    reading.report(placeIn(read, 'receiver'), `undefined receiver "${read.receiver}" used in route`);
  for (const [field, names] of [
    ['active_time_intervals', read.activeTimeIntervals],
    ['mute_time_intervals', read.muteTimeIntervals],
  ] as const) {
    for (const name of names ?? []) {
      if (!known.timeIntervals.has(name))
        reading.report(placeIn(read, field), `undefined time interval "${name}" used in route`);
    }
  }
  for (const child of draft.routes) judgeNames(child, known, reading);
}
