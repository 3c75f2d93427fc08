import { activeSamples } from '../evaluation/active-samples.ts';
import { advanceAlerts } from '../evaluation/advance-alerts.ts';
import type { RuleAlert, RuleAlerts } from '../evaluation/rule-alert.ts';
import { judgeExpression } from '../files/judge-expression.ts';
import type { PromqlDialect } from '../promql/dialect.ts';
import { evaluate } from '../promql/evaluate.ts';
import type { Expression } from '../promql/expression.ts';
import { type Labels, labelKey, labelsOf, METRIC_NAME } from '../promql/labels.ts';
import { PromqlError } from '../promql/promql-error.ts';
import { readExpression } from '../promql/read-expression.ts';
import type { SeriesStore } from '../promql/series-store.ts';
import type { Sample } from '../promql/values.ts';
import type { AlertRule, RecordingRule, Rule } from '../rule.ts';
import { openRuleTexts } from '../templates/render-rule-texts.ts';

/** A rule as the test goes on: what it evaluates and what has come of it so far. */
export type TestedRule = {
  rule: Rule;
  expression: Expression;
  limit: number;
  queryOffsetMs: number;
  alerts: RuleAlerts;
  /** The series it wrote at its last evaluation. */
  written: ReadonlyMap<string, Labels>;
};

export type TestWorld = {
  store: SeriesStore;
  evaluationIntervalMs: number;
  dialect: PromqlDialect;
  externalLabels: Readonly<Record<string, string>>;
  externalUrl: string;
};

/**
 * Evaluates a rule once and writes its series: what it records, or `ALERTS` and `ALERTS_FOR_STATE`. Series it no longer
 * writes are marked as gone.
 * @throws PromqlError where the rule cannot be evaluated
 */
export function evaluateRule(tested: TestedRule, world: TestWorld, nowMs: number): void {
  const atMs = nowMs - tested.queryOffsetMs;
  const samples = evaluateVector(tested.expression, world, atMs);
  const { rule } = tested;
  const results =
    rule.kind === 'record' ? record(rule, tested, samples) : raise(rule, tested, { world, samples, nowMs });
  const written = new Map<string, Labels>();
  for (const { labels, value } of results) {
    world.store.append(labels, { atMs, value });
    written.set(labelKey(labels), labels);
  }
  for (const [key, labels] of tested.written) if (!written.has(key)) world.store.append(labels, { atMs, value: null });
  tested.written = written;
}

/** @throws PromqlError where the value is no vector */
export function evaluateVector(
  expression: Expression,
  { store, evaluationIntervalMs, dialect }: TestWorld,
  atMs: number,
): readonly Sample[] {
  const value = evaluate(expression, { store, atMs, defaultStepMs: evaluationIntervalMs, dialect });
  if (value.type === 'vector') return value.samples;
  if (value.type === 'scalar') return [{ labels: new Map(), value: value.value, atMs }];
  throw new PromqlError('rule result is not a vector or scalar');
}

/** What a text asks for. @throws Error in words for the text */
function evaluateText(
  expression: string,
  world: TestWorld,
  atMs: number,
): { labels: Record<string, string>; value: number }[] {
  const wrong = judgeExpression(expression);
  if (wrong !== null) throw new Error(`query ${JSON.stringify(expression)}: ${wrong.message}`);
  return evaluateVector(readExpression(expression), world, atMs).map(({ labels, value }) => ({
    labels: Object.fromEntries(labels),
    value,
  }));
}

type Result = { labels: Labels; value: number };

function record(rule: RecordingRule, { limit }: TestedRule, samples: readonly Sample[]): Result[] {
  const results = samples.map(({ labels, value }) => ({
    labels: labelsOf([...labels, [METRIC_NAME, rule.name], ...Object.entries(rule.labels)]),
    value,
  }));
  if (new Set(results.map(({ labels }) => labelKey(labels))).size < results.length)
    throw new PromqlError('vector contains metrics with the same labelset after applying rule labels');
  if (limit > 0 && results.length > limit)
    throw new PromqlError(`exceeded limit of ${limit} with ${results.length} series`);
  return results;
}

function raise(
  rule: AlertRule,
  tested: TestedRule,
  { world, samples, nowMs }: { world: TestWorld; samples: readonly Sample[]; nowMs: number },
): Result[] {
  const texts = openRuleTexts({
    nowMs,
    externalUrl: world.externalUrl,
    externalLabels: world.externalLabels,
    ask: (expression) => evaluateText(expression, world, nowMs),
  });
  const found = samples.map(({ labels, value }) => ({ labels: Object.fromEntries(labels), value }));
  const { alerts, error } = advanceAlerts(tested.alerts, activeSamples(rule, found, texts), {
    rule,
    nowMs,
    limit: tested.limit,
  });
  if (error !== null) throw new PromqlError(error);
  tested.alerts = alerts;
  const active = [...alerts.values()].filter(({ state }) => state !== 'resolved');
  return active.flatMap((alert) => [
    { labels: seriesOf(alert, { [METRIC_NAME]: 'ALERTS', alertstate: alert.state }), value: 1 },
    {
      labels: seriesOf(alert, { [METRIC_NAME]: 'ALERTS_FOR_STATE' }),
      value: Math.floor(alert.activeAtMs / 1_000),
    },
  ]);
}

const seriesOf = ({ labels }: RuleAlert, more: Record<string, string>): Labels =>
  labelsOf(Object.entries({ ...labels, ...more }));
