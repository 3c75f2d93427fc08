import { type CallContext, intOf, type Maybe } from '../values/go-value.ts';
import { type Flags, formatValue, PLAIN } from './format-value.ts';

/** Wider or more precise is refused, as in Go. */
const LARGEST = 1_000_000;

/** fmt.Sprintf, with its complaints in the text: `%!d(string=x)`, `%!s(MISSING)`, `%!(EXTRA int=1)`. */
export function sprintf(format: string, values: readonly Maybe[], context: CallContext): string {
  let text = '';
  let next = 0;
  let reordered = false;
  let at = 0;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    if (percent < 0) {
      text += format.slice(at);
      break;
    }
    text += format.slice(at, percent);
    at = percent + 1;
    const flags: Flags = { ...PLAIN };
    for (; '+-# 0'.includes(format[at] ?? 'x'); at += 1) setFlag(flags, format[at] ?? '');
    let badIndex = false;

    const takeIndex = () => {
      const found = /^\[(\d+)\]/.exec(format.slice(at));
      if (format[at] !== '[') return;
      reordered = true;
      const index = Number(found?.[1] ?? 0);
      const close = format.indexOf(']', at);
      at = close < 0 ? at + 1 : close + 1;
      if (index >= 1 && index <= values.length) next = index - 1;
      else badIndex = true;
    };
    const takeStar = (): number | null => {
      at += 1;
      const value = values[next] ?? null;
      next += 1;
      const number = value?.type.kind === 'int' ? Number(intOf(value)) : null;
      return number !== null && Math.abs(number) <= LARGEST ? number : null;
    };

    takeIndex();
    if (format[at] === '*') {
      const width = takeStar();
      if (width === null) text += '%!(BADWIDTH)';
      else {
        flags.width = Math.abs(width);
        if (width < 0) Object.assign(flags, { minus: true, zero: false });
      }
    } else flags.width = takeNumber();
    if (format[at] === '.') {
      at += 1;
      takeIndex();
      if (format[at] === '*') {
        const precision = takeStar();
        if (precision === null || precision < 0) text += precision === null ? '%!(BADPREC)' : '';
        flags.precision = precision !== null && precision >= 0 ? precision : null;
      } else flags.precision = takeNumber() ?? 0;
    }
    takeIndex();
    if (at >= format.length) {
      text += '%!(NOVERB)';
      break;
    }
    const verb = String.fromCodePoint(format.codePointAt(at) ?? 0);
    at += verb.length;
    if (verb === '%') text += '%';
    else if (badIndex) text += `%!${verb}(BADINDEX)`;
    else if (next >= values.length) text += `%!${verb}(MISSING)`;
    else {
      text += formatValue(values[next] ?? null, verb, flags, context);
      next += 1;
    }
    context.charge(1);
  }
  if (!reordered && next < values.length) {
    const extra = values
      .slice(next)
      .map((value) => (value === null ? '<nil>' : `${value.type.name}=${formatValue(value, 'v', PLAIN, context)}`));
    text += `%!(EXTRA ${extra.join(', ')})`;
  }
  return text;

  function takeNumber(): number | null {
    const digits = /^\d+/.exec(format.slice(at, at + 20))?.[0];
    if (digits === undefined) return null;
    at += digits.length;
    const number = Number(digits);
    return number <= LARGEST ? number : null;
  }
}

function setFlag(flags: Flags, flag: string): void {
  if (flag === '+') flags.plus = true;
  else if (flag === '-') Object.assign(flags, { minus: true, zero: false });
  else if (flag === '#') flags.sharp = true;
  else if (flag === ' ') flags.space = true;
  else flags.zero = !flags.minus;
}
