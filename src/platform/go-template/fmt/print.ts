import type { CallContext, Maybe } from '../values/go-value.ts';
import { formatValue, PLAIN } from './format-value.ts';

/** fmt.Sprint: a space between two values of which neither is a text. */
export function sprint(values: readonly Maybe[], context: CallContext): string {
  let text = '';
  values.forEach((value, index) => {
    const isText = value?.type.kind === 'string';
    if (index > 0 && !isText && values[index - 1]?.type.kind !== 'string') text += ' ';
    text += formatValue(value, 'v', PLAIN, context);
  });
  return text;
}

/** fmt.Sprintln: spaces between all, and a new line. */
export function sprintln(values: readonly Maybe[], context: CallContext): string {
  return `${values.map((value) => formatValue(value, 'v', PLAIN, context)).join(' ')}\n`;
}
