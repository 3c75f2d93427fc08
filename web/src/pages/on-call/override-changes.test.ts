import { describe, expect, it } from 'vitest';
import type { ShiftBody } from '../../../../src/contract/oncall.ts';
import { changesOf } from './override-changes.ts';

const HOUR_MS = 3_600_000;
const at = (hour: number) => new Date(hour * HOUR_MS).toISOString();
const shift = (user: string, from: number, to: number): ShiftBody => ({
  user,
  start: at(from),
  end: at(to),
  layer: 'day',
  insteadOf: null,
  overrideId: null,
});
const SHIFTS = [shift('ada', 0, 8), shift('grace', 8, 16), shift('ada', 20, 24)];

describe('what an override changes', () => {
  it.each([
    ['for whoever is on', null, 6, 10, ['ada 6-8', 'grace 8-10']],
    ['only where one would be on', 'grace', 6, 10, ['grace 8-10']],
    ['a hole it fills', null, 14, 22, ['grace 14-16', 'nobody 16-20', 'ada 20-22']],
    ['no hole where it replaces one person', 'ada', 14, 22, ['ada 20-22']],
    ['what is beyond the shifts that are known is not told', null, 22, 40, ['ada 22-24']],
    ['a time of nobody who is replaced', 'linus', 0, 24, []],
  ])('%s', (_name, replaces, from, to, expected) => {
    const changes = changesOf({ user: 'linus', replaces, startMs: from * HOUR_MS, endMs: to * HOUR_MS }, SHIFTS);
    expect(
      changes.map(
        ({ insteadOf, startMs, endMs }) => `${insteadOf ?? 'nobody'} ${startMs / HOUR_MS}-${endMs / HOUR_MS}`,
      ),
    ).toEqual(expected);
  });

  it('is nothing where the same person is on anyway', () => {
    expect(changesOf({ user: 'ada', replaces: null, startMs: 0, endMs: 8 * HOUR_MS }, SHIFTS)).toEqual([]);
  });
});
