import {
  ANY_LIST,
  ANY_MAP,
  floatOf,
  formatFloat,
  formatTime,
  type GoFunction,
  goBool,
  goDuration,
  goString,
  goStrings,
  goTime,
  goTimeFromMs,
  goZeroTime,
  intOf,
  isDuration,
  itemsOf,
  loadZone,
  type Maybe,
  marshalJson,
  NOTHING,
  parseTime,
  SAFE_HTML,
  SAFE_URL,
  textOf,
  timeDifference,
  timeOf,
} from '../../../platform/go-template/index.ts';
import { compileRegex, matchRegex, replaceAllRegex } from './go-regex.ts';
import { titleCase } from './title-case.ts';

const onText = (change: (text: string) => string): GoFunction => ({
  parameters: ['string'],
  call: ([text = NOTHING]) => goString(change(textOf(text))),
});

/** Case by character, as Go has it: a letter whose other case is several letters stays. */
const eachCharacter = (text: string, change: (character: string) => string) =>
  [...text].map((character) => ([...change(character)].length === 1 ? change(character) : character)).join('');

function unescapeUrl(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2})/.exec(text);
  if (bad) throw new Error(`invalid URL escape ${JSON.stringify(text.slice(bad.index, bad.index + 3))}`);
  const bytes = text
    .replaceAll('+', ' ')
    .replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
  return bytes;
}

function toSeconds(value: Maybe): number {
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

function inZone(name: string, time: Maybe): Maybe {
  const zone = loadZone(name);
  if (!zone) throw new Error(`unknown time zone ${name}`);
  return goTime({ epochNs: timeOf(time).epochNs, zone });
}

function decodeBase64(text: string): string {
  const clean = text.replaceAll(/[\r\n]/g, '');
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(clean) || clean.length % 4 !== 0)
    throw new Error(`illegal base64 data at input byte ${Math.max(clean.search(/[^A-Za-z0-9_-]/), 0)}`);
  return Buffer.from(clean, 'base64url').toString('utf8');
}

function encodeBase64(text: string): string {
  const encoded = Buffer.from(text, 'utf8').toString('base64url');
  return encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=');
}

function mustCompile(pattern: string) {
  try {
    return compileRegex(pattern);
  } catch (thrown) {
    throw new Error(`regexp: Compile(\`${pattern}\`): ${(thrown as Error).message}`);
  }
}

/**
 * The functions of Alertmanager's templates, beside those every Go template has.
 * @param now the clock of `now` and `since`
 */
export function createTemplateFunctions(now: () => Date): Readonly<Record<string, GoFunction>> {
  const current = () => goTimeFromMs(now().getTime());
  return {
    toUpper: onText((text) => eachCharacter(text, (character) => character.toUpperCase())),
    toLower: onText((text) => eachCharacter(text, (character) => character.toLowerCase())),
    title: onText(titleCase),
    trimSpace: onText((text) => text.replace(/^[\s\u0085]+|[\s\u0085]+$/g, '')),
    join: {
      parameters: ['string', 'strings'],
      call: ([between = NOTHING, list = NOTHING]) => goString(itemsOf(list).map(textOf).join(textOf(between))),
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
    safeHtml: { parameters: ['string'], call: ([text = NOTHING]) => ({ type: SAFE_HTML, value: textOf(text) }) },
    safeUrl: { parameters: ['string'], call: ([text = NOTHING]) => ({ type: SAFE_URL, value: textOf(text) }) },
    urlUnescape: onText(unescapeUrl),
    stringSlice: { parameters: [], variadic: 'string', call: (list) => goStrings(list.map(textOf)) },
    routeLabels: { parameters: ['string'], call: () => goString('') },
    date: {
      parameters: ['string', 'time'],
      call: ([layout = NOTHING, time = NOTHING]) => goString(formatTime(timeOf(time), textOf(layout))),
    },
    tz: { parameters: ['string', 'time'], call: ([name = NOTHING, time = NOTHING]) => inZone(textOf(name), time) },
    now: { parameters: [], call: current },
    since: {
      parameters: ['time'],
      call: ([time = NOTHING]) => goDuration(timeDifference(timeOf(current()), timeOf(time))),
    },
    humanizeDuration: {
      parameters: ['any'],
      call: ([value = NOTHING]) => goString(humanizeDuration(toSeconds(value))),
    },
    toDate: {
      parameters: ['string', 'string'],
      call: ([layout = NOTHING, text = NOTHING]) => {
        const time = parseTime(textOf(layout), textOf(text));
        return time ? goTime(time) : goZeroTime();
      },
    },
    mustToDate: {
      parameters: ['string', 'string'],
      call([layout = NOTHING, text = NOTHING]) {
        const time = parseTime(textOf(layout), textOf(text));
        if (!time)
          throw new Error(
            `parsing time ${JSON.stringify(textOf(text))} as ${JSON.stringify(textOf(layout))}: cannot parse`,
          );
        return goTime(time);
      },
    },
    toJson: { parameters: ['any'], call: ([value = NOTHING], context) => goString(marshalJson(value, context)) },
    base64encode: onText(encodeBase64),
    base64decode: onText(decodeBase64),
    list: { parameters: [], variadic: 'any', call: (items) => ({ type: ANY_LIST, value: items }) },
    append: {
      parameters: ['anys'],
      variadic: 'any',
      call: ([list = NOTHING, ...items]) => ({ type: ANY_LIST, value: [...itemsOf(list), ...items] }),
    },
    dict: {
      parameters: [],
      variadic: 'any',
      call(values) {
        if (values.length % 2 !== 0) throw new Error('dict requires an even number of arguments');
        const entries: [string, Maybe][] = [];
        for (let index = 0; index < values.length; index += 2) {
          const key = values[index] ?? NOTHING;
          if (key?.type.name !== 'string') throw new Error('dict keys must be strings');
          entries.push([textOf(key), values[index + 1] ?? NOTHING]);
        }
        return { type: ANY_MAP, value: new Map(entries) };
      },
    },
  };
}
