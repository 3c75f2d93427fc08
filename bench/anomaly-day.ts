import { LogDetector } from '../src/detect/anomaly/index.ts';
import { type GeneratedEvent, generateLog } from '../test/harness/generate-log.ts';
import { median } from './anomaly/log-files.ts';
import { SCORERS } from './anomaly/scorers.ts';
import { report } from './report.ts';

// A day of fifty services, as fast as it goes: wording that changes with deployments, calm nights, faults that set in and
// spoil one event in three for a while. How many alarms a service has in its day, how many of the faults are found and
// after how long, beside the simple ways with a threshold of their own that gives one alarm in a hundred of the first
// thousand events.

const STREAMS = 50;
const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 5_000;
const EVENTS = 14_000;
const LEARNED = 1_000;

type Outcome = { alarms: number; events: number; found: number; episodes: number; waitsMs: number[] };
type Watcher = {
  name: string;
  watch(log: readonly GeneratedEvent[]): (event: GeneratedEvent, index: number) => boolean;
};

const WATCHERS: readonly Watcher[] = [
  {
    name: 'holdfast',
    watch() {
      const detector = new LogDetector({ tableBits: 15 });
      return ({ line }) => detector.judge(line).anomaly;
    },
  },
  ...SCORERS.slice(1).map(({ name, learn }) => ({
    name,
    watch(log: readonly GeneratedEvent[]) {
      const score = learn(log.slice(0, LEARNED >> 1).map(({ line }) => line));
      const calm = log
        .slice(LEARNED >> 1, LEARNED)
        .map(({ line }) => score(line))
        .sort((a, b) => b - a);
      const threshold = calm[Math.ceil(calm.length / 100)]!;
      return ({ line }: GeneratedEvent, index: number) => index >= LEARNED && score(line) > threshold;
    },
  })),
];

const logs = Array.from({ length: STREAMS }, (_, stream) =>
  generateLog({
    seed: 1000 + stream,
    events: EVENTS,
    everyMs: EVERY_MS,
    daily: true,
    deployEvery: 4_000,
    episodeEvery: 1_700,
  }).filter(({ atMs }) => atMs < DAY_MS),
);

const figures = WATCHERS.map(({ name, watch }) => {
  const sum: Outcome = { alarms: 0, events: 0, found: 0, episodes: 0, waitsMs: [] };
  for (const log of logs) observe(log, watch(log), sum);
  return { name, ...sum };
});
const [ours] = figures;
report(
  'a day of fifty services: faults found',
  figures.map(({ name, found, episodes }) => ({ name, value: (100 * found) / episodes, unit: '%' })),
  { episodes: ours!.episodes, events: ours!.events },
);
report(
  'a day of fifty services: false alarms',
  figures.map(({ name, alarms }) => ({ name, value: alarms / STREAMS, unit: 'a service and day' })),
);
report(
  'a day of fifty services: time to find',
  figures
    .filter(({ waitsMs }) => waitsMs.length > 0)
    .map(({ name, waitsMs }) => ({ name, value: median(waitsMs) / 1000, unit: 's, median' })),
);

// Memory: what the stream says it takes does not grow, and neither does the process.
const detector = new LogDetector({ tableBits: 15 });
const before = detector.memoryBytes;
const heaps: number[] = [];
for (const log of logs) {
  for (const { line } of log) detector.judge(line);
  heaps.push(process.memoryUsage().heapUsed / 1e6);
}
report(
  'a day of fifty services: memory of one stream that sees all of them',
  [
    { name: 'at the start', value: before / 1e6, unit: 'MB' },
    { name: 'at the end', value: detector.memoryBytes / 1e6, unit: 'MB' },
    { name: 'its snapshot', value: detector.snapshot().length / 1e6, unit: 'MB' },
  ],
  { heapMbAfterEach: heaps.map((heap) => Math.round(heap)), evictions: detector.evictions },
);

function observe(
  log: readonly GeneratedEvent[],
  isAlarm: (event: GeneratedEvent, index: number) => boolean,
  sum: Outcome,
): void {
  const begins = new Map<number, number>();
  const found = new Set<number>();
  for (const [index, event] of log.entries()) {
    if (event.episode > 0 && !begins.has(event.episode)) begins.set(event.episode, event.atMs);
    if (!isAlarm(event, index)) continue;
    if (event.fault === null) sum.alarms += 1;
    else if (!found.has(event.episode)) {
      found.add(event.episode);
      sum.waitsMs.push(event.atMs - begins.get(event.episode)!);
    }
  }
  sum.events += log.length;
  sum.episodes += begins.size;
  sum.found += found.size;
}
