import type { PromqlDialect } from './dialect.ts';
import { type Arithmetic, type Comparison, isComparison, type Matching, type SetOperator } from './expression.ts';
import {
  changeLabel,
  dropLabels,
  dropName,
  formatLabels,
  formatSeries,
  keepLabels,
  type Labels,
  labelKey,
  METRIC_NAME,
} from './labels.ts';
import { calculate, compareNumbers } from './number-operators.ts';
import { PromqlError } from './promql-error.ts';
import type { Sample } from './values.ts';

type Vector = readonly Sample[];
type Combined = {
  operator: Arithmetic | Comparison;
  bool: boolean;
  matching: Matching;
  atMs: number;
  dialect: PromqlDialect;
};

/** `and`, `or`, `unless`: which series of two sides stay. */
export function combineSets(operator: SetOperator, left: Vector, right: Vector, matching: Matching): Sample[] {
  const keysOf = (side: Vector) => new Set(side.map(({ labels }) => labelKey(matchedLabels(labels, matching))));
  if (operator === 'or') {
    const known = keysOf(left);
    return [...left, ...right.filter(({ labels }) => !known.has(labelKey(matchedLabels(labels, matching))))];
  }
  const known = keysOf(right);
  return left.filter(({ labels }) => known.has(labelKey(matchedLabels(labels, matching))) === (operator === 'and'));
}

/** Each pair of series that belong together gives one. @throws PromqlError where what belongs together is not clear */
export function combineVectors(
  left: Vector,
  right: Vector,
  { operator, bool, matching, atMs, dialect }: Combined,
): Sample[] {
  // Nothing to be in doubt about, whatever the other side is.
  if (left.length === 0 || right.length === 0) return [];
  const swapped = matching.many === 'right';
  const [many, one] = swapped ? [right, left] : [left, right];
  const ones = indexOnes(one, matching, swapped ? 'left' : 'right');
  const combined: Sample[] = [];
  const taken = new Map<string, Set<string>>();
  for (const sample of many) {
    const key = labelKey(matchedLabels(sample.labels, matching));
    const partner = ones.get(key);
    if (!partner) continue;
    const [leftValue, rightValue] = swapped ? [partner.value, sample.value] : [sample.value, partner.value];
    let value = leftValue;
    let stays = true;
    if (!isComparison(operator)) value = calculate(operator, leftValue, rightValue);
    else {
      const holds = compareNumbers(operator, leftValue, rightValue);
      if (bool) value = holds ? 1 : 0;
      else stays = holds;
    }
    // Prometheus 3 finds a match of several in those that do not compare, too.
    if (!stays && dialect === '2') continue;
    const labels = resultLabels(sample.labels, partner.labels, {
      keepsName: keepsName(operator, bool, dialect),
      matching,
    });
    const known = taken.get(key);
    if (known && matching.many === null)
      throw new PromqlError(
        'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
      );
    const result = labelKey(labels);
    if (known?.has(result))
      throw new PromqlError('multiple matches for labels: grouping labels must ensure unique matches');
    if (known) known.add(result);
    else taken.set(key, new Set([result]));
    if (stays) combined.push({ labels, value, atMs });
  }
  return combined;
}

/** A series with a number on one of its sides. */
export function combineWithNumber(
  vector: Vector,
  number: number,
  { operator, bool, numberIsLeft, atMs, dialect }: Omit<Combined, 'matching'> & { numberIsLeft: boolean },
): Sample[] {
  const keeps = keepsName(operator, bool, dialect);
  return vector.flatMap(({ labels, value }): Sample[] => {
    const [left, right] = numberIsLeft ? [number, value] : [value, number];
    const named = keeps ? labels : dropName(labels);
    if (!isComparison(operator)) return [{ labels: named, value: calculate(operator, left, right), atMs }];
    const holds = compareNumbers(operator, left, right);
    if (bool) return [{ labels: named, value: holds ? 1 : 0, atMs }];
    return holds ? [{ labels: named, value, atMs }] : [];
  });
}

/** What is calculated is no longer that metric; Prometheus 2 forgot it for atan2. */
function keepsName(operator: Arithmetic | Comparison, bool: boolean, dialect: PromqlDialect): boolean {
  return (isComparison(operator) && !bool) || (operator === 'atan2' && dialect === '2');
}

function indexOnes(one: Vector, matching: Matching, side: 'left' | 'right'): Map<string, Sample> {
  const ones = new Map<string, Sample>();
  for (const sample of one) {
    const matched = matchedLabels(sample.labels, matching);
    const key = labelKey(matched);
    const known = ones.get(key);
    if (known)
      throw new PromqlError(
        `found duplicate series for the match group ${formatLabels(matched)} on the ${side} hand-side of the operation: ` +
          `[${formatSeries(sample.labels)}, ${formatSeries(known.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    ones.set(key, sample);
  }
  return ones;
}

function matchedLabels(labels: Labels, { on, labels: names }: Matching): Labels {
  return on ? keepLabels(labels, names) : dropLabels(labels, [...names, METRIC_NAME]);
}

function resultLabels(
  many: Labels,
  one: Labels,
  { keepsName: keeps, matching }: { keepsName: boolean; matching: Matching },
): Labels {
  let labels = keeps ? many : dropName(many);
  if (matching.many === null)
    labels = matching.on ? keepLabels(labels, matching.labels) : dropLabels(labels, matching.labels);
  for (const name of matching.include) labels = changeLabel(labels, name, one.get(name) ?? '');
  return labels;
}
