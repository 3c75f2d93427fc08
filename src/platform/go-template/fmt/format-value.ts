import {
  type CallContext,
  entriesOf,
  fieldOf,
  type GoValue,
  goString,
  itemsOf,
  type Maybe,
  sortedKeys,
} from '../values/go-value.ts';
import { formatFloat } from './format-float.ts';
import { quoteText } from './quote.ts';

/** What stands between `%` and the verb. */
export type Flags = {
  plus: boolean;
  minus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  width: number | null;
  precision: number | null;
};

export const PLAIN: Flags = Object.freeze({
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: null,
  precision: null,
});

const DEEPEST = 100;

/** One value under one verb, as Go's fmt writes it. */
export function formatValue(value: Maybe, verb: string, flags: Flags, context: CallContext, depth = 0): string {
  if (depth > DEEPEST) return '...';
  const text = formatUncounted(value, verb, flags, context, depth);
  context.charge(text.length + 1);
  return text;
}

function formatUncounted(value: Maybe, verb: string, flags: Flags, context: CallContext, depth: number): string {
  if (verb === 'T') return pad(value === null ? '<nil>' : value.type.name, flags);
  if (verb === 'p') return bad(value, verb, flags, context, depth);
  if (value === null) return verb === 'v' ? pad('<nil>', flags) : bad(value, verb, flags, context, depth);
  const printed = printedByMethod(value, verb, flags, context);
  if (printed !== null)
    return formatText(printed, verb === 'v' ? 's' : verb, flags) ?? bad(value, verb, flags, context, depth);
  switch (value.type.kind) {
    case 'string':
      return formatText(value.value as string, verb, flags) ?? bad(value, verb, flags, context, depth);
    case 'bool':
      return verb === 'v' || verb === 't' ? pad(String(value.value), flags) : bad(value, verb, flags, context, depth);
    case 'int':
      return formatInt(value.value as bigint, verb, flags) ?? bad(value, verb, flags, context, depth);
    case 'float':
      return formatNumber(value.value as number, verb, flags) ?? bad(value, verb, flags, context, depth);
    case 'slice':
      return `${flags.sharp && verb === 'v' ? value.type.name : ''}${brackets(
        flags.sharp && verb === 'v' ? '{}' : '[]',
        itemsOf(value).map((item) => formatValue(item, verb, flags, context, depth + 1)),
        flags.sharp && verb === 'v' ? ', ' : ' ',
      )}`;
    case 'map':
      return formatMap(value, verb, flags, context, depth);
    case 'struct':
      return formatStruct(value, verb, flags, context, depth);
    default:
      return bad(value, verb, flags, context, depth);
  }
}

/** What `String()` says, for verbs that print texts. */
function printedByMethod(value: GoValue, verb: string, flags: Flags, context: CallContext): string | null {
  const method = value.type.methods['String'];
  if (!method || (flags.sharp && verb === 'v') || !'vsxXq'.includes(verb)) return null;
  return (method.call([value], context)?.value as string | undefined) ?? '';
}

function brackets([open = '', close = '']: string, parts: readonly string[], between: string): string {
  return open + parts.join(between) + close;
}

function formatMap(value: GoValue, verb: string, flags: Flags, context: CallContext, depth: number): string {
  const entries = entriesOf(value);
  const sharp = flags.sharp && verb === 'v';
  const parts = sortedKeys(entries).map((key) => {
    const shownKey = sharp
      ? quoteText(key)
      : (formatText(key, verb, flags) ?? bad(goString(key), verb, flags, context, depth));
    return `${shownKey}:${formatValue(entries.get(key) ?? null, verb, flags, context, depth + 1)}`;
  });
  return sharp ? `${value.type.name}{${parts.join(', ')}}` : `map[${parts.join(' ')}]`;
}

function formatStruct(value: GoValue, verb: string, flags: Flags, context: CallContext, depth: number): string {
  const sharp = flags.sharp && verb === 'v';
  const parts = value.type.fields.map((name) => {
    const shown = formatValue(fieldOf(value, name), verb, flags, context, depth + 1);
    return sharp || flags.plus ? `${name}:${shown}` : shown;
  });
  const prefix = value.type.pointee && depth === 0 ? '&' : '';
  const name = (value.type.pointee ?? value.type).name;
  return sharp ? `${prefix}${name}{${parts.join(', ')}}` : `${prefix}{${parts.join(' ')}}`;
}

