import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesDetector, type SeriesVerdict } from './index.ts';

type Row = readonly [timestamp: number | string, value: number];

const FIVE_MINUTES = 300;

/** A small generator with a seed: tests need noise that is the same everywhere. */
function makeNoise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Days of five-minute rows: busy from eight to twenty, calm at night, with noise. */
function daily(rows: number, seed = 1): [number, number][] {
  const noise = makeNoise(seed);
  return Array.from({ length: rows }, (_, row) => {
    const hour = Math.floor((row * FIVE_MINUTES) / 3_600) % 24;
    return [row * FIVE_MINUTES, (hour >= 8 && hour < 20 ? 80 : 20) + 6 * (noise() + noise() - 1)];
  });
}

function judgeAll(rows: readonly Row[], detector = new SeriesDetector()): SeriesVerdict[] {
  return rows.map(([timestamp, value]) => detector.judge(timestamp, value));
}

const rowsOfAnything = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 2_000_000_000 }), fc.string(), fc.constant('2014-04-01 16:05:00')),
    fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -5, max: 5 }),
      fc.constantFrom(0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE),
    ),
  ),
  { maxLength: 400 },
);

describe('the judgement of a row', () => {
  it('is a score within 0 and 1 from the first row on, and a p within 0 and 1 once active, whatever comes', () => {
    fc.assert(
      fc.property(rowsOfAnything, (rows) => {
        const verdicts = judgeAll(rows);
        for (const [at, verdict] of verdicts.entries()) {
          expect(verdict.n).toBe(at + 1);
          expect(verdict.score).toBeGreaterThanOrEqual(0);
          expect(verdict.score).toBeLessThanOrEqual(1);
          expect(verdict.state).toBe(at + 1 >= 250 ? 'active' : 'warming');
          expect(verdict.anomaly).toBe(verdict.p !== null && verdict.p <= 0.01);
          if (verdict.state === 'warming') {
            expect(verdict.p).toBeNull();
            expect(verdict.expected).toBeNull();
            continue;
          }
          expect(verdict.p).toBeGreaterThan(0);
          expect(verdict.p).toBeLessThanOrEqual(1);
          const [low, high] = verdict.expected!;
          expect(Number.isFinite(low) && Number.isFinite(high) && low <= high).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never depends on what comes after', () => {
    fc.assert(
      fc.property(rowsOfAnything, fc.nat({ max: 400 }), (rows, cut) => {
        expect(judgeAll(rows.slice(0, cut))).toEqual(judgeAll(rows).slice(0, cut));
      }),
      { numRuns: 30 },
    );
  });

  it('is the same bit for bit when the detector was stored and restored in between', () => {
    const rows = daily(1_200);
    const whole = judgeAll(rows);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_200 }), (cut) => {
        const first = new SeriesDetector();
        judgeAll(rows.slice(0, cut), first);
        const stored = first.snapshot();
        const again = SeriesDetector.restore(stored);
        expect(again.snapshot()).toEqual(stored);
        expect(judgeAll(rows.slice(cut), again)).toEqual(whole.slice(cut));
      }),
      { numRuns: 15 },
    );
  });

  it('does not depend on the unit the values are measured in', () => {
    const rows = daily(900).map(([time, value], row): [number, number] => [time, row === 700 ? 300 : value]);
    const scores = judgeAll(rows).map(({ score, p }) => [score, p]);
    for (const factor of [2 ** 30, 2 ** -30]) {
      const scaled = rows.map(([time, value]): Row => [time, value * factor]);
      expect(judgeAll(scaled).map(({ score, p }) => [score, p])).toEqual(scores);
    }
  });

  it('does not depend on where zero lies, but for what rounding does at the edge of a bin', () => {
    const rows = daily(1_500);
    const shifted = rows.map(([time, value]): Row => [time, value + 1_000_000]);
    const scores = judgeAll(rows).map(({ score }) => score);
    const others = judgeAll(shifted).map(({ score }) => score);
    const differing = scores.filter((score, at) => Math.abs(score - others[at]!) > 0.01);
    expect(differing.length).toBeLessThan(0.005 * rows.length);
  });

  it('is the same for a text and the time it stands for', () => {
    const rows = daily(600);
    const texts = rows.map(([time, value]): Row => [new Date(time * 1_000).toISOString(), value]);
    const figures = (verdicts: readonly SeriesVerdict[]) => verdicts.map(({ timestamp: _, ...rest }) => rest);
    expect(figures(judgeAll(texts))).toEqual(figures(judgeAll(rows)));
  });

  it('is golden', () => {
    const hash = createHash('sha256');
    for (const verdict of judgeAll(daily(3_000))) hash.update(`${JSON.stringify(verdict)}\n`);
    expect(hash.digest('hex')).toBe('8728b6b8801164b8f06edbfcc74acb36f5b7826453737827b8108bcb69306c9d');
  });

  it('refuses what is no number and learns nothing of it', () => {
    const detector = new SeriesDetector();
    judgeAll(daily(300), detector);
    const before = detector.snapshot();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => detector.judge(0, value)).toThrow(RangeError);
    }
    expect(detector.snapshot()).toEqual(before);
  });
});

