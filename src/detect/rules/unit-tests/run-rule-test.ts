import { judgeExpression } from '../files/judge-expression.ts';
import type { PromqlDialect } from '../promql/dialect.ts';
import { compareLabels, formatLabels, formatSeries, type Labels, NO_LABELS } from '../promql/labels.ts';
import { PromqlError } from '../promql/promql-error.ts';
import { readExpression } from '../promql/read-expression.ts';
import { readSeriesName, readSeriesValues } from '../promql/read-series.ts';
import { createSeriesStore } from '../promql/series-store.ts';
import type { RuleGroup } from '../rule.ts';
import { evaluateRule, evaluateVector, type TestedRule, type TestWorld } from './evaluate-rule.ts';
import type { AlertCheck, ExpressionCheck, RuleTest, RuleTestFile } from './read-test-file.ts';

/** What a test expected and what came instead. Both lists are sorted; what is in both is as it should be. */
export type RuleTestFailure = {
  test: string;
  line: number;
  /** The alert or the expression that was asked for; null for a fault of the test or of a rule. */
  about: { kind: 'alert' | 'expression'; name: string } | null;
  atMs: number | null;
  /** Why there is nothing to compare. */
  message: string | null;
  expected: string[];
  got: string[];
};

type Options = Pick<RuleTestFile, 'evaluationIntervalMs' | 'groupOrder' | 'fuzzyCompare'> & { dialect: PromqlDialect };
type Input = { labels: Labels; values: ReturnType<typeof readSeriesValues>; next: number };

/**
 * Runs one test: series come in as time goes on, groups are evaluated in the interval, and what fires and what
 * expressions are worth is compared with what was expected. As promtool does it.
 */
export function runRuleTest(test: RuleTest, groups: readonly RuleGroup[], options: Options): RuleTestFailure[] {
  const name = test.name ?? `line ${test.line}`;
  const fault = (line: number, message: string, atMs: number | null = null): RuleTestFailure => ({
    ...{ test: name, line, about: null, atMs, message, expected: [], got: [] },
  });
  const failures: RuleTestFailure[] = [];
  const inputs: Input[] = [];
  for (const { series, values, line } of test.series) {
    try {
      inputs.push({ labels: readName(series), values: readSeriesValues(values), next: 0 });
    } catch (thrown) {
      if (!(thrown instanceof PromqlError)) throw thrown;
      failures.push(fault(line, `series ${JSON.stringify(series)}: ${thrown.message}`));
    }
  }
  const unnamed = test.alerts.filter(({ alertname }) => alertname === '');
  failures.push(...unnamed.map(({ line }) => fault(line, 'the test of an alert needs its alertname')));
  if (failures.length > 0) return failures;

  const world: TestWorld = { ...options, ...test, store: createSeriesStore() };
  const rules = orderGroups(groups, options.groupOrder).flatMap(prepareRules);
  const lastMs = Math.max(0, ...test.alerts.map(({ atMs }) => atMs), ...test.expressions.map(({ atMs }) => atMs));
  for (let sinceMs = 0; sinceMs <= lastMs; sinceMs += options.evaluationIntervalMs) {
    for (const input of inputs) appendUpTo(world, input, { test, sinceMs });
    for (const tested of rules) {
      try {
        evaluateRule(tested, world, test.startMs + sinceMs);
      } catch (thrown) {
        if (!(thrown instanceof PromqlError)) throw thrown;
        failures.push(fault(test.line, `rule ${tested.rule.name}: ${thrown.message}`, sinceMs));
      }
    }
    if (failures.some(({ about }) => about === null)) return failures;
    const untilMs = sinceMs + options.evaluationIntervalMs;
    const due = test.alerts.filter(({ atMs }) => atMs >= sinceMs && atMs < untilMs);
    failures.push(...due.flatMap((check) => checkAlerts(check, rules, name)));
  }
  failures.push(...test.expressions.flatMap((check) => checkExpression(check, world, { test, name, ...options })));
  return failures;
}

/** Groups in the order that is asked for; the others come with the first, as they stand in their files. */
function orderGroups(groups: readonly RuleGroup[], order: readonly string[]): RuleGroup[] {
  const placeOf = ({ name }: RuleGroup) => Math.max(0, order.indexOf(name));
  return [...groups].sort((one, other) => placeOf(one) - placeOf(other));
}

function prepareRules({ rules, limit, queryOffsetMs }: RuleGroup): TestedRule[] {
  return rules.map((rule) => ({
    rule,
    expression: readExpression(rule.expression),
    limit,
    queryOffsetMs,
    alerts: new Map(),
    written: new Map(),
  }));
}

