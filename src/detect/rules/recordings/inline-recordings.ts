import type { Call, Expression, LabelMatcher, Selector } from '../promql/expression.ts';
import { labelsOfAbsent } from '../promql/functions/absent.ts';
import { METRIC_NAME } from '../promql/labels.ts';
import { compileMatchers } from '../promql/matchers.ts';
import { PromqlError } from '../promql/promql-error.ts';
import { readExpression } from '../promql/read-expression.ts';
import { writeExpression } from '../promql/write-expression.ts';
import type { AlertRule, RecordingRule, RuleGroup } from '../rule.ts';
import { keepFitting, labelEach } from './label-expressions.ts';

type Recorded = { rule: RecordingRule; intervalMs: number };
type RecordedByName = ReadonlyMap<string, readonly Recorded[]>;
/** It is about a recorded series. */
class NotToBePlacedError extends PromqlError {}

const LONGEST_EXPRESSION = 100_000;

/**
 * Puts what a recording rule evaluates in the place of its name wherever an alert rule asks for it, so that alerts are
 * right although nothing keeps the series: a bare name is the expression at that instant, a window of it a subquery in
 * the interval of the recording rule's group. A rule of which that cannot be done says why.
 * @param intervalMs of groups that do not say
 */
export function inlineRecordings(groups: readonly RuleGroup[], intervalMs: number): RuleGroup[] {
  const recorded = listRecorded(groups, intervalMs);
  if (recorded.size === 0) return [...groups];
  return groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => (rule.kind === 'alert' ? inlineRule(rule, recorded) : rule)),
  }));
}

/** The same for expressions that come up later, such as those in texts; one without anything recorded stays as it is. */
export function createRecordingPlacer(
  groups: readonly RuleGroup[],
  intervalMs: number,
): (expression: string) => { expression: string } | { reason: string } {
  const recorded = listRecorded(groups, intervalMs);
  return (expression) => (recorded.size === 0 ? null : inlineExpression(expression, recorded)) ?? { expression };
}

function listRecorded(groups: readonly RuleGroup[], intervalMs: number): RecordedByName {
  const recorded = new Map<string, Recorded[]>();
  for (const group of groups) {
    for (const rule of group.rules) {
      if (rule.kind !== 'record') continue;
      const known = recorded.get(rule.name) ?? [];
      known.push({ rule, intervalMs: group.intervalMs ?? intervalMs });
      recorded.set(rule.name, known);
    }
  }
  return recorded;
}

function inlineRule(rule: AlertRule, recorded: RecordedByName): AlertRule {
  const asked = inlineExpression(rule.expression, recorded);
  return asked === null ? rule : { ...rule, asked };
}

/** Null: it names nothing that is recorded. */
function inlineExpression(
  written: string,
  recorded: RecordedByName,
): { expression: string } | { reason: string } | null {
  try {
    const before = readExpression(written);
    const after = inline(before, recorded, []);
    if (after === before) return null;
    const expression = writeExpression(after);
    if (expression.length <= LONGEST_EXPRESSION) return { expression };
    throw new NotToBePlacedError(`with what it records in place it is longer than ${LONGEST_EXPRESSION} characters`);
  } catch (thrown) {
    if (!(thrown instanceof PromqlError)) throw thrown;
    // What only the server can read is the server's to judge, as long as it names nothing recorded.
    const isOurs = thrown instanceof NotToBePlacedError || [...recorded.keys()].some((name) => written.includes(name));
    if (!isOurs) return null;
    return { reason: `what rules record cannot be put in place: ${thrown.message}; set rules.remoteWrite` };
  }
}

/** The same object where nothing recorded is named. */
function inline(expression: Expression, recorded: RecordedByName, within: readonly string[]): Expression {
  const into = (inner: Expression) => inline(inner, recorded, within);
  switch (expression.kind) {
    case 'number':
    case 'text':
      return expression;
    case 'selector': {
      const found = findRecorded(expression, recorded);
      return found ? atItsPlace(expression, found, recorded, within) : expression;
    }
    case 'range': {
      const { selector, rangeMs } = expression;
      const found = findRecorded(selector, recorded);
      if (!found) return expression;
      const inner = valueOfRecorded(selector, found, recorded, within);
      const { offsetMs, at } = selector;
      return { kind: 'subquery', inner, rangeMs, stepMs: stepOf(found), offsetMs, at };
    }
    case 'binary': {
      const [left, right] = [into(expression.left), into(expression.right)];
      return left === expression.left && right === expression.right ? expression : { ...expression, left, right };
    }
    case 'aggregation': {
      const parameter = expression.parameter && into(expression.parameter);
      const inner = into(expression.inner);
      return parameter === expression.parameter && inner === expression.inner
        ? expression
        : { ...expression, parameter, inner };
    }
    case 'call': {
      const given = expression.given.map(into);
      if (given.every((each, at) => each === expression.given[at])) return expression;
      return sayAbsent({ ...expression, given }, expression);
    }
    default: {
      const inner = into(expression.inner);
      return inner === expression.inner ? expression : { ...expression, inner };
    }
  }
}

function findRecorded({ matchers }: Selector, recorded: RecordedByName): readonly Recorded[] | null {
  const names = matchers.filter(({ name }) => name === METRIC_NAME);
  const exact = names.find(({ operator }) => operator === '=');
  if (exact) return recorded.get(exact.value) ?? null;
  if (names.length === 0) return null;
  const fits = compileMatchers(names);
  const meant = [...recorded.keys()].find((name) => fits(new Map([[METRIC_NAME, name]])));
  if (meant !== undefined) throw new NotToBePlacedError(`${meant} is selected without its name written out`);
  return null;
}

/** At another instant: the last of the instants it would have been recorded at. */
function atItsPlace(
  selector: Selector,
  found: readonly Recorded[],
  recorded: RecordedByName,
  within: readonly string[],
): Expression {
  const inner = valueOfRecorded(selector, found, recorded, within);
  const { offsetMs, at } = selector;
  if (offsetMs === 0 && at === null) return inner;
  const stepMs = stepOf(found);
  const then: Expression = { kind: 'subquery', inner, rangeMs: stepMs, stepMs, offsetMs, at };
  return { kind: 'call', name: 'last_over_time', given: [then] };
}

function valueOfRecorded(
  { matchers }: Selector,
  found: readonly Recorded[],
  recorded: RecordedByName,
  within: readonly string[],
): Expression {
  const name = found[0]?.rule.name ?? '';
  if (within.includes(name)) throw new NotToBePlacedError(`${name} is recorded from itself`);
  const values = found.map(({ rule }): Expression => {
    const value = inline(readExpression(rule.expression), recorded, [...within, name]);
    return labelEach({ kind: 'group', inner: value }, [...Object.entries(rule.labels), [METRIC_NAME, name]]);
  });
  const all = values.reduce(
    (left, right): Expression => ({
      kind: 'binary',
      operator: 'or',
      bool: false,
      matching: { on: false, labels: [], many: null, include: [] },
      left,
      right,
    }),
  );
  return keepFitting(all, matchers.filter(({ name: label }): boolean => label !== METRIC_NAME) as LabelMatcher[]);
}

/** What is absent says so with the labels its selector named. */
function sayAbsent(call: Call, before: Call): Expression {
  if (call.name !== 'absent' && call.name !== 'absent_over_time') return call;
  return labelEach(call, [...labelsOfAbsent(before.given[0])]);
}

const stepOf = (found: readonly Recorded[]) => Math.min(...found.map(({ intervalMs }) => intervalMs));
