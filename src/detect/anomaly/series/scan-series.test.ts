import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type SeriesPoint, type SeriesSummary, scanSeries } from './index.ts';

const LINES = [
  'timestamp,value',
  ...Array.from({ length: 1_000 }, (_, row) => {
    const minutes = row * 5;
    const time = new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
    return `${time},${row === 800 ? 900 : ((row * 7_919) % 100) / 4}`;
  }),
];

async function scan(lines: readonly string[], options = {}): Promise<[SeriesPoint[], SeriesSummary]> {
  const points: SeriesPoint[] = [];
  for await (const told of scanSeries(lines, options)) {
    if (told.kind === 'summary') return [points, told];
    points.push(told);
  }
  throw new Error('the scan ended without a summary');
}

describe('the scan of a series', () => {
  it('gives a point for each row, in the fields of the interface, and a summary', async () => {
    const [points, summary] = await scan(LINES);
    expect(points).toHaveLength(1_000);
    expect(Object.keys(points[0]!)).toEqual([
      'kind',
      'n',
      'timestamp',
      'value',
      'score',
      'p',
      'expected',
      'state',
      'anomaly',
    ]);
    expect(points[800]).toMatchObject({ n: 801, timestamp: '2026-01-03T18:40:00.000Z', value: 900, anomaly: true });
    expect(summary.events).toBe(1_000);
    expect(summary.anomalies).toBe(points.filter(({ anomaly }) => anomaly).length);
  });

  it('has a digest that anyone can compute again from what was printed', async () => {
    const [points, { digest }] = await scan(LINES);
    const printed = points.map((point) => JSON.parse(JSON.stringify(point)) as SeriesPoint);
    const lines = printed.map(({ n, score, p, anomaly }) => `${n} ${score} ${p} ${anomaly}\n`);
    expect(createHash('sha256').update(lines.join('')).digest('hex')).toBe(digest);
    expect(digest).toBe('c7e98eebdf265e503a58a6a758dbfca17435675b58612bd131e008606eb153bd');
  });

  it('takes another alpha, and leaves out what was expected when not asked', async () => {
    const [points, summary] = await scan(LINES, { alpha: 0.2, explain: false });
    expect(summary.anomalies).toBeGreaterThan(50);
    expect(points.every(({ expected }) => expected === null)).toBe(true);
  });

  it('ends with the place of a row that is none, after the rows before it', async () => {
    const points: unknown[] = [];
    const scanAll = async () => {
      for await (const point of scanSeries([...LINES.slice(0, 4), 'later,much'])) points.push(point);
    };
    await expect(scanAll()).rejects.toThrow('line 5, column 7: “much” is not a finite number');
    expect(points).toHaveLength(3);
  });
});
