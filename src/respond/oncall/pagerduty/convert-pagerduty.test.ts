import { describe, expect, it } from 'vitest';
import type { ScheduleSpec } from '../../../contract/oncall.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { shiftsBetween } from '../schedules/shifts.ts';
import { convertPagerDuty } from './convert-pagerduty.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-03-01T00:00:00Z');
const person = (id: string, name: string) => ({ user: { id, type: 'user_reference', summary: name } });
const ADA = person('PADA', 'Ada Lovelace');
const GRACE = person('PGRACE', 'Grace Hopper');
const LINUS = person('PLINUS', 'Linus');
const USERS = ['ada', 'grace', 'linus'];
type Restriction = { type: string; start_time_of_day: string; duration_seconds: number; start_day_of_week?: number };
type Layer = {
  name: string;
  start: string;
  end: string | null;
  rotation_virtual_start: string;
  rotation_turn_length_seconds: number;
  users: (typeof ADA)[];
  restrictions: Restriction[];
};
const layer = (given: Partial<Layer> = {}): Layer => ({
  name: 'Layer 1',
  start: '2024-01-01T09:00:00-05:00',
  end: null,
  rotation_virtual_start: '2024-01-01T09:00:00-05:00',
  rotation_turn_length_seconds: 604_800,
  users: [ADA, GRACE, LINUS],
  restrictions: [],
  ...given,
});
const schedule = (layers: Layer[], more: object = {}) => ({
  schedule: { id: 'PS1', name: 'Daily Engineering', time_zone: 'America/New_York', schedule_layers: layers, ...more },
});
const convert = (documents: object[], people: Record<string, string> = {}, nowMs = NOW) =>
  convertPagerDuty(
    documents.map((document, index) => ({ name: `${index}.json`, text: JSON.stringify(document) })),
    { people, users: USERS, nowMs },
  );
const refusal = (work: () => unknown): HoldfastError => {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return thrown;
    throw thrown;
  }
  throw new Error('it was not refused');
};

/** Who is on call by PagerDuty's own rules, worked out from the wall clock alone. */
function byTheirRules(layers: readonly Layer[], timezone: string): (atMs: number) => string | null {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    ...({ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const),
    hourCycle: 'h23',
  });
  /** The wall clock as if it were UTC. */
  const wall = (ms: number) => {
    const at = Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(at['year']!, at['month']! - 1, at['day'], at['hour'], at['minute']);
  };
  const WEEK_S = 604_800;
  return (atMs) => {
    const now = wall(atMs);
    const weekSecond = (((now / 1_000 - Date.UTC(2024, 0, 1) / 1_000) % WEEK_S) + WEEK_S) % WEEK_S;
    for (const each of layers) {
      if (atMs < Date.parse(each.start)) continue;
      const open =
        each.restrictions.length === 0 ||
        each.restrictions.some(
          ({ type, start_time_of_day: start, duration_seconds: seconds, start_day_of_week: day }) => {
            const [hours = 0, minutes = 0] = start.split(':').map(Number);
            const days = type === 'daily_restriction' ? [0, 1, 2, 3, 4, 5, 6] : [day! - 1];
            return days.some((first) => {
              const begin = first * 86_400 + hours * 3_600 + minutes * 60;
              return (weekSecond - begin + WEEK_S) % WEEK_S < seconds;
            });
          },
        );
      if (!open) continue;
      const turn = Math.floor(
        (now - wall(Date.parse(each.rotation_virtual_start))) / (each.rotation_turn_length_seconds * 1_000),
      );
      const count = each.users.length;
      return each.users[((turn % count) + count) % count]!.user.summary.split(' ')[0]!.toLowerCase();
    }
    return null;
  };
}

function compare(layers: readonly Layer[], timezone: string, spec: ScheduleSpec): void {
  const theirs = byTheirRules(layers, timezone);
  const range = { start: NOW - 365 * DAY_MS, end: NOW + 365 * DAY_MS };
  const shifts = shiftsBetween(spec, [], range);
  let place = 0;
  // Half an hour past: hours that are skipped or come twice are said apart.
  for (let at = range.start + 1_800_000; at < range.end; at += 7_200_000) {
    while (place < shifts.length && shifts[place]!.end <= at) place += 1;
    const shift = shifts[place];
    const ours = shift && shift.start <= at ? shift.user : null;
    if (ours !== theirs(at)) expect.fail(`${new Date(at).toISOString()}: ${ours} here, ${theirs(at)} there`);
  }
}

