import {
  ANY_MAP,
  formatFloat,
  type GoFunction,
  goDuration,
  goFloat,
  goString,
  goTimeFromMs,
  NOTHING,
  onText,
  SAFE_HTML,
  SHARED_FUNCTIONS,
  textOf,
  toSeconds,
} from '../../../platform/go-template/index.ts';
import { parsePrometheusDuration } from '../../../platform/yaml/durations.ts';
import { humanize, humanize1024, humanizePercentage, timestampMs } from './humanize.ts';
import { type AskSamples, createSampleFunctions } from './sample-functions.ts';

const ofNumber = (describe: (value: number) => string): GoFunction => ({
  parameters: ['any'],
  call: ([value = NOTHING]) => goString(describe(toSeconds(value))),
});

/**
 * The functions of the templates in Prometheus's rules, beside those every Go template has.
 * @param options.nowMs the instant that is evaluated
 * @param options.ask what an expression is worth at that instant; what it throws is said in the text
 */
export function createRuleFunctions(options: {
  nowMs: number;
  externalUrl: string;
  ask: AskSamples;
}): Readonly<Record<string, GoFunction>> {
  const url = options.externalUrl.replace(/\/+$/, '');
  return {
    ...SHARED_FUNCTIONS,
    title: onText(capitalize),
    safeHtml: { parameters: ['string'], call: ([text = NOTHING]) => ({ type: SAFE_HTML, value: textOf(text) }) },
    humanize: ofNumber(humanize),
    humanize1024: ofNumber(humanize1024),
    humanizePercentage: ofNumber(humanizePercentage),
    humanizeTimestamp: ofNumber((seconds) => {
      const ms = timestampMs(seconds);
      return ms === null ? formatFloat(seconds, 'g', 4) : showTime(ms);
    }),
    toTime: {
      parameters: ['any'],
      call: ([value = NOTHING]) => {
        const seconds = toSeconds(value);
        const ms = timestampMs(seconds);
        if (ms === null) throw new Error(`${formatFloat(seconds, 'g', null)} cannot be represented as a time`);
        return goTimeFromMs(ms);
      },
    },
    toDuration: {
      parameters: ['any'],
      call: ([value = NOTHING]) => goDuration(BigInt(Math.trunc(toSeconds(value) * 1e9))),
    },
    now: { parameters: [], call: () => goFloat(options.nowMs / 1_000) },
    parseDuration: {
      parameters: ['string'],
      call: ([text = NOTHING]) => {
        const ms = parsePrometheusDuration(textOf(text));
        if (typeof ms === 'string') throw new Error(ms);
        return goFloat(ms / 1_000);
      },
    },
    urlQueryEscape: onText(escapeQuery),
    stripPort: onText(stripPort),
    stripDomain: onText(stripDomain),
    externalURL: { parameters: [], call: () => goString(options.externalUrl) },
    pathPrefix: { parameters: [], call: () => goString(pathOf(url)) },
    graphLink: onText((expression) => `/graph?g0.expr=${escapeQuery(expression)}&g0.tab=0`),
    tableLink: onText((expression) => `/graph?g0.expr=${escapeQuery(expression)}&g0.tab=1`),
    args: {
      parameters: [],
      variadic: 'any',
      call: (values) => ({ type: ANY_MAP, value: new Map(values.map((value, index) => [`arg${index}`, value])) }),
    },
    ...createSampleFunctions(options.ask),
  };
}

const escapeQuery = (text: string) =>
  encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, percent);
const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** The first letter of each word large, the others as they are. */
function capitalize(text: string): string {
  return text.replaceAll(/(^|[^\p{L}\p{N}_])(\p{L})/gu, (_all, before: string, letter: string) => {
    const large = letter.toUpperCase();
    return `${before}${[...large].length === 1 ? large : letter}`;
  });
}

/** `db-1` of `db-1:9100`; what has no port stays. */
function stripPort(address: string): string {
  const bracketed = /^\[([^\]]*)\]:[^:]*$/.exec(address);
  if (bracketed) return bracketed[1] ?? '';
  return /^([^:[\]]*):[^:]*$/.exec(address)?.[1] ?? address;
}

/** `db-1:9100` of `db-1.example.com:9100`; addresses stay. */
function stripDomain(address: string): string {
  const [, host = address, port = ''] = /^(\[[^\]]*\]|[^:]*)(:[^:]*)?$/.exec(address) ?? [];
  if (/^\[|^\d+(?:\.\d+){3}$|:/.test(host)) return address;
  return `${host.split('.')[0] ?? ''}${port}`;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/\/+$/, '') : '';
}

/** As Go prints a time: `2026-03-01 12:00:00 +0000 UTC`. */
function showTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  const fraction = iso.slice(19, -1).replace(/\.?0+$/, '');
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction} +0000 UTC`;
}
