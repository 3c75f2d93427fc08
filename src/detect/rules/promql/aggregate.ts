import type { PromqlDialect } from './dialect.ts';
import { addExactly, type ExactSum, isInfinite, meanExactly, varianceExactly } from './exact-sum.ts';
import type { Aggregation } from './expression.ts';
import { changeLabel, dropLabels, keepLabels, type Labels, labelKey, METRIC_NAME } from './labels.ts';
import { PromqlError } from './promql-error.ts';
import { quantileOf } from './quantile.ts';
import type { Sample, Value } from './values.ts';

type Group = { labels: Labels; samples: Sample[] };
type Options = { atMs: number; dialect: PromqlDialect };

/** One value for each group of series; topk and bottomk leave the series as they are. @throws PromqlError */
export function aggregate(
  { operator, by, labels: names }: Pick<Aggregation, 'operator' | 'by' | 'labels'>,
  samples: readonly Sample[],
  parameter: Value | null,
  { atMs, dialect }: Options,
): Sample[] {
  const groupLabels = (labels: Labels) =>
    by ? keepLabels(labels, names) : dropLabels(labels, [...names, METRIC_NAME]);
  if (operator === 'topk' || operator === 'bottomk') {
    const most = countOf(parameter);
    return groupSamples(samples, groupLabels).flatMap((group) =>
      pickBest(group.samples, most, operator === 'topk', atMs),
    );
  }
  if (operator === 'count_values') {
    const name = parameter?.type === 'text' ? parameter.value : '';
    if (name === '' || !name.isWellFormed()) throw new PromqlError(`invalid label name ${JSON.stringify(name)}`);
    const counted = groupSamples(samples, (labels, value) =>
      changeLabel(groupLabels(labels), name, formatPlain(value)),
    );
    return counted.map((group) => ({ labels: group.labels, value: group.samples.length, atMs }));
  }
  const rank = parameter?.type === 'scalar' ? parameter.value : Number.NaN;
  return groupSamples(samples, groupLabels).map((group) => ({
    labels: group.labels,
    value: summarize(
      operator,
      group.samples.map(({ value }) => value),
      rank,
      dialect,
    ),
    atMs,
  }));
}

function groupSamples(samples: readonly Sample[], labelsFor: (labels: Labels, value: number) => Labels): Group[] {
  const groups = new Map<string, Group>();
  for (const sample of samples) {
    const labels = labelsFor(sample.labels, sample.value);
    const key = labelKey(labels);
    const group = groups.get(key);
    if (group) group.samples.push(sample);
    else groups.set(key, { labels, samples: [sample] });
  }
  return [...groups.values()];
}

function summarize(
  operator: Exclude<Aggregation['operator'], 'topk' | 'bottomk' | 'count_values'>,
  values: readonly number[],
  rank: number,
  dialect: PromqlDialect,
): number {
  switch (operator) {
    case 'sum':
      return dialect === '2' ? values.reduce((sum, value) => sum + value) : sumOf(values);
    case 'avg':
      return dialect === '2' ? meanPlainly(values) : meanExactly(values);
    case 'min':
      return values.reduce((least, value) => (least > value || Number.isNaN(least) ? value : least));
    case 'max':
      return values.reduce((most, value) => (most < value || Number.isNaN(most) ? value : most));
    case 'count':
      return values.length;
    case 'group':
      return 1;
    case 'stddev':
      return Math.sqrt(varianceOf(values, dialect));
    case 'stdvar':
      return varianceOf(values, dialect);
    case 'quantile':
      return quantileOf(rank, values);
  }
}

function sumOf(values: readonly number[]): number {
  let running: ExactSum = { sum: values[0] ?? 0, lost: 0 };
  for (const value of values.slice(1)) running = addExactly(running, value);
  return isInfinite(running.sum) ? running.sum : running.sum + running.lost;
}

function meanPlainly(values: readonly number[]): number {
  let mean = values[0] ?? Number.NaN;
  for (let count = 2; count <= values.length; count += 1) {
    const value = values[count - 1] ?? Number.NaN;
    if (isInfinite(mean)) {
      if (isInfinite(value) && mean > 0 === value > 0) continue;
      if (!isInfinite(value) && !Number.isNaN(value)) continue;
    }
    mean += value / count - mean / count;
  }
  return mean;
}

function varianceOf(values: readonly number[], dialect: PromqlDialect): number {
  // Of one value that is no number there is no variance either; Prometheus 2 said 0.
  if (dialect === '3') return values.length === 1 && !Number.isFinite(values[0]) ? Number.NaN : varianceExactly(values);
  let mean = values[0] ?? 0;
  let squares = 0;
  for (let count = 2; count <= values.length; count += 1) {
    const delta = (values[count - 1] ?? 0) - mean;
    mean += delta / count;
    squares += delta * ((values[count - 1] ?? 0) - mean);
  }
  return squares / values.length;
}

function countOf(parameter: Value | null): number {
  const count = parameter?.type === 'scalar' ? parameter.value : Number.NaN;
  if (Number.isNaN(count)) throw new PromqlError('Parameter value is NaN');
  if (count > 2 ** 63 || count < -(2 ** 63)) throw new PromqlError(`Scalar value ${count} overflows int64`);
  return Math.trunc(count);
}

/** Of equal ones the first stay; what is no number comes last. */
function pickBest(samples: readonly Sample[], most: number, largest: boolean, atMs: number): Sample[] {
  const rankOf = (value: number) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : largest ? value : -value);
  return samples
    .map((sample, index) => ({ sample, index }))
    .sort(
      (one, other) =>
        Number(Number.isNaN(one.sample.value)) - Number(Number.isNaN(other.sample.value)) ||
        compare(rankOf(other.sample.value), rankOf(one.sample.value)) ||
        one.index - other.index,
    )
    .slice(0, Math.max(0, most))
    .map(({ sample }) => ({ ...sample, atMs }));
}

const compare = (one: number, other: number) => (one === other ? 0 : one < other ? -1 : 1);

/** Go's shortest form without an exponent. */
function formatPlain(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (isInfinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const written = Object.is(value, -0) ? '-0' : String(value);
  const [, sign = '', whole = '', fraction = '', exponent = ''] =
    /^(-?)(\d+)(?:\.(\d+))?e([-+]\d+)$/.exec(written) ?? [];
  if (exponent === '') return written;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return point >= digits.length
    ? `${sign}${digits}${'0'.repeat(point - digits.length)}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
