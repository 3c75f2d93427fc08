import { LogDetector } from '../src/detect/anomaly/index.ts';
import { mean, readLogs } from './anomaly/log-files.ts';
import { FAULTS, type PlantedSet, plant } from './anomaly/planted-faults.ts';
import { areaUnderCurve, SCORERS } from './anomaly/scorers.ts';
import { report } from './report.ts';

// Six kinds of faults planted into the logs of every system there is: a thousand lines learned, a thousand judged, fifty
// of them spoiled. How well each way orders them, by the area under the ROC curve; and how often what was spoiled is
// among the first three things our explanation names.

const SEEDS = [1, 2, 3];
const logs = readLogs();

for (const order of ['shuffled', 'chronological'] as const) {
  const byScorer = new Map(SCORERS.map(({ name }) => [name, [] as number[]]));
  const byFault: Record<string, number> = {};
  for (const fault of FAULTS) {
    const ours: number[] = [];
    for (const system of logs.keys()) {
      for (const seed of SEEDS) {
        const set = plant(logs, system, fault, order, seed);
        if (set === null) continue;
        for (const { name, learn } of SCORERS) {
          const score = learn(set.known);
          const area = areaUnderCurve(set.judged.map(score), set.isFault);
          byScorer.get(name)!.push(area);
          if (name === 'holdfast') ours.push(area);
        }
      }
    }
    byFault[fault] = Math.round(mean(ours) * 1e4) / 1e4;
  }
  report(
    `planted faults, ${order}`,
    SCORERS.map(({ name }) => ({
      name,
      value: 100 * mean(byScorer.get(name)!),
      unit: '% AUC',
      ...(name === 'holdfast' ? { bar: order === 'shuffled' ? '≥ 97, then 98.5' : '≥ 90, then 93' } : {}),
    })),
    { systems: [...logs.keys()], byFault },
  );
}

const named: Record<string, number> = {};
let hits = 0;
let all = 0;
let cleared = 0;
let clearable = 0;
for (const fault of ['field shape', 'swapped word', 'magnitude'] as const) {
  let faultHits = 0;
  let faultAll = 0;
  for (const system of logs.keys()) {
    const set = plant(logs, system, fault, 'chronological', 1);
    if (set === null) continue;
    const found = explained(set);
    faultHits += found.hits;
    faultAll += found.all;
    cleared += found.cleared;
    clearable += found.clearable;
  }
  named[fault] = Math.round((faultHits / faultAll) * 1e3) / 1e3;
  hits += faultHits;
  all += faultAll;
}
report(
  'explanations',
  [
    {
      name: 'what was spoiled is among the first three spans',
      value: (100 * hits) / all,
      unit: '%',
      bar: '≥ 96, then 99',
    },
    { name: 'the verdict clears when the spoiled word is put right', value: (100 * cleared) / clearable, unit: '%' },
  ],
  { named },
);

function explained(set: PlantedSet): { hits: number; all: number; cleared: number; clearable: number } {
  const detector = new LogDetector();
  for (const line of set.known) detector.judge(line);
  detector.freeze();
  const found = { hits: 0, all: 0, cleared: 0, clearable: 0 };
  for (const [i, line] of set.judged.entries()) {
    if (!set.isFault[i]) continue;
    const [from, to] = spoiledRange(set.original[i]!, line);
    const { explanation, anomaly } = detector.look(line, 'always');
    found.all += 1;
    if (explanation!.spans.slice(0, 3).some((span) => span.from < to && span.to > from)) found.hits += 1;
    if (!anomaly) continue;
    found.clearable += 1;
    if (!detector.look(set.original[i]!).anomaly) found.cleared += 1;
  }
  return found;
}

/** Where the first word that differs stands in the spoiled line. */
function spoiledRange(original: string, spoiled: string): [number, number] {
  const before = original.split(' ');
  let at = 0;
  for (const [i, word] of spoiled.split(' ').entries()) {
    if (word !== before[i]) return [at, at + word.length];
    at += word.length + 1;
  }
  return [0, spoiled.length];
}
