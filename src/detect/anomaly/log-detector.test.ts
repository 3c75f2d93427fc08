import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateLog } from '../../../test/harness/generate-log.ts';
import { LogDetector } from './log-detector.ts';
import { FIRST_JUDGED_EVENT } from './settings.ts';
import { VerdictDigest } from './verdict-digest.ts';

const LOG = generateLog({ seed: 7, events: 1500 }).map(({ line }) => line);

/** The same on every machine, in every batch, after every restart; it changes only with ENGINE_VERSION. */
const GOLDEN_DIGEST = 'd5a4d155de3f011f5168f362880699b2bfea4e0b29020c2bf8ce4cd1dafcd1a8';

function digestOf(detector: LogDetector, lines: readonly string[]): VerdictDigest {
  const digest = new VerdictDigest();
  for (const line of lines) {
    const { n, score, p, anomaly } = detector.judge(line);
    digest.add(n, score, p, anomaly);
  }
  return digest;
}

describe('a log detector', () => {
  it('gives the verdicts it always gave', () => {
    expect(digestOf(new LogDetector(), LOG).hex()).toBe(GOLDEN_DIGEST);
  });

  it('has p-values from the event it promises on, and never loses them', () => {
    const detector = new LogDetector();
    for (const [index, line] of LOG.entries()) {
      const { n, p, state, anomaly, score } = detector.judge(line);
      expect(n).toBe(index + 1);
      expect(state).toBe(n < FIRST_JUDGED_EVENT ? 'warming' : 'active');
      expect(p !== null && p > 0 && p <= 1).toBe(state === 'active');
      expect(anomaly).toBe(p !== null && p <= 0.01);
      expect(score).toBeGreaterThanOrEqual(0);
    }
  });

  it('goes on bit for bit from a snapshot, with windows and explanations, wherever it is taken', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LOG.length - 1 }), (cut) => {
        const settings = { window: { events: 40, hop: 20 }, tableBits: 15 };
        const whole = new LogDetector(settings);
        for (const line of LOG.slice(0, cut)) whole.judge(line);
        whole.takeWindows();
        const restored = LogDetector.restore(whole.snapshot());
        expect(restored.warming).toEqual(whole.warming);
        for (const line of LOG.slice(cut, cut + 150)) {
          expect(restored.judge(line, 'always')).toEqual(whole.judge(line, 'always'));
          expect(restored.takeWindows()).toEqual(whole.takeWindows());
        }
        expect(Buffer.from(restored.snapshot()).equals(whole.snapshot())).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses snapshots that are not its own, whatever is wrong with them', () => {
    const snapshot = new LogDetector({ tableBits: 15 }).snapshot();
    expect(() => LogDetector.restore(new Uint8Array(0))).toThrow(RangeError);
    expect(() => LogDetector.restore(snapshot.subarray(0, snapshot.length - 1))).toThrow(RangeError);
    expect(() => LogDetector.restore(Buffer.concat([snapshot, Buffer.of(0)]))).toThrow(RangeError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(() => LogDetector.restore(Buffer.concat([snapshot.subarray(0, 8), noise]))).toThrow(RangeError);
      }),
    );
  });

  it('explains every event: spans in order, apart, exact, and adding up to its bits', () => {
    const detector = new LogDetector();
    const strange = [
      'naïve – 日本語 log „quoted“ 42',
      '\u0000\u0001',
      ' ',
      '!!!',
      '1',
      'x'.repeat(5000),
      '\ud800 half a pair',
    ];
    for (const line of [...LOG.slice(0, 600), ...strange]) {
      const { bits, explanation } = detector.judge(line, 'always');
      const spans = explanation!.spans;
      const sum = spans.reduce((total, span) => total + span.bits, 0);
      expect(Math.abs(sum - bits)).toBeLessThan(0.011);
      // What has no place in UTF-8 is read as U+FFFD, as it would be from a file.
      const text = Buffer.from(line).toString('utf8');
      for (const { from, to, text: shown } of spans) expect(text.slice(from, to)).toBe(shown);
      for (let i = 1; i < spans.length; i += 1) expect(spans[i]!.bits).toBeLessThanOrEqual(spans[i - 1]!.bits);
      const byPlace = [...spans].sort((a, b) => a.from - b.from);
      for (let i = 1; i < byPlace.length; i += 1) expect(byPlace[i]!.from).toBeGreaterThanOrEqual(byPlace[i - 1]!.to);
    }
  });

  it('judges the same whether an event is given as text or as bytes', () => {
    const [texts, bytes] = [new LogDetector(), new LogDetector()];
    for (const line of LOG.slice(0, 500)) expect(bytes.judge(Buffer.from(line))).toEqual(texts.judge(line));
  });

  it('finds what does not belong, and says what', () => {
    const detector = new LogDetector();
    for (const line of LOG) detector.judge(line);
    const usual = LOG[700]!;
    const strange = usual.replace(/ (\w+)$/, ' segfault');
    expect(detector.look(usual).anomaly).toBe(false);
    const { anomaly, explanation } = detector.look(strange, 'always');
    expect(anomaly).toBe(true);
    expect(explanation!.spans.slice(0, 3).map(({ text }) => text)).toContain('segfault');
    expect(explanation!.nearest).not.toBeNull();
  });

  it('no longer ranks among what a person called an anomaly', () => {
    const detector = new LogDetector();
    for (const line of LOG) detector.judge(line);
    const size = detector.calibrationSize;
    expect(detector.takeOut(LOG.length)).toBe(true);
    expect(detector.takeOut(LOG.length)).toBe(false);
    expect(detector.takeOut(1)).toBe(false);
    expect(detector.calibrationSize).toBe(size - 1);
    const restored = LogDetector.restore(detector.snapshot());
    expect(restored.calibrationSize).toBe(size - 1);
  });

  it('judges windows by the channel that has changed', () => {
    const detector = new LogDetector({ window: { events: 50, hop: 50 } });
    for (const line of LOG) detector.judge(line);
    detector.takeWindows();
    detector.freeze();
    const calm = LOG.slice(1000, 1050);
    const flood = calm.map((line, index) => (index % 2 === 0 ? calm[0]! : line));
    const novel = calm.map((line, index) =>
      index % 10 === 0 ? `never ${index} seen thing ${'abcdefghij'[index / 10]}` : line,
    );
    for (const line of [...calm, ...flood, ...novel]) detector.look(line);
    const [first, second, third] = detector.takeWindows();
    expect(first!.p).toBeGreaterThan(0.05);
    expect(second!.p).toBeLessThan(0.05);
    expect(second!.fired).toBe('frequency');
    expect(third!.p).toBeLessThan(0.05);
    expect(['novelty', 'top']).toContain(third!.fired);
    expect(third!.ratio).toBeGreaterThan(first!.ratio);
    for (const window of [first!, second!, third!]) {
      expect(window.entropy).toBeGreaterThan(0);
      expect(window.entropy).toBeLessThan(8);
    }
  });

  it('refuses windows that cannot be', () => {
    for (const window of [
      { events: 10, hop: 3 },
      { events: 10, hop: 0 },
      { events: 5, hop: 10 },
      { events: 99_999, hop: 99_999 },
      { events: 2_000, hop: 1 },
    ])
      expect(() => new LogDetector({ window })).toThrow(RangeError);
  });

  it('takes what its memory says and no more, whatever comes', () => {
    const detector = new LogDetector({ tableBits: 15 });
    const size = detector.memoryBytes;
    for (let i = 0; i < 3000; i += 1)
      detector.judge(`${(i * 2654435761) >>> 0} ${i.toString(36)}z q${i}w ${'ab'.repeat(i % 90)}`);
    expect(detector.memoryBytes).toBe(size);
    expect(detector.snapshot().length).toBeLessThan(size * 1.2);
    expect(detector.evictions).toBeGreaterThan(0);
  });
});
