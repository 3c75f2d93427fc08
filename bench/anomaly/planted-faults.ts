import { Random } from '../../src/detect/anomaly/arithmetic/random.ts';

/** What is done to a line: another shape of a value, another system's message, words mixed, cut, larger, swapped. */
export const FAULTS = ['field shape', 'foreign message', 'shuffled', 'cut short', 'magnitude', 'swapped word'] as const;
export type Fault = (typeof FAULTS)[number];

/** A thousand lines to learn and a thousand to judge, of which `isFault[i]` were spoiled. */
export interface PlantedSet {
  readonly known: readonly string[];
  readonly judged: readonly string[];
  readonly original: readonly string[];
  readonly isFault: readonly boolean[];
}

const WORDS = ['failed', 'timeout', 'refused', 'panic', 'denied', 'corrupt', 'unreachable', 'overflow'];
const HALF = 1000;
const FAULTS_PER_SET = 50;
const FEWEST_FAULTS = 20;
/** Words at a line's start that are left alone: time, host, process. */
const HEADER_WORDS = 4;

/** Null when the system's lines give the fault too little to be planted in. */
export function plant(
  logs: ReadonlyMap<string, readonly string[]>,
  system: string,
  fault: Fault,
  order: 'shuffled' | 'chronological',
  seed: number,
): PlantedSet | null {
  const systems = [...logs.keys()];
  const random = new Random(seed * 7919 + FAULTS.indexOf(fault) * 101 + systems.indexOf(system) * 13);
  const lines = [...logs.get(system)!];
  if (order === 'shuffled') shuffle(lines, random);
  const original = lines.slice(HALF, 2 * HALF);
  const judged = [...original];
  const isFault = judged.map(() => false);
  let planted = 0;
  for (let tries = 0; planted < FAULTS_PER_SET && tries < 2000; tries += 1) {
    const at = random.below(judged.length);
    if (isFault[at]) continue;
    const spoiled = spoil(judged[at]!, fault, random, systems, logs, system);
    if (spoiled === null || spoiled === judged[at]) continue;
    judged[at] = spoiled;
    isFault[at] = true;
    planted += 1;
  }
  return planted < FEWEST_FAULTS ? null : { known: lines.slice(0, HALF), judged, original, isFault };
}

function spoil(
  line: string,
  fault: Fault,
  random: Random,
  systems: readonly string[],
  logs: ReadonlyMap<string, readonly string[]>,
  system: string,
): string | null {
  const words = line.split(' ');
  const header = Math.min(HEADER_WORDS, Math.max(1, words.length - 3));
  const withNumbers = words.map((_, i) => i).filter((i) => i >= header && /\d/.test(words[i]!));
  switch (fault) {
    case 'field shape': {
      if (withNumbers.length === 0) return null;
      const at = pick(withNumbers, random);
      const shape = pick(['null', 'NaN', '-1.5e+308', uuid(random), '[object'], random);
      words[at] = words[at]!.replace(/[0-9][0-9a-fA-F.:]*/, shape);
      return words.join(' ');
    }
    case 'foreign message': {
      const others = systems.filter((other) => other !== system);
      const foreign = pick(logs.get(pick(others, random))!, random).split(' ');
      return [...words.slice(0, header), ...foreign.slice(Math.min(5, foreign.length - 2))].join(' ');
    }
    case 'shuffled': {
      if (words.length - header < 4) return null;
      const body = words.slice(header);
      const mixed = [...body];
      for (let tries = 0; tries < 10 && mixed.join() === body.join(); tries += 1) shuffle(mixed, random);
      return [...words.slice(0, header), ...mixed].join(' ');
    }
    case 'cut short':
      return line.slice(0, Math.floor(line.length * (0.4 + random.below(300) / 1000)));
    case 'magnitude': {
      const fitting = withNumbers.filter((i) => /(^|[^0-9a-fA-F])\d{1,5}([^0-9a-fA-F]|$)/.test(words[i]!));
      if (fitting.length === 0) return null;
      const at = pick(fitting, random);
      const digits = String(100 + random.below(900));
      words[at] = words[at]!.replace(/(^|[^0-9a-fA-F])(\d{1,5})(?=[^0-9a-fA-F]|$)/, `$1$2${digits}`);
      return words.join(' ');
    }
    case 'swapped word': {
      const fitting = words.map((_, i) => i).filter((i) => i >= header && /^[A-Za-z]{3,}[:,.]?$/.test(words[i]!));
      if (fitting.length === 0) return null;
      words[pick(fitting, random)] = pick(WORDS, random);
      return words.join(' ');
    }
  }
}

function uuid(random: Random): string {
  const hex = (length: number) => Array.from({ length }, () => '0123456789abcdef'[random.below(16)]).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

function pick<T>(choices: readonly T[], random: Random): T {
  return choices[random.below(choices.length)]!;
}

export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
