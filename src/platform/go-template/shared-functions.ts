import { formatFloat } from './fmt/format-float.ts';
import { compileRegex, matchRegex, replaceAllRegex } from './go-regex.ts';
import { isDuration } from './values/go-duration.ts';
import { floatOf, type GoFunction, goBool, goString, intOf, type Maybe, NOTHING, textOf } from './values/go-value.ts';

/** A function of one text. */
export const onText = (change: (text: string) => string): GoFunction => ({
  parameters: ['string'],
  call: ([text = NOTHING]) => goString(change(textOf(text))),
});

/** Case by character, as Go has it: a letter whose other case is several letters stays. */
const eachCharacter = (text: string, change: (character: string) => string) =>
  [...text].map((character) => ([...change(character)].length === 1 ? change(character) : character)).join('');

/** What counts as a number of seconds: numbers, durations and texts of numbers. @throws Error in Go's words */
export function toSeconds(value: Maybe): number {
  if (value === NOTHING) throw new Error("can't convert <nil> to float");
  switch (value.type.kind) {
    case 'float':
      return floatOf(value);
    case 'int':
      return isDuration(value) ? Number(intOf(value)) / 1e9 : Number(intOf(value));
    case 'string': {
      if (value.type.name !== 'string') throw new Error(`can't convert ${value.type.name} to float`);
      const text = textOf(value);
      const parsed = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
        ? Number(text.replaceAll('_', ''))
        : Number.NaN;
      if (Number.isNaN(parsed) && !/^[+-]?nan$/i.test(text) && !/^[+-]?inf(inity)?$/i.test(text))
        throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
      return /inf/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : parsed;
    }
    default:
      throw new Error(`can't convert ${value.type.name} to float`);
  }
}

/** `1d 2h 3m 4s`, `12.34s`, `5ms`. */
function humanizeDuration(seconds: number): string {
  const significant = (value: number) => formatFloat(value, 'g', 4);
  if (!Number.isFinite(seconds)) return significant(seconds);
  if (seconds === 0) return '0s';
  if (Math.abs(seconds) < 1) {
    let small = seconds;
    let prefix = '';
    for (const next of ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']) {
      if (Math.abs(small) >= 1) break;
      prefix = next;
      small *= 1_000;
    }
    return `${significant(small)}${prefix}s`;
  }
  const sign = seconds < 0 ? '-' : '';
  const size = Math.abs(seconds);
  const whole = Math.trunc(size);
  const s = whole % 60;
  const m = Math.trunc(whole / 60) % 60;
  const h = Math.trunc(whole / 3_600) % 24;
  const d = Math.trunc(whole / 86_400);
  if (d !== 0) return `${sign}${d}d ${h}h ${m}m ${s}s`;
  if (h !== 0) return `${sign}${h}h ${m}m ${s}s`;
  return m !== 0 ? `${sign}${m}m ${s}s` : `${sign}${significant(size)}s`;
}

function mustCompile(pattern: string) {
  try {
    return compileRegex(pattern);
  } catch (thrown) {
    throw new Error(`regexp: Compile(\`${pattern}\`): ${(thrown as Error).message}`);
  }
}

/** What the templates of Prometheus and of Alertmanager have in common, beside what every Go template has. */
export const SHARED_FUNCTIONS: Readonly<Record<string, GoFunction>> = {
  toUpper: onText((text) => eachCharacter(text, (character) => character.toUpperCase())),
  toLower: onText((text) => eachCharacter(text, (character) => character.toLowerCase())),
  humanizeDuration: {
    parameters: ['any'],
    call: ([value = NOTHING]) => goString(humanizeDuration(toSeconds(value))),
  },
  match: {
    parameters: ['string', 'string'],
    call: ([pattern = NOTHING, text = NOTHING]) => goBool(matchRegex(compileRegex(textOf(pattern)), textOf(text))),
  },
  reReplaceAll: {
    parameters: ['string', 'string', 'string'],
    call([pattern = NOTHING, replacement = NOTHING, text = NOTHING], context) {
      const given = textOf(text);
      context.charge(given.length * 4);
      return goString(replaceAllRegex(mustCompile(textOf(pattern)), given, textOf(replacement), context));
    },
  },
};