function bad(value: Maybe, verb: string, flags: Flags, context: CallContext, depth: number): string {
  if (value === null) return `%!${verb}(<nil>)`;
  return `%!${verb}(${value.type.name}=${formatValue(value, 'v', flags, context, depth + 1)})`;
}

function pad(text: string, flags: Flags): string {
  if (flags.width === null) return text;
  const missing = flags.width - [...text].length;
  if (missing <= 0) return text;
  if (flags.minus) return text + ' '.repeat(missing);
  return (flags.zero ? '0' : ' ').repeat(missing) + text;
}

/** Null for a verb that is none of texts. */
function formatText(text: string, verb: string, flags: Flags): string | null {
  const cut = (all: string) => (flags.precision === null ? all : [...all].slice(0, flags.precision).join(''));
  switch (verb) {
    case 'v':
      return flags.sharp ? pad(quoteText(text), flags) : pad(cut(text), flags);
    case 's':
      return pad(cut(text), flags);
    case 'q': {
      const shown = cut(text);
      const raw =
        flags.sharp &&
        !shown.includes('`') &&
        ![...shown].some((character) => (character < ' ' && character !== '\t') || '\x7f\ufeff'.includes(character));
      return pad(raw ? `\`${shown}\`` : quoteText(shown, '"', flags.plus), flags);
    }
    case 'x':
    case 'X': {
      const bytes = Buffer.from(text, 'utf8').subarray(0, flags.precision ?? undefined);
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
      const prefix = flags.sharp && hex.length > 0 ? '0x' : '';
      const joined = flags.space
        ? hex.map((byte) => (flags.sharp ? `0x${byte}` : byte)).join(' ')
        : prefix + hex.join('');
      return pad(verb === 'X' ? joined.toUpperCase() : joined, flags);
    }
    default:
      return null;
  }
}

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function formatInt(value: bigint, verb: string, flags: Flags): string | null {
  if (verb === 'c' || verb === 'q' || verb === 'U') return formatRune(value, verb, flags);
  const base = BASES[verb];
  if (base === undefined) return null;
  const size = value < 0n ? -value : value;
  let digits = size.toString(base);
  if (flags.precision !== null) {
    if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0);
    digits = digits.padStart(flags.precision, '0');
  }
  const sign = value < 0n ? '-' : flags.plus && verb !== 'v' ? '+' : flags.space ? ' ' : '';
  let prefix = '';
  if (verb === 'O') prefix = '0o';
  else if (flags.sharp && base === 2) prefix = '0b';
  else if (flags.sharp && base === 8) prefix = digits.startsWith('0') ? '' : '0';
  else if (flags.sharp && base === 16) prefix = '0x';
  if (flags.zero && !flags.minus && flags.width !== null && flags.precision === null)
    digits = digits.padStart(flags.width - sign.length, '0');
  const text = sign + prefix + digits;
  return pad(verb === 'X' ? text.toUpperCase() : text, { ...flags, zero: false });
}

function formatRune(value: bigint, verb: string, flags: Flags): string {
  const valid = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn);
  const character = valid ? String.fromCodePoint(Number(value)) : '\ufffd';
  if (verb === 'c') return pad(character, flags);
  if (verb === 'q') return pad(quoteText(character, "'", flags.plus), flags);
  const code = `U+${value
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 0), '0')}`;
  return pad(flags.sharp && valid ? `${code} '${character}'` : code, { ...flags, zero: false });
}

function formatNumber(value: number, verb: string, flags: Flags): string | null {
  const form = verb === 'v' ? 'g' : verb === 'F' ? 'f' : verb;
  if (!'eEfgGxX'.includes(form)) return null;
  const precision = flags.precision ?? ('gGxX'.includes(form) ? null : 6);
  let text = formatFloat(value, form, precision);
  if (flags.sharp && verb !== 'v' && !/[.NI]/.test(text)) text = text.replace(/^([+-]?\d+)/, '$1.');
  const finite = Number.isFinite(value);
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '');
  const sign = negative ? '-' : flags.plus && verb !== 'v' ? '+' : flags.space ? ' ' : '';
  const shownSign = value === Number.POSITIVE_INFINITY && sign === '' ? '+' : sign;
  if (flags.zero && !flags.minus && flags.width !== null && finite)
    return shownSign + digits.padStart(flags.width - shownSign.length, '0');
  return pad(shownSign + digits, { ...flags, zero: false });
}
