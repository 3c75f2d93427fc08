import { describe, expect, it } from 'vitest';
import type { ShiftBody } from '../../../../src/contract/oncall.ts';
import { daysFrom } from '../../lib/zone-time.ts';
import { fillHoles, layOutRows, placeIn } from './lay-out-shifts.ts';

const shift = (user: string, start: string, end: string): ShiftBody => ({
  user,
  start: `${start}:00.000Z`,
  end: `${end}:00.000Z`,
  layer: 'week',
  insteadOf: null,
  overrideId: null,
});
const days = daysFrom(Date.parse('2026-03-23T10:00:00Z'), 'UTC', 14);

describe('shifts on a calendar', () => {
  it('has a slot for every hole, before, between and after', () => {
    const slots = fillHoles(
      [shift('ada', '2026-03-24T00:00', '2026-03-25T00:00'), shift('grace', '2026-03-26T00:00', '2026-04-05T00:00')],
      days,
    );
    expect(slots.map((slot) => slot.shift?.user ?? '-')).toEqual(['-', 'ada', '-', 'grace', '-']);
    expect(slots.reduce((sum, slot) => sum + slot.endMs - slot.startMs, 0)).toBe(14 * 86_400_000);
  });

  it('is one hole where there is no shift, and none where one covers all', () => {
    expect(fillHoles([], days)).toHaveLength(1);
    expect(fillHoles([shift('ada', '2026-03-01T00:00', '2026-05-01T00:00')], days)).toHaveLength(1);
  });

  it('takes shifts of one person that follow each other as one', () => {
    const slots = fillHoles(
      [shift('ada', '2026-03-23T00:00', '2026-03-30T00:00'), shift('ada', '2026-03-30T00:00', '2026-04-06T00:00')],
      days,
    );
    expect(slots).toHaveLength(1);
  });

  it('cuts a shift where a row ends, and goes on in the next', () => {
    const rows = layOutRows(fillHoles([shift('ada', '2026-03-26T12:00', '2026-03-31T00:00')], days), days);
    expect(rows.map((row) => row.bars.map((bar) => [bar.shift?.user ?? '-', bar.from, bar.to]))).toEqual([
      [
        ['-', 0, 3.5 / 7],
        ['ada', 3.5 / 7, 1],
      ],
      [
        ['ada', 0, 1 / 7],
        ['-', 1 / 7, 1],
      ],
    ]);
  });

  it('has days of equal width also where one is an hour shorter', () => {
    const week = daysFrom(Date.parse('2026-03-26T10:00:00Z'), 'Europe/Berlin', 7);
    expect(placeIn(week, week[3]!.startMs)).toBeCloseTo(3 / 7);
    expect(placeIn(week, week[4]!.startMs)).toBeCloseTo(4 / 7);
    expect(placeIn(week, week[3]!.startMs + 11.5 * 3_600_000)).toBeCloseTo(3.5 / 7);
  });
});
