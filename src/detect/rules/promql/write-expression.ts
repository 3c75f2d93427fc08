import { formatWindow } from '../files/window.ts';
import type { Expression, LabelMatcher, Matching, Placed } from './expression.ts';
import { METRIC_NAME } from './labels.ts';

const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const PLAIN_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** An expression as PromQL; everything that is calculated stands in parentheses. */
export function writeExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return writeNumber(expression.value);
    case 'text':
      return quote(expression.value);
    case 'group':
      return inParentheses(writeExpression(expression.inner), expression.inner);
    case 'selector':
      return `${writeSelector(expression.matchers)}${writePlace(expression)}`;
    case 'range': {
      const { selector, rangeMs } = expression;
      return `${writeSelector(selector.matchers)}[${formatWindow(rangeMs)}]${writePlace(selector)}`;
    }
    case 'subquery': {
      const { inner, rangeMs, stepMs } = expression;
      const step = stepMs === null ? '' : formatWindow(stepMs);
      return `${inParentheses(writeExpression(inner), inner)}[${formatWindow(rangeMs)}:${step}]${writePlace(expression)}`;
    }
    case 'negation':
      return `(-${writeOperand(expression.inner)})`;
    case 'binary': {
      const { operator, bool, matching, left, right } = expression;
      const modifiers = `${bool ? ' bool' : ''}${writeMatching(matching)}`;
      const parts = [writeOperand(left), `${operator}${modifiers}`, writeOperand(right)];
      return `(${parts.join(' ')})`;
    }
    case 'aggregation': {
      const { operator, by, labels, parameter, inner } = expression;
      const grouping = by && labels.length === 0 ? '' : ` ${by ? 'by' : 'without'} ${writeNames(labels)} `;
      const first = parameter === null ? '' : `${writeExpression(parameter)}, `;
      return `${operator}${grouping}(${first}${writeExpression(inner)})`;
    }
    case 'call':
      return `${expression.name}(${expression.given.map(writeExpression).join(', ')})`;
  }
}

/** Once is enough: what is calculated has its own already. */
const inParentheses = (written: string, { kind }: Expression) =>
  kind === 'binary' || kind === 'negation' || kind === 'group' ? written : `(${written})`;

/** A negative number is the left side of nothing without parentheses. */
function writeOperand(expression: Expression): string {
  const written = writeExpression(expression);
  return written.startsWith('-') ? `(${written})` : written;
}

/** `up{job="shop"}`; what is no plain name stands in quotes between the braces. */
function writeSelector(matchers: readonly LabelMatcher[]): string {
  const named = matchers.find(({ name, operator }) => name === METRIC_NAME && operator === '=');
  const isPlain = named !== undefined && PLAIN_METRIC.test(named.value);
  const inside = matchers.flatMap((matcher) => {
    if (matcher === named) return isPlain ? [] : [quote(matcher.value)];
    return [`${writeName(matcher.name)}${matcher.operator}${quote(matcher.value)}`];
  });
  const labels = inside.length === 0 && isPlain ? '' : `{${inside.join(', ')}}`;
  return `${isPlain ? named.value : ''}${labels}`;
}

function writePlace({ offsetMs, at }: Placed): string {
  const time = at === null ? '' : ` @ ${typeof at === 'number' ? (at / 1_000).toFixed(3) : `${at}()`}`;
  if (offsetMs === 0) return time;
  return `${time} offset ${offsetMs < 0 ? '-' : ''}${formatWindow(Math.abs(offsetMs))}`;
}

function writeMatching({ on, labels, many, include }: Matching): string {
  if (!on && labels.length === 0 && many === null) return '';
  const side = many === null ? '' : ` group_${many} ${writeNames(include)}`;
  return ` ${on ? 'on' : 'ignoring'} ${writeNames(labels)}${side}`;
}

const writeNames = (names: readonly string[]) => `(${names.map(writeName).join(', ')})`;
const writeName = (name: string) => (PLAIN_NAME.test(name) ? name : quote(name));

function writeNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Control characters as PromQL's own escapes. */
const quote = (text: string) =>
  `"${text.replaceAll(/["\\\p{Cc}]/gu, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}"`;
