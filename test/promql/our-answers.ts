import { judgeExpression } from '../../src/detect/rules/files/judge-expression.ts';
import type { PromqlDialect } from '../../src/detect/rules/promql/dialect.ts';
import { evaluate } from '../../src/detect/rules/promql/evaluate.ts';
import type { Labels } from '../../src/detect/rules/promql/labels.ts';
import { PromqlError } from '../../src/detect/rules/promql/promql-error.ts';
import { readExpression } from '../../src/detect/rules/promql/read-expression.ts';
import type { SeriesStore } from '../../src/detect/rules/promql/series-store.ts';
import type { Answer } from './promtool-answers.ts';

/** What our own evaluator says, in the form promtool says it. */
export function answerOurselves(
  store: SeriesStore,
  { expr, atMs }: { expr: string; atMs: number },
  options: { defaultStepMs: number; dialect: PromqlDialect },
): Answer {
  if (judgeExpression(expr) !== null) return 'error';
  try {
    const value = evaluate(readExpression(expr), { store, atMs, ...options });
    if (value.type === 'scalar') return { '{}': showValue(value.value) };
    if (value.type !== 'vector') return 'error';
    return Object.fromEntries(value.samples.map(({ labels, value: each }) => [showLabels(labels), showValue(each)]));
  } catch (thrown) {
    if (thrown instanceof PromqlError) return 'error';
    throw thrown;
  }
}

function showLabels(labels: Labels): string {
  const pairs = [...labels].sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${pairs.map(([name, value]) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`).join(', ')}}`;
}

/** As Go formats with 'E' and as many digits as it takes. */
export function showValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [mantissa = '', exponent = ''] = (Object.is(value, -0) ? 0 : value).toExponential().split('e');
  const power = Number(exponent);
  return `${Object.is(value, -0) ? '-' : ''}${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
