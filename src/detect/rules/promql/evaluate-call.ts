import type { Call, Expression } from './expression.ts';
import { labelsOfAbsent } from './functions/absent.ts';
import { collectHistograms, fractionOfBuckets, quantileOfBuckets } from './functions/buckets.ts';
import { DATE_FUNCTIONS, dateOf } from './functions/dates.ts';
import { joinLabels, replaceLabel } from './functions/label-functions.ts';
import { clampTo, NUMBER_FUNCTIONS, roundTo } from './functions/number-functions.ts';
import { KEEPS_NAME, WINDOW_FUNCTIONS } from './functions/over-time.ts';
import { compareByLabels } from './functions/sort-by-label.ts';
import { dropName, NO_LABELS } from './labels.ts';
import { PromqlError } from './promql-error.ts';
import type { Run } from './run.ts';
import { selectNow } from './select-samples.ts';
import type { Sample, Value } from './values.ts';
import { distinct, vectorOf } from './vectors.ts';

type Arguments = {
  run: Run;
  call: Call;
  vector(at: number): readonly Sample[];
  number(at: number): number;
  text(at: number): string;
};
type Special = (given: Arguments) => Value;

const vector = (samples: readonly Sample[]): Value => ({ type: 'vector', samples });
const one = (run: Run, value: number): Value => vector([{ labels: NO_LABELS, value, atMs: run.atMs }]);

/** Functions that are more than one of each value or of each window. */
const SPECIAL: Readonly<Record<string, Special>> = {
  time: ({ run }) => ({ type: 'scalar', value: run.atMs / 1_000 }),
  pi: () => ({ type: 'scalar', value: Math.PI }),
  vector: ({ run, number }) => one(run, number(0)),
  scalar: ({ vector: samples }) => {
    const [first, ...more] = samples(0);
    return { type: 'scalar', value: first && more.length === 0 ? first.value : Number.NaN };
  },
  absent: ({ run, call, vector: samples }) =>
    samples(0).length > 0 ? vector([]) : vector([{ labels: labelsOfAbsent(call.given[0]), value: 1, atMs: run.atMs }]),
  absent_over_time: ({ run, call }) => {
    const value = run.evaluate(call.given[0] as Expression, run);
    const isThere = value.type === 'matrix' && value.windows.length > 0;
    return vector(isThere ? [] : [{ labels: labelsOfAbsent(call.given[0]), value: 1, atMs: run.atMs }]);
  },
  timestamp: ({ run, call, vector: samples }) => {
    const selector = withoutGroups(call.given[0]);
    const seen = selector?.kind === 'selector' ? selectNow(selector, run) : samples(0);
    return distinct(
      seen.map(({ labels, atMs }) => ({ labels: dropName(labels), value: atMs / 1_000, atMs: run.atMs })),
    );
  },
  round: (given) => {
    const nearest = given.call.given.length > 1 ? given.number(1) : 1;
    return mapValues(given, given.vector(0), (value) => roundTo(value, nearest));
  },
  clamp: (given) => clampBetween(given, given.number(1), given.number(2)),
  clamp_min: (given) => clampBetween(given, given.number(1), Number.POSITIVE_INFINITY),
  clamp_max: (given) => clampBetween(given, Number.NEGATIVE_INFINITY, given.number(1)),
  sort: ({ vector: samples }) => vector([...samples(0)].sort(byValue(1))),
  sort_desc: ({ vector: samples }) => vector([...samples(0)].sort(byValue(-1))),
  sort_by_label: (given) => vector([...given.vector(0)].sort(compareByLabels(textsFrom(given, 1)))),
  sort_by_label_desc: (given) => vector([...given.vector(0)].sort(compareByLabels(textsFrom(given, 1))).reverse()),
  label_replace: (given) => distinct(replaceLabel(given.vector(0), textsFrom(given, 1), given.run.dialect)),
  label_join: (given) => distinct(joinLabels(given.vector(0), textsFrom(given, 1), given.run.dialect)),
  histogram_quantile: ({ run, number, vector: samples }) => {
    const rank = number(0);
    const histograms = collectHistograms(samples(1));
    return distinct(
      histograms.map(({ labels, buckets }) => ({
        labels,
        value: quantileOfBuckets(rank, buckets, run.dialect),
        atMs: run.atMs,
      })),
    );
  },
  histogram_fraction: ({ run, number, vector: samples }) => {
    const [lower, upper] = [number(0), number(1)];
    const histograms = collectHistograms(samples(2));
    return distinct(
      // Prometheus 2 knew it for native histograms only.
      (run.dialect === '2' ? [] : histograms).map(({ labels, buckets }) => ({
        labels,
        value: fractionOfBuckets(lower, upper, buckets),
        atMs: run.atMs,
      })),
    );
  },
  // Of native histograms; other samples are none.
  ...Object.fromEntries(
    ['avg', 'count', 'sum', 'stddev', 'stdvar'].map((what): [string, Special] => [
      `histogram_${what}`,
      () => vector([]),
    ]),
  ),
};