describe('a series of daily rhythm', () => {
  const after = 2_500;
  const strangest = (change: (value: number, row: number) => number) => {
    const rows = daily(after + 288).map(([time, value], row): Row => [time, row < after ? value : change(value, row)]);
    return judgeAll(rows)
      .slice(after)
      .reduce((most, verdict) => (verdict.score > most.score ? verdict : most));
  };
  // Row 2,500 is about 16:20; 2,550 about 20:30.
  it.each<[string, (value: number, row: number) => number]>([
    ['a spike', (value, row) => (row === after + 20 ? 400 : value)],
    ['a value by night that is usual by day', (value, row) => (row === after + 100 ? 80 : value)],
    ['a day that does not begin', (value, row) => (row > after + 190 ? 20 : value)],
    ['a small shift that lasts', (value, row) => (row > after + 60 ? value + 9 : value)],
  ])('shows %s', (_name, change) => {
    const usual = strangest((value) => value);
    const found = strangest(change);
    expect(found.score).toBeGreaterThan(usual.score + 0.1);
    expect(found.anomaly).toBe(true);
  });

  it('says what was expected', () => {
    const verdict = strangest((value, row) => (row === after + 20 ? 400 : value));
    expect(verdict.value).toBe(400);
    expect(verdict.expected![0]).toBeGreaterThan(0);
    expect(verdict.expected![1]).toBeLessThan(150);
  });

  it('reports a burst once, and what belongs to it at a quarter', () => {
    const rows = daily(after + 150).map(
      ([time, value], row): Row => [time, row < after + 20 || row >= after + 40 ? value : 300],
    );
    const burst = judgeAll(rows).slice(after + 20);
    expect(burst[0]!.score).toBeGreaterThan(0.4);
    expect(burst.slice(1).filter(({ score }) => score > 0.3)).toEqual([]);
  });

  it('has about as many false alarms as alpha allows', () => {
    let anomalies = 0;
    let active = 0;
    for (let seed = 1; seed <= 8; seed += 1) {
      for (const verdict of judgeAll(daily(4_000, seed))) {
        if (verdict.state === 'active') active += 1;
        if (verdict.anomaly) anomalies += 1;
      }
    }
    expect(anomalies / active).toBeGreaterThan(0.004);
    expect(anomalies / active).toBeLessThan(0.015);
  });
});

describe('odd series', () => {
  it.each<[string, Row[]]>([
    ['a constant', Array.from({ length: 2_000 }, (_, row): Row => [row * 60, 5])],
    ['nothing but zero', Array.from({ length: 2_000 }, (_, row): Row => [row * 60, 0])],
  ])('%s gives no alarm', (_name, rows) => {
    expect(judgeAll(rows).filter(({ anomaly }) => anomaly)).toEqual([]);
  });

  it('two values in turn give no more alarms than alpha allows', () => {
    const rows = Array.from({ length: 2_000 }, (_, row): Row => [row * 60, row % 2]);
    expect(judgeAll(rows).filter(({ anomaly }) => anomaly).length).toBeLessThan(30);
  });

  it('a constant that changes gives one', () => {
    const rows = Array.from({ length: 2_000 }, (_, row): Row => [row * 60, row < 1_500 ? 0 : 1e-9]);
    const alarms = judgeAll(rows).filter(({ anomaly }) => anomaly);
    expect(alarms[0]!.n).toBe(1_501);
  });

  it('gaps, repeats and disorder of time are taken as they come', () => {
    const rows = daily(1_500);
    const odd = [...rows.slice(0, 600), ...rows.slice(590, 700), ...rows.slice(900, 1_500), ...rows.slice(800, 900)];
    expect(judgeAll(odd)).toHaveLength(odd.length);
  });
});

describe('a series detector', () => {
  it('needs the same memory however long the series is, far below its limit', () => {
    const detector = new SeriesDetector();
    const before = detector.memoryBytes;
    judgeAll(daily(2_000), detector);
    expect(detector.memoryBytes).toBe(before);
    expect(before).toBeLessThan(100_000);
    expect(detector.snapshot().length).toBeLessThan(100_000);
  });

  it('calls rows anomalies from another p on when told to', () => {
    const detector = new SeriesDetector({ alpha: 0.5 });
    expect(judgeAll(daily(400), detector).filter(({ anomaly }) => anomaly).length).toBeGreaterThan(20);
    detector.alpha = 0.0001;
    expect(judgeAll(daily(400), detector).filter(({ anomaly }) => anomaly)).toEqual([]);
    expect(detector.warming).toEqual({ seen: 800, needed: 250 });
  });

  it('restores no bytes but its own', () => {
    const good = new SeriesDetector().snapshot();
    expect(() => SeriesDetector.restore(good.slice(0, -1))).toThrow(RangeError);
    expect(() => SeriesDetector.restore(Buffer.concat([good, Buffer.of(0)]))).toThrow(RangeError);
    expect(() => SeriesDetector.restore(Buffer.from('something else altogether'))).toThrow(/not a snapshot/);
    const newer = good.slice();
    newer[4] = 99;
    expect(() => SeriesDetector.restore(newer)).toThrow(/engine 99/);
  });
});
