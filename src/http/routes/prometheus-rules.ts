import type { IdentifiedGroup, IdentifiedRule, RuleAlert, RuleState } from '../../detect/rules/index.ts';

/** Rules and their alerts in the JSON of Prometheus's API, whose clients read it. */

export type RuleStates = ReadonlyMap<string, RuleState>;
type AlertState = 'inactive' | 'pending' | 'firing';

/** A query that Prometheus would refuse. */
export class RuleQueryError extends Error {}

export type RuleFilter = {
  wanted(group: IdentifiedGroup, rule: IdentifiedRule, state: AlertState): boolean;
  withAlerts: boolean;
};

/** Reads `type`, `rule_name[]`, `rule_group[]`, `file[]`, `state` and `exclude_alerts`. @throws RuleQueryError */
export function readRuleFilter(query: Readonly<Record<string, unknown>>): RuleFilter {
  const type = all(query, 'type').at(-1)?.toLowerCase() ?? '';
  if (!['', 'alert', 'record'].includes(type))
    throw new RuleQueryError(`invalid parameter "type": not supported value ${JSON.stringify(type)}`);
  const states = all(query, 'state');
  const badState = states.find((state) => !['inactive', 'pending', 'firing'].includes(state));
  if (badState !== undefined)
    throw new RuleQueryError(`invalid parameter "state": not supported value ${JSON.stringify(badState)}`);
  const excluded = all(query, 'exclude_alerts').at(-1) ?? '';
  if (!/^(?:|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(excluded))
    throw new RuleQueryError(
      `invalid parameter "exclude_alerts": ${JSON.stringify(excluded)} is neither true nor false`,
    );
  const [names, groups, files] = ['rule_name', 'rule_group', 'file'].map((name) => new Set(all(query, name)));
  const fits = (set: ReadonlySet<string> | undefined, value: string) => !set || set.size === 0 || set.has(value);
  return {
    wanted: (group, rule, state) =>
      (type === '' || type === rule.kind) &&
      fits(names, rule.name) &&
      fits(groups, group.name) &&
      fits(files, group.file) &&
      (states.length === 0 || states.includes(state)),
    withAlerts: !/^(?:1|t)/i.test(excluded),
  };
}

/** `data` of `GET /api/v1/rules`. */
export function prometheusGroups(
  groups: readonly IdentifiedGroup[],
  states: RuleStates,
  { filter, intervalMs }: { filter: RuleFilter; intervalMs: number },
) {
  const shown = groups.flatMap((group) => {
    const rules = group.rules.filter((rule) => filter.wanted(group, rule, stateOf(states.get(rule.id))));
    if (rules.length === 0) return [];
    const healths = rules.flatMap((rule) => states.get(rule.id)?.health ?? []);
    return {
      name: group.name,
      file: group.file,
      rules: rules.map((rule) => prometheusRule(rule, states.get(rule.id), filter.withAlerts)),
      interval: (group.intervalMs ?? intervalMs) / 1_000,
      limit: group.limit,
      evaluationTime: healths.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000,
      lastEvaluation: timeOf(healths.length === 0 ? null : Math.max(...healths.map((each) => each.evaluatedAtMs))),
    };
  });
  return { groups: shown };
}

/** `data` of `GET /api/v1/alerts`. */
export function prometheusAlerts(groups: readonly IdentifiedGroup[], states: RuleStates) {
  const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ id }) => activeAlerts(states.get(id))));
  return { alerts: alerts.map(prometheusAlert) };
}

/** Alerts that wait or fire. */
export function activeAlerts(state: RuleState | undefined): RuleAlert[] {
  return state ? [...state.alerts.values()].filter((alert) => alert.state !== 'resolved') : [];
}

/** The worst of its alerts. */
export function stateOf(state: RuleState | undefined): AlertState {
  const active = activeAlerts(state);
  if (active.some((alert) => alert.state === 'firing')) return 'firing';
  return active.length > 0 ? 'pending' : 'inactive';
}

/** A float as Prometheus writes it in JSON: `1e+00`. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return (Object.is(value, -0) ? '-0e+0' : value.toExponential()).replace(/e([+-])(\d)$/, 'e$10$2');
}

function prometheusRule(rule: IdentifiedRule, state: RuleState | undefined, withAlerts: boolean) {
  const health = state?.health ?? null;
  const evaluation = {
    health: health?.health ?? 'unknown',
    ...(health?.error && { lastError: health.error }),
    evaluationTime: (health?.durationMs ?? 0) / 1_000,
    lastEvaluation: timeOf(health?.evaluatedAtMs ?? null),
  };
  const about = { name: rule.name, query: rule.expression, labels: rule.labels };
  if (rule.kind === 'record') return { ...about, ...evaluation, type: 'recording' };
  return {
    ...about,
    state: stateOf(state),
    duration: rule.forMs / 1_000,
    keepFiringFor: rule.keepFiringForMs / 1_000,
    annotations: rule.annotations,
    alerts: withAlerts ? activeAlerts(state).map(prometheusAlert) : [],
    ...evaluation,
    type: 'alerting',
  };
}

function prometheusAlert(alert: RuleAlert) {
  return {
    labels: alert.labels,
    annotations: alert.annotations,
    state: alert.state,
    activeAt: timeOf(alert.activeAtMs),
    ...(alert.goneSinceMs !== null && { keepFiringSince: timeOf(alert.goneSinceMs) }),
    value: formatValue(alert.value),
  };
}

const timeOf = (ms: number | null) => (ms === null ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString());

function all(query: Readonly<Record<string, unknown>>, name: string): string[] {
  return [query[name], query[`${name}[]`]].flat().flatMap((value) => (typeof value === 'string' ? [value] : []));
}
