import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsToOverrides } from './events-to-overrides.ts';
import { readIcal } from './read-ical.ts';
import { renderIcal } from './render-ical.ts';

const calendar = (...lines: string[]) => ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: string[]) => calendar('BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT');
const YEAR = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2027, 0, 1) };
const times = (text: string) => {
  const { events, problems } = readIcal(text, 'Europe/Berlin', YEAR);
  return problems.length > 0
    ? problems
    : events.map(({ startMs, endMs }) => [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(0, 16)));
};

describe('a calendar file', () => {
  it.each([
    [
      ['DTSTART:20260105T090000Z', 'DTEND:20260105T170000Z'],
      ['2026-01-05T09:00', '2026-01-05T17:00'],
    ],
    [
      ['DTSTART;TZID=America/New_York:20260105T090000', 'DURATION:PT8H'],
      ['2026-01-05T14:00', '2026-01-05T22:00'],
    ],
    [
      ['DTSTART;TZID="Europe/Berlin":20260328T090000', 'DURATION:P1D'],
      ['2026-03-28T08:00', '2026-03-29T07:00'],
    ],
    [
      ['DTSTART:20260328T090000', 'DURATION:PT24H'],
      ['2026-03-28T08:00', '2026-03-29T08:00'],
    ],
    [
      ['DTSTART;VALUE=DATE:20260329', 'DTEND;VALUE=DATE:20260330'],
      ['2026-03-28T23:00', '2026-03-29T22:00'],
    ],
    [['DTSTART;VALUE=DATE:20260105'], ['2026-01-04T23:00', '2026-01-05T23:00']],
    [
      ['DTSTART;X-A="b;c:d";TZID=UTC:20260105T000000', 'DURATION:P1W'],
      ['2026-01-05T00:00', '2026-01-12T00:00'],
    ],
  ])('is read: %j', (lines, span) => {
    expect(times(event(...lines))).toEqual([span]);
  });

  it.each([
    [['DTSTART:tomorrow', 'DURATION:PT1H'], '"tomorrow" is not a time such as 20260105T090000Z or 20260105'],
    [['DTSTART:20260230T000000Z', 'DURATION:PT1H'], '"20260230T000000Z" is a time that does not exist'],
    [['DTSTART;TZID=Customized Time Zone:20260105T000000', 'DURATION:PT1H'], 'is not a time zone'],
    [['DTSTART:20260105T000000Z', 'DTEND:20260104T000000Z'], 'the event ends before it begins'],
    [['DTSTART:20260105T000000Z', 'DURATION:-PT1H'], 'is not a length such as PT8H or P1D'],
    [['DTSTART:20260105T000000Z'], 'neither DTEND nor DURATION'],
    [['SUMMARY:x'], 'the event has no DTSTART'],
    [['what is this'], 'this is no "NAME:value" line'],
  ])('says what is wrong and where: %j', (lines, message) => {
    const [problem] = readIcal(event(...lines), 'UTC', YEAR).problems;
    expect(problem?.message).toContain(message);
    expect(problem?.line).toBeGreaterThanOrEqual(2);
  });

  it('leaves cancelled events and alarms out', () => {
    const text = calendar(
      ...['BEGIN:VEVENT', 'UID:1', 'STATUS:CANCELLED', 'DTSTART:20260105T000000Z', 'END:VEVENT'],
      ...[
        'BEGIN:VEVENT',
        'UID:2',
        'DTSTART:20260105T000000Z',
        'DURATION:PT1H',
        'BEGIN:VALARM',
        'DURATION:PT5M',
        'END:VALARM',
      ],
      'END:VEVENT',
    );
    expect(readIcal(text, 'UTC', YEAR)).toMatchObject({ events: [{ uid: '2' }], problems: [] });
  });

  it('says whom an event means, or that nobody is', () => {
    const events = [
      { uid: 'a', series: 'a', summary: 'On call', attendees: ['ada@example.com'], startMs: 0, endMs: 1, line: 2 },
      { uid: 'b', series: 'b', summary: 'grace: primary', attendees: [], startMs: 0, endMs: 1, line: 9 },
      { uid: 'c', series: 'c', summary: 'Team outing', attendees: ['lin@example.com'], startMs: 0, endMs: 1, line: 16 },
      { uid: 'd', series: 'd', summary: 'Somebody', attendees: ['x@example.com'], startMs: 0, endMs: 1, line: 23 },
    ];
    const people = { 'Lin@example.com': 'linus' };
    const { overrides, problems } = eventsToOverrides(events, { people, users: ['ada', 'grace', 'linus'] });
    expect(overrides.map(({ uid, override }) => [uid, override.user])).toEqual([
      ['a', 'ada'],
      ['b', 'grace'],
      ['c', 'linus'],
    ]);
    expect(problems).toEqual([{ line: 23, message: expect.stringContaining('x@example.com') }]);
  });

  it('that we wrote comes back as it was, folded lines, commas and all', () => {
    const summary = fc
      .string({ unit: 'grapheme', maxLength: 120 })
      .filter((text) => text === text.trim() && !text.includes('\r'));
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ summary, startMs: fc.integer({ min: 0, max: 4e9 }), hours: fc.integer({ min: 1, max: 999 }) }),
          { maxLength: 5 },
        ),
        (shifts) => {
          const events = shifts.map(({ summary: text, startMs, hours }, index) => ({
            uid: `shift-${index}@holdfast`,
            startMs: startMs * 1_000,
            endMs: startMs * 1_000 + hours * 3_600_000,
            summary: text,
            description: text,
          }));
          const text = renderIcal({ name: 'primary, all', stampMs: 0, events });
          for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          const read = readIcal(text, 'UTC', YEAR);
          expect(read.problems).toEqual([]);
          expect(read.events.map(({ uid, startMs, endMs, summary: said }) => ({ uid, startMs, endMs, said }))).toEqual(
            events.map(({ uid, startMs, endMs, summary: said }) => ({ uid, startMs, endMs, said })),
          );
        },
      ),
    );
  });

  it('of any kind is read or refused with a line, never a throw', () => {
    const word = fc.constantFrom(
      ...[
        'BEGIN:VEVENT',
        'END:VEVENT',
        'BEGIN:VCALENDAR',
        'END:VCALENDAR',
        'DTSTART',
        ';TZID=Europe/Berlin',
        ';X="',
        ':',
        '\r\n',
        '\n ',
        ' ',
      ],
      ...[
        '20260105T090000',
        '20260105',
        'Z',
        'DURATION:',
        'P1D',
        'PT99999999S',
        'P9999W',
        'DTEND:',
        '99991231T235960Z',
        'SUMMARY:',
        '\\n',
      ],
    );
    const soup = fc
      .array(fc.oneof(word, fc.string({ maxLength: 6 })), { maxLength: 60 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(soup, (text) => {
        const { events, problems } = readIcal(`BEGIN:VCALENDAR\n${text}`, 'Europe/Berlin', YEAR);
        for (const each of events) expect(each.endMs).toBeGreaterThan(each.startMs);
        for (const each of problems) expect(each.line).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });
});
