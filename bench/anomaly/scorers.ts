import { LogDetector } from '../../src/detect/anomaly/index.ts';

/** What scores lines: ours, or one of the simple ways it has to beat. */
export interface Scorer {
  readonly name: string;
  /** A scorer that has learned these lines; what it returns is higher for what is stranger. */
  readonly learn: (lines: readonly string[]) => (line: string) => number;
}

export const SCORERS: readonly Scorer[] = [
  {
    name: 'holdfast',
    learn(lines) {
      const detector = new LogDetector();
      for (const line of lines) detector.judge(line);
      detector.freeze();
      return (line) => detector.look(line).score;
    },
  },
  {
    name: 'rarest token',
    learn(lines) {
      const counts = new Map<string, number>();
      for (const token of lines.flatMap(tokensOf)) counts.set(token, (counts.get(token) ?? 0) + 1);
      return (line) => {
        let rarest = 0;
        for (const token of tokensOf(line)) rarest = Math.max(rarest, 1 / (1 + (counts.get(token) ?? 0)));
        return rarest;
      };
    },
  },
  {
    name: 'masked-line rarity',
    learn(lines) {
      const counts = new Map<string, number>();
      for (const line of lines) counts.set(mask(line), (counts.get(mask(line)) ?? 0) + 1);
      return (line) => 1 / (1 + (counts.get(mask(line)) ?? 0));
    },
  },
  {
    name: 'count vectors',
    learn(lines) {
      const weights = new Map<string, number>();
      const known = lines.map((line) => new Set(tokensOf(mask(line))));
      for (const tokens of known) for (const token of tokens) weights.set(token, (weights.get(token) ?? 0) + 1);
      const weightOf = (token: string) => Math.log((lines.length + 1) / ((weights.get(token) ?? 0) + 1));
      return (line) => {
        let sum = 0;
        const tokens = new Set(tokensOf(mask(line)));
        for (const token of tokens) sum += weightOf(token);
        return sum / Math.max(1, tokens.size);
      };
    },
  },
  {
    name: 'severity regex',
    learn: () => (line) => (/\b(fatal|panic|critical|error|fail(ed|ure)?)\b/i.test(line) ? 1 : 0),
  },
];

function tokensOf(line: string): string[] {
  return line.split(/[^A-Za-z]+/).filter((token) => token !== '');
}

/** Numbers and ids made alike, as log miners do it. */
function mask(line: string): string {
  return line
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>')
    .replace(/\b(0x)?[0-9a-f]*\d[0-9a-f]*\b/gi, '<n>');
}

/** Area under the ROC curve: how often a fault scores above what is none; ties count half. */
export function areaUnderCurve(scores: readonly number[], isFault: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let faults = 0;
  let rankSum = 0;
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j += 1;
    const rank = (i + j + 1) / 2;
    for (let k = i; k < j; k += 1) {
      if (!isFault[order[k]!]) continue;
      faults += 1;
      rankSum += rank;
    }
    i = j;
  }
  const others = scores.length - faults;
  return (rankSum - (faults * (faults + 1)) / 2) / (faults * others);
}