const hours = (type: 'daily' | 'weekly', start: string, seconds: number, day?: number): Restriction => ({
  type: `${type}_restriction`,
  start_time_of_day: start,
  duration_seconds: seconds,
  ...(day === undefined ? {} : { start_day_of_week: day }),
});

describe('a schedule of PagerDuty', () => {
  it.each([
    ['a weekly rotation', 'America/New_York', [layer()]],
    [
      'a daily one of two weeks ago, begun amid a longer one',
      'Europe/Berlin',
      [layer({ rotation_turn_length_seconds: 86_400 })],
    ],
    ['turns of twelve hours', 'UTC', [layer({ rotation_turn_length_seconds: 43_200, users: [ADA, GRACE] })]],
    ['turns of ten days', 'Asia/Tokyo', [layer({ rotation_turn_length_seconds: 864_000 })]],
    [
      'a layer that starts later than its rotation, at a handover',
      'America/New_York',
      [layer({ start: '2025-08-18T09:00:00-04:00' })],
    ],
    [
      'office hours over nights and weekends',
      'America/New_York',
      [
        layer({ name: 'Office', restrictions: [1, 2, 3, 4, 5].map((day) => hours('weekly', '09:00:00', 28_800, day)) }),
        layer({ name: 'Nights', users: [LINUS, GRACE], restrictions: [hours('daily', '20:00:00', 43_200)] }),
        layer({ name: 'Weekend', users: [GRACE], restrictions: [hours('weekly', '17:00:00', 226_800, 5)] }),
      ],
    ],
    [
      'hours to midnight, from midnight, and around the week',
      'Europe/Berlin',
      [
        layer({ name: 'a', users: [ADA], restrictions: [hours('daily', '18:00:00', 21_600)] }),
        layer({ name: 'b', users: [GRACE], restrictions: [hours('weekly', '00:00:00', 172_800, 3)] }),
        layer({ name: 'c', users: [LINUS], restrictions: [hours('weekly', '12:00:00', 345_600, 6)] }),
      ],
    ],
    ['hours that leave nothing out', 'UTC', [layer({ restrictions: [hours('daily', '05:00:00', 86_400)] })]],
  ] as const)('has the same people on call, a year back and ahead: %s', (_what, timezone, layers) => {
    const { schedules, notes } = convert([schedule([...layers], { time_zone: timezone })]);
    expect(notes).toEqual([]);
    compare(layers, timezone, schedules['daily-engineering']!);
  });

  it('tells by name what is not carried over', () => {
    const { schedules, notes } = convert([
      schedule([
        layer({ name: 'Ended', end: '2025-01-01T00:00:00Z' }),
        layer({ name: 'Ends', end: '2027-01-01T00:00:00Z' }),
        layer({ name: 'Empty', users: [] }),
        layer({ name: 'Odd', rotation_turn_length_seconds: 5_000 }),
        layer({ name: 'Amid', start: '2026-04-01T12:00:00Z' }),
        layer({ name: 'Seconds', restrictions: [hours('daily', '08:00:00', 32_101)] }),
      ]),
    ]);
    expect(schedules['daily-engineering']?.layers.map(({ name }) => name)).toEqual(['ends', 'amid', 'seconds']);
    expect(notes.map(({ about, message }) => `${about}: ${message}`)).toEqual([
      'schedule "Daily Engineering": layer "Ended": left out: it ended on 2025-01-01T00:00:00Z',
      'schedule "Daily Engineering": layer "Ends": it ends on 2027-01-01T00:00:00Z, which is not carried over: take it out then',
      'schedule "Daily Engineering": layer "Empty": left out: nobody is in it',
      'schedule "Daily Engineering": layer "Odd": left out: turns of 5000 s are no whole hours, days or weeks',
      'schedule "Daily Engineering": layer "Amid": it starts on 2026-04-01T12:00:00Z, amid a turn; here it starts with that turn, on 2026-03-30T13:00:00.000Z',
      'schedule "Daily Engineering": layer "Seconds": its hours from 08:00:00 for 32101 s are rounded to whole minutes',
    ]);
    const zone = convert([schedule([layer()], { time_zone: 'Eastern' })]);
    expect(zone).toMatchObject({ schedules: {}, notes: [{ message: expect.stringContaining('time zone "Eastern"') }] });
  });

  it('brings its overrides, and is compared with the shifts that were computed there', () => {
    const entry = (start: string, end: string, who: typeof ADA) => ({ start, end, ...who });
    const overrides = [
      entry('2025-03-02T09:00:00-05:00', '2025-03-02T17:00:00-05:00', LINUS),
      entry('2026-03-02T09:00:00-05:00', '2026-03-02T17:00:00-05:00', LINUS),
    ];
    const rendered = (who: typeof ADA) => ({
      overrides_subschedule: { rendered_schedule_entries: overrides },
      final_schedule: {
        rendered_schedule_entries: [overrides[1], entry('2026-03-02T17:00:00-05:00', '2026-03-09T09:00:00-04:00', who)],
      },
    });
    // Monday, 2 March 2026 begins the 113th week of the rotation.
    const right = convert([schedule([layer()], rendered(LINUS))]);
    expect(right.notes).toEqual([]);
    expect(right.overrides).toEqual([
      {
        schedule: 'daily-engineering',
        override: { user: 'linus', start: '2026-03-02T14:00:00.000Z', end: '2026-03-02T22:00:00.000Z' },
      },
    ]);
    expect(convert([schedule([layer()], rendered(ADA))]).notes).toEqual([
      {
        about: 'schedule "Daily Engineering"',
        message: 'its shifts differ: from 2026-03-02T17:00:00-05:00 ada is on call there and linus here',
      },
    ]);
  });
});

