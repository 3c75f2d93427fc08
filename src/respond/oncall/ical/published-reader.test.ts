import fc from 'fast-check';
import ical from 'node-ical';
import { expect, it } from 'vitest';
import { renderIcal } from './render-ical.ts';

it('a calendar of shifts is read by a published reader as it was meant', () => {
  // Quotes are left out: this reader takes them for its own.
  const summary = fc
    .array(fc.constantFrom('on call', ',', ';', '\\', 'ä', '日本', '🙂', ':', 'n', '(all)', 'x'.repeat(80)), {
      minLength: 1,
      maxLength: 8,
    })
    .map((parts) => parts.join(' '));
  const event = fc.record({
    summary,
    startMs: fc.integer({ min: 0, max: 4_000_000 }),
    hours: fc.integer({ min: 1, max: 999 }),
  });
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), (shifts) => {
      const events = shifts.map((shift, index) => ({
        uid: `shift-${index}@holdfast`,
        startMs: shift.startMs * 1_000_000,
        endMs: shift.startMs * 1_000_000 + shift.hours * 3_600_000,
        summary: shift.summary,
        description: shift.summary,
      }));
      const read = ical.sync.parseICS(renderIcal({ name: 'primary', stampMs: 0, events }));
      const found = Object.values(read).flatMap((entry) =>
        entry?.type === 'VEVENT'
          ? [{ uid: entry.uid, startMs: entry.start.getTime(), endMs: entry.end?.getTime(), summary: entry.summary }]
          : [],
      );
      expect(found).toEqual(events.map(({ description: _description, ...rest }) => rest));
    }),
    { numRuns: 100 },
  );
});
