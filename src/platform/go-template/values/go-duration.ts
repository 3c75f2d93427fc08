import { defineType, type GoType, type GoValue, goFloat, goString, INT64, intOf, type Maybe } from './go-value.ts';

const NS = { hour: 3_600_000_000_000n, minute: 60_000_000_000n, second: 1_000_000_000n, ms: 1_000_000n, us: 1_000n };

/** `1h2m3.5s`, `1.5µs`, `0s`: a duration in nanoseconds as Go prints it. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const ns = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (ns < NS.second) {
    if (ns < NS.us) return `${sign}${ns}ns`;
    return ns < NS.ms ? `${sign}${decimal(ns, 1_000n)}µs` : `${sign}${decimal(ns, 1_000_000n)}ms`;
  }
  const hours = ns / NS.hour;
  const minutes = (ns / NS.minute) % 60n;
  const seconds = `${decimal(ns % NS.minute, NS.second)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

function decimal(ns: bigint, unit: bigint): string {
  const fraction = ((ns % unit) + unit).toString().slice(1).replace(/0+$/, '');
  return fraction === '' ? `${ns / unit}` : `${ns / unit}.${fraction}`;
}

const floating = (unit: bigint) => ({
  parameters: [],
  call: ([self]: Maybe[]) => {
    const ns = intOf(self ?? null);
    return goFloat(Number(ns / unit) + Number(ns % unit) / Number(unit));
  },
});
const whole = (unit: bigint) => ({
  parameters: [],
  call: ([self]: Maybe[]): GoValue => ({ type: INT64, value: intOf(self ?? null) / unit }),
});

function roundTo(ns: bigint, unit: bigint): bigint {
  if (unit <= 0n) return ns;
  const rest = ns % unit;
  const size = rest < 0n ? -rest : rest;
  if (size * 2n < unit) return ns - rest;
  return ns < 0n ? ns + (size - unit) : ns + (unit - size);
}

/** time.Duration. */
export const DURATION: GoType = defineType({
  name: 'time.Duration',
  kind: 'int',
  methods: {
    String: { parameters: [], call: ([self]) => goString(formatDuration(intOf(self ?? null))) },
    Hours: floating(NS.hour),
    Minutes: floating(NS.minute),
    Seconds: floating(NS.second),
    Milliseconds: whole(NS.ms),
    Microseconds: whole(NS.us),
    Nanoseconds: whole(1n),
    Abs: {
      parameters: [],
      call: ([self]) => {
        const ns = intOf(self ?? null);
        return goDuration(ns < 0n ? -ns : ns);
      },
    },
    Truncate: {
      parameters: ['duration'],
      call: ([self, unit]) => {
        const ns = intOf(self ?? null);
        const by = intOf(unit ?? null);
        return goDuration(by <= 0n ? ns : ns - (ns % by));
      },
    },
    Round: {
      parameters: ['duration'],
      call: ([self, unit]) => goDuration(roundTo(intOf(self ?? null), intOf(unit ?? null))),
    },
  },
});

export function isDuration(value: Maybe): boolean {
  return value?.type === DURATION;
}

export function goDuration(nanoseconds: bigint): GoValue {
  return { type: DURATION, value: nanoseconds };
}

/** An int of another name, such as time.Month, as it prints. */
export function namedInt(name: string, words: readonly string[]): GoType {
  return defineType({
    name,
    kind: 'int',
    methods: {
      String: {
        parameters: [],
        call: ([self]) => goString(words[Number(intOf(self ?? null))] ?? String(intOf(self ?? null))),
      },
    },
  });
}