describe('people of PagerDuty', () => {
  const stranger = person('PX', 'Somebody Else');

  it('are found by address, by who somebody says they are, and by name; who is not is told', () => {
    const whole = { users: [{ id: 'PX', name: 'Somebody Else', email: 'Grace@example.com' }] };
    const participants = (converted: ReturnType<typeof convert>) =>
      converted.schedules['daily-engineering']?.layers[0]?.participants;
    const ofOne = [schedule([layer({ users: [stranger] })])];
    expect(participants(convert([...ofOne, whole]))).toEqual(['grace']);
    expect(participants(convert(ofOne, { 'Somebody Else': 'ada' }))).toEqual(['ada']);
    expect(participants(convert(ofOne, { PX: 'linus' }))).toEqual(['linus']);
    const other = { users: [{ id: 'PX', name: 'Somebody Else', email: 'else@example.com' }] };
    expect(refusal(() => convert([...ofOne, other]))).toMatchObject({
      code: 'oncall.people-missing',
      message: 'nobody here is Somebody Else <else@example.com> (PX)',
      hint: expect.stringContaining('--person "else@example.com=USER"'),
    });
  });
});

describe('an escalation policy of PagerDuty', () => {
  it('becomes steps that come when the ones before had their time', () => {
    const policy = {
      escalation_policy: {
        id: 'PE1',
        name: 'Shop: Prod!',
        description: 'all of the shop',
        num_loops: 2,
        on_call_handoff_notifications: 'always',
        escalation_rules: [
          { escalation_delay_in_minutes: 5, targets: [{ id: 'PS1', type: 'schedule_reference', summary: 'Daily' }] },
          {
            escalation_delay_in_minutes: 25,
            escalation_rule_assignment_strategy: { type: 'round_robin' },
            targets: [ADA.user, { id: 'PS9', type: 'schedule_reference', summary: 'Other' }],
          },
        ],
        services: [{ id: 'PSV', summary: 'Checkout' }],
        teams: [{ id: 'PT', summary: 'Shop' }],
      },
    };
    const { policies, notes } = convert([policy, schedule([layer()])]);
    expect(policies).toEqual({
      'shop-prod': {
        description: 'all of the shop',
        steps: [
          { name: 'Level 1', when: [{ unackedAfter: '0s' }], to: [{ schedule: 'daily-engineering' }], do: ['page'] },
          { name: 'Level 2', when: [{ unackedAfter: '5m' }], to: [{ user: 'ada' }], do: ['page'] },
        ],
        repeat: { times: 2, every: '30m' },
        fallback: [],
      },
    });
    expect(notes.map(({ message }) => message)).toEqual([
      'level 2: schedule "Other" is left out: give its file too',
      'level 2 takes turns among its targets; here it tells all of them',
      'services Checkout lead to it there: write routes for them',
      'it belongs to teams Shop, which are not carried over',
      'notices of handovers are not sent here',
    ]);
  });

  it.each([
    ['{', 'x.json is not valid JSON'],
    ['{}', 'holds none of schedule, schedules, escalation_policy'],
    [
      '{"schedule": {"id": "P", "time_zone": "UTC", "schedule_layers": [{"users": []}]}}',
      'schedule.schedule_layers.0.start',
    ],
  ])('that is none is refused: %s', (text, message) => {
    const options = { people: {}, users: [], nowMs: NOW };
    expect(refusal(() => convertPagerDuty([{ name: 'x.json', text }], options)).message).toContain(message);
  });
});
