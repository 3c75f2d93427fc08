import { expect, it } from 'vitest';
import { phaseOf } from './phase-clock.ts';

const openedAt = new Date('2026-03-01T10:00:00.000Z');
const after = (minutes: number) => new Date(openedAt.getTime() + minutes * 60_000);

it.each([
  [-1, 'respond', 0],
  [0, 'respond', 0],
  [4.99, 'respond', 299_400],
  [5, 'mitigate', 300_000],
  [29.99, 'mitigate', 1_799_400],
  [30, 'resolve', 1_800_000],
  [10_000, 'resolve', 600_000_000],
])('%d minutes after an incident opened the phase is %s', (minutes, name, elapsedMs) => {
  expect(phaseOf({ openedAt, resolvedAt: null }, after(minutes))).toMatchObject({ name, elapsedMs });
});

it('the clock stands still once it is resolved', () => {
  const incident = { openedAt, resolvedAt: after(12) };
  expect(phaseOf(incident, after(900))).toEqual({
    name: 'mitigate',
    fromMs: 300_000,
    untilMs: 1_800_000,
    elapsedMs: 720_000,
  });
});
