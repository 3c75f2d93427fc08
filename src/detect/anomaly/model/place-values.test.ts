import { describe, expect, it } from 'vitest';
import { LogDetector } from '../log-detector.ts';
import { PlaceValues } from './place-values.ts';

/** An access log: many sizes, few statuses. */
function access(i: number, status: number): string {
  const at = `${10 + (i >> 9)}:${10 + ((i >> 4) % 50)}:${10 + (i % 50)}`;
  return `10.0.${i % 200}.${i % 7} - - [21/Nov/2026:${at} +0000] "GET /item/${(i * 7) % 997} HTTP/1.1" ${status} ${500 + ((i * 7919) % 4000)}`;
}

describe('values of a place', () => {
  it('a status never seen is strange where few were, by its digits alone', () => {
    const detector = new LogDetector();
    for (let i = 0; i < 2000; i += 1) detector.judge(access(i, i % 19 === 0 ? 404 : 200));
    expect(detector.look(access(2001, 404)).anomaly).toBe(false);
    expect(detector.look(access(2001, 200)).anomaly).toBe(false);
    const { anomaly, explanation } = detector.look(access(2001, 500), 'always');
    expect(anomaly).toBe(true);
    expect(explanation!.spans[0]!.text).toBe('500');
    const status = explanation!.values.find(({ text }) => text === '500');
    expect(status!.expected).toContain('one of 2 values');
  });

  it('a value never seen is strange where there always was one', () => {
    const detector = new LogDetector();
    for (let i = 0; i < 1000; i += 1) detector.judge(`worker ended with code 0 after ${1000 + ((i * 7919) % 8999)} ms`);
    expect(detector.look('worker ended with code 0 after 1234 ms').anomaly).toBe(false);
    expect(detector.look('worker ended with code 9 after 1234 ms').anomaly).toBe(true);
  });

  it('days, hours and counters are not, though they have few values for a while', () => {
    const detector = new LogDetector();
    let alarms = 0;
    for (let i = 0; i < 6000; i += 1) {
      const at = new Date(Date.UTC(2026, 10, 21) + i * 60_000).toISOString();
      if (detector.judge(`{"time":"${at}","level":"info","batch":${Math.floor(i / 300)},"msg":"done"}`).anomaly)
        alarms += 1;
    }
    expect(alarms).toBeLessThan(30);
  });

  it('a place with many values is open, and an empty one knows nothing', () => {
    const places = new PlaceValues(2);
    for (let i = 0; i < 500; i += 1) places.learn(1, i % 3 === 0 ? 11 : 22);
    expect(places.excess(1, 11)).toBe(0);
    expect(places.excess(1, 33)).toBeGreaterThan(5);
    expect(places.excess(2, 33)).toBe(0);
    for (let i = 0; i < 40; i += 1) places.learn(1, i * 7919);
    expect(places.excess(1, 99_999)).toBe(0);
    expect(places.known(1)).toBe(0);
    places.reset(1);
    expect(places.excess(1, 33)).toBe(0);
  });
});
