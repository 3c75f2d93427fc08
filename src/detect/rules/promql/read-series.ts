import { type Labels, METRIC_NAME } from './labels.ts';
import { PromqlError } from './promql-error.ts';
import { readExpression } from './read-expression.ts';
import { readNumber } from './read-literals.ts';

/** One value of a written series; `absent` is a time without a sample, null the mark of its end. */
export type WrittenValue = number | null | 'absent';

/** More in one series are a slip of the hand: a year of minutes is half of it. */
const MOST_VALUES = 1_000_000;
const NUMBER = String.raw`(?:(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][-+]?\d+)?|[iI][nN][fF]|[nN][aA][nN])`;
const VALUE = new RegExp(
  String.raw`^(?:(?<absent>_)(?:x(?<absences>\d+))?|(?<stale>stale)|(?<start>[-+]?${NUMBER})(?<step>[-+]${NUMBER})?(?:x(?<times>\d+))?)$`,
);

/**
 * The values of a series in the notation of Prometheus's unit tests: `1 2 _ stale 0+10x5 _x3 7x2`.
 * @throws PromqlError
 */
export function readSeriesValues(written: string): WrittenValue[] {
  const values: WrittenValue[] = [];
  for (const item of written.trim().split(/\s+/)) {
    if (item === '') continue;
    if (item.startsWith('{{'))
      throw new PromqlError('native histograms are not evaluated here: write classic buckets with the label le');
    const found = VALUE.exec(item)?.groups;
    if (!found) throw new PromqlError(`bad value ${JSON.stringify(item)} in series: write 1, 1+2x10, _, _x5 or stale`);
    const { absent, absences, stale, start = '', step, times } = found;
    const count = Number(times ?? absences ?? 0);
    if (values.length + count > MOST_VALUES) throw new PromqlError(`a series has more than ${MOST_VALUES} values`);
    if (absent !== undefined) values.push(...fill(absences === undefined ? 1 : count, 'absent' as const));
    else if (stale !== undefined) values.push(null);
    else if (times === undefined && step !== undefined)
      throw new PromqlError(`${JSON.stringify(item)} does not say how often: write ${item}x10`);
    else {
      let value = readNumber(start);
      const by = step === undefined ? 0 : readNumber(step);
      // The one at the start is not counted.
      for (let each = 0; each <= count; each += 1) {
        values.push(value);
        if (step !== undefined) value += by;
      }
    }
  }
  return values;
}

/** The name and labels of a series: `up{job="shop"}`, `{"my.metric", a="b"}`. @throws PromqlError */
export function readSeriesName(written: string): Labels {
  const expression = readExpression(written);
  if (expression.kind !== 'selector' || expression.offsetMs !== 0 || expression.at !== null)
    throw new PromqlError(`${JSON.stringify(written)} is no series: write a name with labels`);
  const labels = new Map<string, string>();
  for (const { name, operator, value } of expression.matchers) {
    if (operator !== '=') throw new PromqlError(`a series has labels with =, not with ${operator}`);
    if (labels.has(name)) {
      if (name === METRIC_NAME) throw new PromqlError('metric name must not be set twice');
      throw new PromqlError(`label ${name} is twice in a series`);
    }
    if (value !== '') labels.set(name, value);
  }
  return labels;
}

const fill = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);
