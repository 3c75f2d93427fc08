import { describe, expect, it } from 'vitest';
import { TraceDetector, type TraceSpan, type TraceVerdict } from './index.ts';
import { checkout, type Fault, makeNoise } from './testing/shop-traces.ts';

/** Sends traces one after the other, each trace's last spans first, and gives the verdicts. */
function judgeAll(traces: readonly TraceSpan[][], detector = new TraceDetector()): TraceVerdict[] {
  const verdicts: TraceVerdict[] = [];
  let now = 0;
  for (const spans of traces) {
    now = spans[0]!.at;
    for (const span of spans.toReversed()) detector.add(span, now);
    verdicts.push(...detector.takeVerdicts(now));
  }
  return [...verdicts, ...detector.takeVerdicts(now + 60_000)];
}

function checkouts(count: number, seed: number, fault: Fault | null = null): TraceSpan[][] {
  const noise = makeNoise(seed);
  return Array.from({ length: count }, (_, index) => checkout(index, noise, index === count - 1 ? fault : null));
}

const lastOf = (fault: Fault | null, seed = 1) => judgeAll(checkouts(800, seed, fault)).at(-1)!;

describe('the judgement of traces', () => {
  it.each<[Fault, RegExp]>([
    ['missing', /^orders place order → payments charge is missing; 799 of 799 such traces have it$/],
    ['extra', /^orders place order → fraud ask a person is extra; none of 799 such traces have it$/],
    ['failed', /^orders place order → payments charge failed; so it did in 0 of 799 traces$/],
    ['repeated', /^orders place order → stock GET item # happened 60 times; about as often in 0 of 799 traces$/],
  ])('finds a step that is %s and says so', (fault, words) => {
    const verdict = lastOf(fault);
    expect(verdict).toMatchObject({ anomaly: true, state: 'active' });
    expect(verdict.differences).toContainEqual(
      expect.objectContaining({ kind: fault, words: expect.stringMatching(words) }),
    );
  });

  it('finds a step that takes long and says how long is usual', () => {
    const verdict = lastOf('slow');
    expect(verdict.anomaly).toBe(true);
    expect(verdict.differences).toEqual([]);
    expect(verdict.slow[0]).toMatchObject({ step: 'orders place order → payments charge' });
    expect(verdict.slow[0]!.durationMs).toBeGreaterThan(200);
    expect(verdict.slow[0]!.usualMs).toBeGreaterThan(40);
    expect(verdict.slow[0]!.usualMs).toBeLessThan(120);
  });

  it('gives about as many false alarms as alpha allows', () => {
    let active = 0;
    let alarms = 0;
    for (let seed = 1; seed <= 4; seed += 1) {
      for (const { state, anomaly } of judgeAll(checkouts(1_500, seed))) {
        if (state === 'active') active += 1;
        if (anomaly) alarms += 1;
      }
    }
    expect(alarms / active).toBeLessThan(0.02);
    expect(alarms / active).toBeGreaterThan(0.002);
  });

  it('goes on exactly where it was stored, with traces open', () => {
    const traces = checkouts(600, 3, 'extra');
    const whole = judgeAll(traces);
    for (const cut of [0, 1, 260, 599]) {
      const first = new TraceDetector();
      const early: TraceVerdict[] = [];
      for (const spans of traces.slice(0, cut)) {
        for (const span of spans.toReversed()) first.add(span, span.at);
        early.push(...first.takeVerdicts(spans[0]!.at));
      }
      const stored = first.snapshot();
      const again = TraceDetector.restore(stored);
      expect(Buffer.from(again.snapshot()).equals(Buffer.from(stored))).toBe(true);
      expect([...early, ...judgeAll(traces.slice(cut), again)].map(({ score, p }) => [score, p])).toEqual(
        whole.map(({ score, p }) => [score, p]),
      );
    }
  });

  it('leaves out, and counts, traces that had to be closed before they were whole', () => {
    const detector = new TraceDetector();
    const noise = makeNoise(1);
    for (let index = 0; index < 6_000; index += 1) {
      for (const span of checkout(index, noise).slice(1)) detector.add(span, 0);
    }
    const judged = detector.takeVerdicts(60_000).length;
    expect(detector.notJudged).toBeGreaterThan(900);
    expect(judged + detector.notJudged).toBe(6_000);
    expect(detector.openTraces).toBe(0);
    expect(detector.lateSpans).toBe(0);
  });

  it('stays within its memory whatever the names', () => {
    const detector = new TraceDetector();
    const names = Array.from({ length: 3_000 }, (_, index) => index.toString(36).replaceAll(/\d/g, 'z'));
    for (const [index, name] of names.entries()) {
      const [root] = checkout(index, makeNoise(index));
      detector.add({ ...root!, name }, index * 10_000);
      detector.takeVerdicts(index * 10_000 + 5_000);
    }
    expect(detector.memoryBytes).toBeLessThan(2_000_000);
    expect(detector.evictions).toBeGreaterThan(0);
    expect(detector.warming.seen).toBe(3_000);
  });

  it('restores no bytes but its own', () => {
    const good = new TraceDetector().snapshot();
    expect(() => TraceDetector.restore(good.slice(0, -1))).toThrow(RangeError);
    expect(() => TraceDetector.restore(Buffer.from('something else altogether'))).toThrow(/not a snapshot/);
  });
});
