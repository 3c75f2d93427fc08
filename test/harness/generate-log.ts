import { Random } from '../../src/detect/anomaly/arithmetic/random.ts';

/** What was planted into a generated log. */
export type PlantedFault = 'new-message' | 'wrong-word' | 'cut-short' | 'wrong-magnitude' | 'wrong-shape';

export interface GeneratedEvent {
  readonly line: string;
  /** Milliseconds since the log began. */
  readonly atMs: number;
  /** Null for what is usual. */
  readonly fault: PlantedFault | null;
  /** Which episode the fault belongs to, from 1; 0 for none. */
  readonly episode: number;
}

export interface LogWorkload {
  readonly seed: number;
  readonly events: number;
  /** Mean time between events. */
  readonly everyMs?: number;
  /** Every so many events a deployment changes one message in eight. */
  readonly deployEvery?: number;
  /** One event in so many is faulty; none when left out. */
  readonly faultEvery?: number;
  /** Every so many events a fault sets in that spoils one event in three for a while. */
  readonly episodeEvery?: number;
  /** Calm and busy hours, as a service with users has them. */
  readonly daily?: boolean;
}

const SUBJECTS =
  'request session cache worker queue job connection token user order payment upload index replica shard'.split(' ');
const VERBS =
  'opened closed accepted rejected stored loaded refreshed expired retried scheduled finished skipped'.split(' ');
const PLACES = 'gateway billing search mailer scheduler storage frontend'.split(' ');
const DETAILS = 'in pool,after retry,for tenant,by policy,without lock,on primary,from disk,with backoff'.split(',');
const FAULTS = ['segfault', 'corrupted', 'unreachable', 'deadlock', 'overflow', 'panic'];
/** No fault is planted before. */
const CALM_START = 500;
const EPISODE_EVENTS = 60;
const FAULT_KINDS = ['new-message', 'wrong-word', 'cut-short', 'wrong-magnitude', 'wrong-shape'] as const;

interface Message {
  readonly level: string;
  readonly words: readonly string[];
  readonly values: readonly { readonly name: string; readonly digits: number; readonly suffix: string }[];
}

/** The log of a service that does not exist: the same lines for the same workload, on every machine. */
export function generateLog(workload: LogWorkload): GeneratedEvent[] {
  const random = new Random(workload.seed);
  const place = pick(random, PLACES);
  const messages = Array.from({ length: 24 }, () => makeMessage(random));
  const events: GeneratedEvent[] = [];
  let atMs = 0;
  let episode = 0;
  let episodeEnd = 0;
  let episodeFault: (typeof FAULT_KINDS)[number] = 'new-message';
  for (let i = 0; i < workload.events; i += 1) {
    if (workload.deployEvery !== undefined && i > 0 && i % workload.deployEvery === 0) {
      for (let k = 0; k < messages.length; k += 8) messages[k + random.below(8)] = makeMessage(random);
    }
    atMs += Math.floor((workload.everyMs ?? 100) * pace(workload, atMs) * (0.5 + random.below(1000) / 1000));
    const line = render(random, atMs, place, choose(random, messages));
    if (workload.episodeEvery !== undefined && i > CALM_START && i % workload.episodeEvery === 0) {
      episode += 1;
      episodeEnd = i + EPISODE_EVENTS;
      episodeFault = pick(random, FAULT_KINDS);
    }
    let fault: PlantedFault | null = null;
    if (i < episodeEnd && (i + EPISODE_EVENTS - episodeEnd) % 3 === 0) fault = episodeFault;
    else if (workload.faultEvery !== undefined && i > CALM_START && random.below(workload.faultEvery) === 0)
      fault = pick(random, FAULT_KINDS);
    events.push({
      line: fault === null ? line : spoil(random, line, fault),
      atMs,
      fault,
      episode: fault !== null && i < episodeEnd ? episode : 0,
    });
  }
  return events;
}

/** By night everything takes four times as long to come. */
function pace(workload: LogWorkload, atMs: number): number {
  if (workload.daily !== true) return 1;
  const hour = Math.floor(atMs / 3_600_000) % 24;
  return hour < 6 || hour >= 22 ? 4 : 1;
}

function makeMessage(random: Random): Message {
  const words = [pick(random, SUBJECTS), pick(random, VERBS)];
  if (random.below(2) === 0) words.push(...pick(random, DETAILS).split(' '));
  const values = Array.from({ length: random.below(4) }, () => ({
    name: pick(random, ['id', 'ms', 'bytes', 'attempt', 'size', 'port']),
    digits: 1 + random.below(5),
    suffix: pick(random, ['', '', 'ms', 'KB']),
  }));
  return { level: pick(random, ['INFO', 'INFO', 'INFO', 'DEBUG', 'WARN']), words, values };
}

/** Few messages come often and many seldom, as in real logs. */
function choose(random: Random, messages: readonly Message[]): Message {
  const a = random.below(messages.length);
  const b = random.below(messages.length);
  const c = random.below(messages.length);
  return messages[Math.min(a, b, c)]!;
}

function render(random: Random, atMs: number, place: string, message: Message): string {
  const time = new Date(1_700_000_000_000 + atMs).toISOString();
  const values = message.values.map(({ name, digits, suffix }) => {
    const lowest = digits === 1 ? 0 : 10 ** (digits - 1);
    return ` ${name}=${lowest + random.below(10 ** digits - lowest)}${suffix}`;
  });
  return `${time} ${message.level} [${place}-${random.below(8)}]${values.join('')} ${message.words.join(' ')}`;
}

function spoil(random: Random, line: string, fault: (typeof FAULT_KINDS)[number]): string {
  const strange = pick(random, FAULTS);
  switch (fault) {
    case 'new-message':
      return `${line.slice(0, 24)} ERROR ${strange} at 0x${random.below(0x7fffffff).toString(16)} while handling request`;
    case 'wrong-word':
      return line.replace(/\w+$/, strange);
    case 'cut-short':
      return line.slice(0, 24 + random.below(line.length - 30));
    case 'wrong-magnitude':
      return /=\d/.test(line) ? line.replace(/=(\d+)/, '=$1000000') : `${line} elapsed=${random.below(1e9)}`;
    case 'wrong-shape':
      return /=\d/.test(line) ? line.replace(/=\d+/, '=null') : line.replace(/ \w+$/, ' NaN');
  }
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random.below(choices.length)]!;
}
