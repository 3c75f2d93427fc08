/** The labels of a series, the metric's name among them as `__name__`. */
export type Labels = ReadonlyMap<string, string>;

export const METRIC_NAME = '__name__';
/** What a calculation says nothing about any more. Prometheus 2 knew the first only. */
const RESERVED = [METRIC_NAME, '__type__', '__unit__'];
export const NO_LABELS: Labels = new Map();

/** A label without a value is none. */
export function labelsOf(entries: Iterable<readonly [string, string]>): Labels {
  return new Map([...entries].filter(([, value]) => value !== ''));
}

export function changeLabel(labels: Labels, name: string, value: string): Labels {
  const changed = new Map(labels);
  if (value === '') changed.delete(name);
  else changed.set(name, value);
  return changed;
}

export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  const kept = new Map<string, string>();
  for (const name of names) {
    const value = labels.get(name);
    if (value !== undefined) kept.set(name, value);
  }
  return kept;
}

export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  if (!names.some((name) => labels.has(name))) return labels;
  const kept = new Map(labels);
  for (const name of names) kept.delete(name);
  return kept;
}

export const dropName = (labels: Labels): Labels => dropLabels(labels, RESERVED);

/** The same for the same labels, whatever order they were written in. */
export function labelKey(labels: Labels): string {
  if (labels.size === 0) return '';
  const names = [...labels.keys()].sort();
  return JSON.stringify(names.map((name) => [name, labels.get(name)]));
}

/** Prometheus's order: by the names and values in order of names; where one is the start of the other, the shorter first. */
export function compareLabels(one: Labels, other: Labels): number {
  const ones = [...one].sort(byName);
  const others = [...other].sort(byName);
  for (let at = 0; at < Math.min(ones.length, others.length); at += 1) {
    const [name = '', value = ''] = ones[at] ?? [];
    const [otherName = '', otherValue = ''] = others[at] ?? [];
    if (name !== otherName) return name < otherName ? -1 : 1;
    if (value !== otherValue) return value < otherValue ? -1 : 1;
  }
  return ones.length - others.length;
}

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]) => (one < other ? -1 : 1);

const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const PLAIN_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** As PromQL writes a series: `up{job="shop"}`, and `{"my.metric", "a.b"="c"}` where names need quotes. */
export function formatSeries(labels: Labels): string {
  const metric = labels.get(METRIC_NAME);
  const isPlain = metric === undefined || PLAIN_METRIC.test(metric);
  const pairs = [...labels]
    .filter(([name]) => name !== METRIC_NAME)
    .sort(byName)
    .map(([name, value]) => `${PLAIN_LABEL.test(name) ? name : quote(name)}=${quote(value)}`);
  if (!isPlain) pairs.unshift(quote(metric));
  return pairs.length === 0 && metric !== undefined ? metric : `${isPlain ? (metric ?? '') : ''}{${pairs.join(', ')}}`;
}

export const formatLabels = (labels: Labels): string => formatSeries(dropLabels(labels, [METRIC_NAME]));

const quote = (text: string) => JSON.stringify(text);
