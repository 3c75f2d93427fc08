import {
  ANY_LIST,
  ANY_MAP,
  formatTime,
  type GoFunction,
  goDuration,
  goString,
  goStrings,
  goTime,
  goTimeFromMs,
  goZeroTime,
  itemsOf,
  loadZone,
  type Maybe,
  marshalJson,
  NOTHING,
  onText,
  parseTime,
  SAFE_HTML,
  SAFE_URL,
  SHARED_FUNCTIONS,
  textOf,
  timeDifference,
  timeOf,
  titleCase,
} from '../../../platform/go-template/index.ts';

function unescapeUrl(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2})/.exec(text);
  if (bad) throw new Error(`invalid URL escape ${JSON.stringify(text.slice(bad.index, bad.index + 3))}`);
  const bytes = text
    .replaceAll('+', ' ')
    .replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
  return bytes;
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

/**
 * The functions of Alertmanager's templates, beside those every Go template has.
 * @param now the clock of `now` and `since`
 */
export function createTemplateFunctions(now: () => Date): Readonly<Record<string, GoFunction>> {
  const current = () => goTimeFromMs(now().getTime());
  return {
    ...SHARED_FUNCTIONS,
    title: onText(titleCase),
    trimSpace: onText((text) => text.replace(/^[\s\u0085]+|[\s\u0085]+$/g, '')),
    join: {
      parameters: ['string', 'strings'],
      call: ([between = NOTHING, list = NOTHING]) => goString(itemsOf(list).map(textOf).join(textOf(between))),
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