/** The value of a function. @throws PromqlError */
export function evaluateCall(call: Call, run: Run): Value {
  const valueAt = (at: number): Value => {
    const expression = call.given[at];
    if (!expression) throw new PromqlError(`too few arguments in call to ${call.name}`);
    return run.evaluate(expression, run);
  };
  const given: Arguments = {
    run,
    call,
    vector: (at) => vectorOf(valueAt(at)),
    number: (at) => {
      const value = valueAt(at);
      return value.type === 'scalar' ? value.value : Number.NaN;
    },
    text: (at) => {
      const value = valueAt(at);
      return value.type === 'text' ? value.value : '';
    },
  };
  const special = own(SPECIAL, call.name);
  if (special) return special(given);
  const ofNumber = own(NUMBER_FUNCTIONS, call.name);
  if (ofNumber) return mapValues(given, given.vector(0), ofNumber);
  const ofDate = own(DATE_FUNCTIONS, call.name);
  if (ofDate && call.given.length === 0) return one(run, ofDate(dateOf(run.atMs / 1_000)));
  if (ofDate) return mapValues(given, given.vector(0), (value) => ofDate(dateOf(value)));
  return evaluateOverWindows(call, given, valueAt);
}

function evaluateOverWindows(call: Call, given: Arguments, valueAt: (at: number) => Value): Value {
  const overWindow = own(WINDOW_FUNCTIONS, call.name);
  if (!overWindow) throw new PromqlError(`the function ${call.name} is not evaluated here`);
  const { run } = given;
  const values = call.given.map((_expression, at) => valueAt(at));
  const matrix = values.find((value) => value.type === 'matrix');
  if (!matrix) throw new PromqlError(`expected type range vector in call to function "${call.name}"`);
  const numbers = values.flatMap((value) => (value.type === 'scalar' ? [value.value] : []));
  const samples = matrix.windows.flatMap(({ labels, points }): Sample[] => {
    const value = overWindow({
      points,
      values: points.map((point) => point.value),
      fromMs: matrix.fromMs,
      toMs: matrix.toMs,
      atMs: run.atMs,
      given: numbers,
      dialect: run.dialect,
    });
    if (value === null) return [];
    return [{ labels: KEEPS_NAME.has(call.name) ? labels : dropName(labels), value, atMs: run.atMs }];
  });
  return distinct(samples);
}

function mapValues({ run }: Arguments, samples: readonly Sample[], change: (value: number) => number): Value {
  return distinct(
    samples.map(({ labels, value }) => ({ labels: dropName(labels), value: change(value), atMs: run.atMs })),
  );
}

function clampBetween(given: Arguments, least: number, most: number): Value {
  const samples = given.vector(0);
  if (most < least) return vector([]);
  return mapValues(given, samples, (value) => clampTo(value, least, most));
}

const textsFrom = ({ call, text }: Arguments, first: number): string[] =>
  call.given.slice(first).map((_expression, index) => text(first + index));

function withoutGroups(expression: Expression | undefined): Expression | undefined {
  let inner = expression;
  while (inner?.kind === 'group') inner = inner.inner;
  return inner;
}

/** What is no number comes last either way. */
const byValue = (direction: 1 | -1) => (left: Sample, right: Sample) =>
  Number(Number.isNaN(left.value)) - Number(Number.isNaN(right.value)) ||
  direction * (left.value < right.value ? -1 : left.value > right.value ? 1 : 0);

function own<Kept>(table: Readonly<Record<string, Kept>>, name: string): Kept | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
