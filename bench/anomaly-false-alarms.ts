import { Random } from '../src/detect/anomaly/arithmetic/random.ts';
import { LogDetector } from '../src/detect/anomaly/index.ts';
import { mean, readLogs } from './anomaly/log-files.ts';
import { shuffle } from './anomaly/planted-faults.ts';
import { report } from './report.ts';

// Nothing is planted here: every alarm is a false one. The share of events with p ≤ alpha, on each system's log as it was
// written and shuffled; a p-value that is what it says has a share of alpha. Beside it the share when the history is
// scored by a model that already knows it, as calibrations within the sample do.

const ALPHAS = [0.002, 0.01, 0.05, 0.1];
const logs = readLogs();

function shares(lines: readonly string[]): number[] {
  const detector = new LogDetector({ window: null });
  const ps: number[] = [];
  for (const line of lines) {
    const { p } = detector.judge(line);
    if (p !== null) ps.push(p);
  }
  return ALPHAS.map((alpha) => ps.filter((p) => p <= alpha).length / ps.length);
}

function inSampleShare(lines: readonly string[], alpha: number): number {
  const half = lines.length >> 1;
  const detector = new LogDetector();
  for (const line of lines.slice(0, half)) detector.judge(line);
  detector.freeze();
  const known = lines.slice(0, half).map((line) => detector.look(line).score);
  let alarms = 0;
  for (const line of lines.slice(half)) {
    const { score } = detector.look(line);
    const atLeast = known.filter((one) => one >= score).length;
    if ((atLeast + 1) / (known.length + 1) <= alpha) alarms += 1;
  }
  return alarms / (lines.length - half);
}

for (const order of ['chronological', 'shuffled'] as const) {
  const bySystem: Record<string, number[]> = {};
  const inSample: number[] = [];
  for (const [system, lines] of logs) {
    const ordered = order === 'shuffled' ? shuffle([...lines], new Random(77)) : lines;
    bySystem[system] = shares(ordered);
    inSample.push(inSampleShare(ordered, 0.01));
  }
  const all = Object.values(bySystem);
  report(
    `false alarms, ${order}`,
    [
      { name: 'alpha .01, mean', value: 100 * mean(all.map((one) => one[1]!)), unit: '%', bar: '≤ 1.5, then 1.0 ± .2' },
      { name: 'alpha .01, worst system', value: 100 * Math.max(...all.map((one) => one[1]!)), unit: '%', bar: '≤ 3' },
      { name: 'alpha .002, mean', value: 100 * mean(all.map((one) => one[0]!)), unit: '%' },
      { name: 'alpha .05, mean', value: 100 * mean(all.map((one) => one[2]!)), unit: '%' },
      { name: 'alpha .1, mean', value: 100 * mean(all.map((one) => one[3]!)), unit: '%' },
      { name: 'calibrated within the sample, alpha .01', value: 100 * mean(inSample), unit: '%' },
    ],
    { bySystem },
  );
}
