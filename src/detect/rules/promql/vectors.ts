import { formatSeries, labelKey, NO_LABELS } from './labels.ts';
import { PromqlError } from './promql-error.ts';
import type { Sample, Value } from './values.ts';

/** A vector in which no series is twice. @throws PromqlError */
export function distinct(samples: readonly Sample[]): Value {
  const known = new Set<string>();
  for (const { labels } of samples) {
    const key = labelKey(labels);
    if (known.has(key))
      throw new PromqlError(`vector cannot contain metrics with the same labelset: ${formatSeries(labels)}`);
    known.add(key);
  }
  return { type: 'vector', samples };
}

/** A number stands for one series without labels, as in a subquery over one. */
export function vectorOf(value: Value): readonly Sample[] {
  if (value.type === 'vector') return value.samples;
  if (value.type === 'scalar') return [{ labels: NO_LABELS, value: value.value, atMs: 0 }];
  throw new PromqlError(`expected an instant vector, got a ${value.type}`);
}
