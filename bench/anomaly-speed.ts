import { brotliCompressSync, constants, deflateRawSync, deflateSync } from 'node:zlib';
import { Random } from '../src/detect/anomaly/arithmetic/random.ts';
import { LogDetector } from '../src/detect/anomaly/index.ts';
import { median, readLogs } from './anomaly/log-files.ts';
import { shuffle } from './anomaly/planted-faults.ts';
import { report } from './report.ts';

// How fast a stream of mixed logs is judged, learned and forgotten on one core, beside zlib over the same bytes; and one
// event and one window beside the way that compresses past and event again each time.

const REPEATS = 5;
const lines = shuffle([...readLogs().values()].flat(), new Random(3)).map((line) => Buffer.from(line, 'latin1'));
const whole = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
const ROUNDS = Math.max(1, Math.round(8_000_000 / whole.length));

/** Megabytes (10⁶) per second of this process's CPU time. */
function megabytesPerCpuSecond(bytes: number, work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return bytes / (user + system);
}

for (const tableBits of [16, 15]) {
  const ours: number[] = [];
  const zlib: number[] = [];
  const detector = new LogDetector({ tableBits });
  for (let warm = 0; warm < 2; warm += 1) for (const line of lines) detector.judge(line);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    ours.push(
      megabytesPerCpuSecond(whole.length * ROUNDS, () => {
        for (let round = 0; round < ROUNDS; round += 1) for (const line of lines) detector.judge(line);
      }),
    );
    zlib.push(megabytesPerCpuSecond(whole.length, () => void deflateSync(whole, { level: 6 })));
  }
  report(
    `judging mixed logs, ${tableBits} table bits`,
    [
      { name: 'holdfast, sliding', value: median(ours), unit: 'MB/CPU s', bar: '≥ 20, then 60; .24 then .7 of zlib' },
      { name: 'zlib level 6 over the same bytes', value: median(zlib), unit: 'MB/CPU s' },
      { name: 'memory of the stream', value: detector.memoryBytes / 1e6, unit: 'MB', bar: '≤ 1.7, then .6' },
    ],
    { share: median(ours) / median(zlib), evictions: detector.evictions },
  );
}

for (const baselineKb of [256, 1024]) {
  const baseline: Buffer[] = [];
  let size = 0;
  for (let i = 0; size < baselineKb * 1024; i += 1) {
    const line = lines[i % lines.length]!;
    baseline.push(line);
    size += line.length + 1;
  }
  const past = Buffer.concat(baseline.flatMap((line) => [line, Buffer.from('\n')]));
  const detector = new LogDetector();
  for (const line of baseline) detector.judge(line);
  const events = lines.slice(0, 2000);
  const naiveEvents = events.slice(0, baselineKb > 256 ? 4 : 12);
  const microseconds = (count: number, work: () => void) => {
    const began = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - began) / 1e3 / count;
  };
  const oursEach: number[] = [];
  const zlibEach: number[] = [];
  const brotliEach: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    oursEach.push(
      microseconds(events.length, () => {
        for (const event of events) detector.judge(event);
      }),
    );
    zlibEach.push(
      microseconds(naiveEvents.length, () => {
        for (const event of naiveEvents) {
          deflateRawSync(Buffer.concat([past, event]));
          deflateRawSync(event);
        }
      }),
    );
    brotliEach.push(
      microseconds(naiveEvents.length, () => {
        const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: past.length };
        for (const event of naiveEvents) brotliCompressSync(Buffer.concat([past, event]), { params });
      }),
    );
  }
  report(
    `one event, ${baselineKb} KB of past`,
    [
      { name: 'holdfast: judge, learn, forget', value: median(oursEach), unit: 'µs' },
      { name: 'NCD with zlib', value: median(zlibEach), unit: 'µs' },
      { name: 'NCD with brotli 5', value: median(brotliEach), unit: 'µs' },
    ],
    {
      timesZlib: median(zlibEach) / median(oursEach),
      bar: baselineKb === 256 ? '≥ 300 ×, then 1000 ×' : '≥ 1500 ×, then 5000 ×',
    },
  );
}

// A window of 50 with its p-value: ours draws its null once per 500 events, the naive way recompresses 999 permutations.
const WINDOW = 50;
const PERMUTATIONS = 999;
const MEASURED_PERMUTATIONS = 20;
const watched = new LogDetector({ window: { events: WINDOW, hop: WINDOW } });
for (const line of lines) watched.judge(line);
watched.takeWindows();
const plain = new LogDetector();
for (const line of lines) plain.judge(line);
const perWindow: number[] = [];
for (let repeat = 0; repeat < REPEATS; repeat += 1) {
  const took = (detector: LogDetector) => {
    const began = process.hrtime.bigint();
    for (const line of lines.slice(0, 5000)) detector.judge(line);
    return Number(process.hrtime.bigint() - began) / 1e3;
  };
  perWindow.push(Math.max(1, took(watched) / (5000 / WINDOW)));
}
const pool = lines.slice(0, 400 + WINDOW).map((line) => Buffer.concat([line, Buffer.from('\n')]));
const random = new Random(5);
const began = process.hrtime.bigint();
for (let k = 0; k < MEASURED_PERMUTATIONS; k += 1) {
  shuffle(pool, random);
  deflateRawSync(Buffer.concat(pool.slice(0, 400)));
  deflateRawSync(Buffer.concat(pool.slice(400)));
  deflateRawSync(Buffer.concat(pool));
}
const naiveWindow = (Number(process.hrtime.bigint() - began) / 1e3 / MEASURED_PERMUTATIONS) * PERMUTATIONS;
report(
  'a window of 50 with its p-value',
  [
    { name: 'holdfast, judging its events included', value: median(perWindow), unit: 'µs' },
    { name: 'recompressing 999 permutations', value: naiveWindow, unit: 'µs' },
  ],
  { times: naiveWindow / median(perWindow), bar: '≥ 10,000 ×, then 20,000 ×' },
);
