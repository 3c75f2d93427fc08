import { aggregate } from './aggregate.ts';
import { evaluateCall } from './evaluate-call.ts';
import { type Binary, type Expression, isComparison, isSetOperator, type Subquery } from './expression.ts';
import { dropName, labelKey } from './labels.ts';
import { combineSets, combineVectors, combineWithNumber } from './match-vectors.ts';
import { calculate, compareNumbers } from './number-operators.ts';
import { PromqlError } from './promql-error.ts';
import { charge, type Evaluation, type Run } from './run.ts';
import { placedAt, selectNow, selectWindows } from './select-samples.ts';
import type { Sample, SolidPoint, Value } from './values.ts';
import { distinct, vectorOf } from './vectors.ts';

/** The value of an expression at an instant. @throws PromqlError */
export function evaluate(expression: Expression, evaluation: Evaluation): Value {
  return evaluateIn(expression, {
    ...evaluation,
    queryAtMs: evaluation.atMs,
    cost: { samples: 0 },
    evaluate: evaluateIn,
  });
}

function evaluateIn(expression: Expression, run: Run): Value {
  switch (expression.kind) {
    case 'number':
      return { type: 'scalar', value: expression.value };
    case 'text':
      return { type: 'text', value: expression.value };
    case 'group':
      return evaluateIn(expression.inner, run);
    case 'selector':
      return { type: 'vector', samples: selectNow(expression, run).map((sample) => ({ ...sample, atMs: run.atMs })) };
    case 'range': {
      const toMs = placedAt(expression.selector, run);
      const fromMs = toMs - expression.rangeMs;
      return { type: 'matrix', windows: selectWindows(expression.selector, { fromMs, toMs }, run), fromMs, toMs };
    }
    case 'subquery':
      return evaluateSubquery(expression, run);
    case 'negation':
      return negate(evaluateIn(expression.inner, run), run.atMs);
    case 'binary':
      return evaluateBinary(expression, run);
    case 'aggregation': {
      const parameter = expression.parameter ? evaluateIn(expression.parameter, run) : null;
      const inner = vectorOf(evaluateIn(expression.inner, run));
      return { type: 'vector', samples: aggregate(expression, inner, parameter, run) };
    }
    case 'call':
      return evaluateCall(expression, run);
  }
}

function evaluateSubquery(subquery: Subquery, run: Run): Value {
  const toMs = placedAt(subquery, run);
  const fromMs = toMs - subquery.rangeMs;
  const stepMs = subquery.stepMs ?? run.defaultStepMs;
  let firstMs = stepMs * Math.trunc(fromMs / stepMs);
  if (firstMs < fromMs || (firstMs === fromMs && run.dialect === '3')) firstMs += stepMs;
  const windows = new Map<string, { labels: Sample['labels']; points: SolidPoint[] }>();
  for (let atMs = firstMs; atMs <= toMs; atMs += stepMs) {
    const samples = vectorOf(evaluateIn(subquery.inner, { ...run, atMs }));
    charge(run, samples.length + 1);
    for (const { labels, value } of samples) {
      const key = labelKey(labels);
      const window = windows.get(key);
      if (window) window.points.push({ atMs, value });
      else windows.set(key, { labels, points: [{ atMs, value }] });
    }
  }
  return { type: 'matrix', windows: [...windows.values()], fromMs, toMs };
}

function evaluateBinary({ operator, bool, matching, left, right }: Binary, run: Run): Value {
  const { atMs, dialect } = run;
  const one = evaluateIn(left, run);
  const other = evaluateIn(right, run);
  if (one.type === 'scalar' && other.type === 'scalar') {
    if (isSetOperator(operator)) throw new PromqlError('set operator not allowed in binary scalar expression');
    const value = isComparison(operator)
      ? Number(compareNumbers(operator, one.value, other.value))
      : calculate(operator, one.value, other.value);
    return { type: 'scalar', value };
  }
  if (one.type === 'scalar' || other.type === 'scalar') {
    const [vector, number] = one.type === 'scalar' ? [other, one.value] : [one, (other as { value: number }).value];
    const numberIsLeft = one.type === 'scalar';
    if (isSetOperator(operator)) throw new PromqlError('set operator not allowed in binary scalar expression');
    return distinct(combineWithNumber(vectorOf(vector), number, { operator, bool, numberIsLeft, atMs, dialect }));
  }
  const [ones, others] = [vectorOf(one), vectorOf(other)];
  if (isSetOperator(operator)) return distinct(combineSets(operator, ones, others, matching));
  return distinct(combineVectors(ones, others, { operator, bool, matching, atMs, dialect }));
}

function negate(value: Value, atMs: number): Value {
  if (value.type === 'scalar') return { type: 'scalar', value: -value.value };
  return distinct(vectorOf(value).map((sample) => ({ labels: dropName(sample.labels), value: -sample.value, atMs })));
}