/** Nobody has seen yet what comes later, expressions of the test neither. */
function appendUpTo(world: TestWorld, input: Input, { test, sinceMs }: { test: RuleTest; sinceMs: number }): void {
  for (; input.next < input.values.length && input.next * test.intervalMs <= sinceMs; input.next += 1) {
    const value = input.values[input.next];
    if (value === 'absent' || value === undefined) continue;
    world.store.append(input.labels, { atMs: test.startMs + input.next * test.intervalMs, value });
  }
}

function checkAlerts(
  { alertname, atMs, line, expected }: AlertCheck,
  rules: readonly TestedRule[],
  test: string,
): RuleTestFailure[] {
  const firing = rules
    .filter(({ rule }) => rule.kind === 'alert' && rule.name === alertname)
    .flatMap(({ alerts }) => [...alerts.values()].filter(({ state }) => state === 'firing'));
  const wanted = expected.map(({ labels, annotations }) => ({ labels: { ...labels, alertname }, annotations }));
  return compare({
    ...{ test, line, atMs, about: { kind: 'alert', name: alertname } as const },
    expected: wanted.map(showAlert).sort(),
    got: firing.map(showAlert).sort(),
  });
}

function checkExpression(
  check: ExpressionCheck,
  world: TestWorld,
  { test, name, fuzzyCompare }: { test: RuleTest; name: string; fuzzyCompare: boolean },
): RuleTestFailure[] {
  const about = { kind: 'expression', name: check.expression } as const;
  const where = { test: name, line: check.line, atMs: check.atMs, about };
  const fault = (message: string): RuleTestFailure[] => [{ ...where, message, expected: [], got: [] }];
  const wrong = judgeExpression(check.expression);
  if (wrong !== null) return fault(`could not parse expression: ${wrong.message}`);
  const expected: { labels: Labels; value: number }[] = [];
  for (const { labels, value } of check.expected) {
    try {
      expected.push({ labels: readName(labels), value });
    } catch (thrown) {
      if (!(thrown instanceof PromqlError)) throw thrown;
      return fault(`labels ${JSON.stringify(labels)}: ${thrown.message}`);
    }
  }
  try {
    const got = [...evaluateVector(readExpression(check.expression), world, test.startMs + check.atMs)].sort(byLabels);
    expected.sort(byLabels);
    const isSame = (at: number) => {
      const [one, other] = [expected[at], got[at]];
      return (
        one && other && compareLabels(one.labels, other.labels) === 0 && equals(one.value, other.value, fuzzyCompare)
      );
    };
    if (expected.length === got.length && got.every((_sample, at) => isSame(at))) return [];
    return [{ ...where, message: null, expected: expected.map(showSample), got: got.map(showSample) }];
  } catch (thrown) {
    if (!(thrown instanceof PromqlError)) throw thrown;
    return fault(thrown.message);
  }
}

function compare(both: Omit<RuleTestFailure, 'message'>): RuleTestFailure[] {
  const { expected, got } = both;
  const isSame = expected.length === got.length && expected.every((each, at) => each === got[at]);
  return isSame ? [] : [{ ...both, message: null }];
}

/** A series by its name and labels; nothing is one without either. @throws PromqlError */
function readName(written: string): Labels {
  if (/^\s*(?:\{\s*\}\s*)?$/.test(written)) return NO_LABELS;
  const wrong = judgeExpression(written);
  if (wrong !== null) throw new PromqlError(wrong.message);
  return readSeriesName(written);
}

const byLabels = (one: { labels: Labels }, other: { labels: Labels }) => compareLabels(one.labels, other.labels);

/** What is no number equals nothing, as in promtool. */
function equals(one: number, other: number, isFuzzy: boolean): boolean {
  return one === other || (isFuzzy && (neighbour(one, 1) === other || neighbour(one, -1) === other));
}

/** The next float up or down. */
function neighbour(value: number, direction: 1 | -1): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return direction * Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(value > 0 === direction > 0 ? 1 : -1));
  return view.getFloat64(0);
}

const showSample = ({ labels, value }: { labels: Labels; value: number }) =>
  `${formatSeries(labels)} ${showNumber(value)}`;

function showNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}

type Texts = Readonly<Record<string, string>>;

/** Its labels, and behind them its annotations. */
function showAlert({ labels, annotations }: { labels: Texts; annotations: Texts }): string {
  const [shown, texts] = [labels, annotations].map((each) => formatLabels(new Map(Object.entries(each))));
  return texts === '{}' ? `${shown}` : `${shown} ${texts}`;
}
