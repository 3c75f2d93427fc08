import type { Expression } from '../expression.ts';
import { type Labels, METRIC_NAME, NO_LABELS } from '../labels.ts';

/** What labels a series would have that is not there: those its selector says exactly, and only once. */
export function labelsOfAbsent(expression: Expression | undefined): Labels {
  let inner = expression;
  while (inner?.kind === 'group') inner = inner.inner;
  const selector = inner?.kind === 'range' ? inner.selector : inner;
  if (selector?.kind !== 'selector') return NO_LABELS;
  const labels = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    if (operator === '=' && !seen.has(name)) {
      seen.add(name);
      if (value !== '') labels.set(name, value);
    } else labels.delete(name);
  }
  return labels;
}
