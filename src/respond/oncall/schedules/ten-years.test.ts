import { describe, expect, it } from 'vitest';
import { type Rotation, scheduleSpecSchema } from '../../../contract/oncall.ts';
import { whoIsOnCall } from './who-is-on-call.ts';

/**
 * Ten years of half hours against an oracle that knows nothing of rotations as we count them: it walks the wall clock of
 * the zone as `Intl.DateTimeFormat` tells it and hands over whenever that clock reaches the next hour for it.
 */
const STEP_MS = 30 * 60_000;
const YEARS_MS = 10 * 365.25 * 86_400_000;
const PEOPLE = ['ada', 'grace', 'linus', 'margaret', 'barbara'];
/** Of the steps far from a change of the clock, one in so many is asked for. */
const SAMPLED = 97;

function createWallClock(timezone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (atMs) => {
    const [month, day, year, hour, minute] = format.format(atMs).split(/\D+/).map(Number);
    return Date.UTC(year!, month! - 1, day!, hour!, minute!);
  };
}

/** Calls back at each half hour with how many handovers have been, and whether the clock changed within a day of it. */
function walk(
  options: { timezone: string; fromMs: number; firstWallMs: number; stepWallMs: number },
  visit: (atMs: number, handovers: number, nearChange: boolean) => void,
): void {
  const wall = createWallClock(options.timezone);
  let handovers = 0;
  let before = wall(options.fromMs - STEP_MS);
  let dueAtMs: number | null = null;
  let changedAtMs = Number.NEGATIVE_INFINITY;
  for (let atMs = options.fromMs; atMs < options.fromMs + YEARS_MS; atMs += STEP_MS) {
    const now = wall(atMs);
    if (now - before !== STEP_MS) changedAtMs = atMs;
    for (;;) {
      const next = options.firstWallMs + handovers * options.stepWallMs;
      // Skipped by the clock: it is due as long after the change as it stood behind it on the old clock.
      const waitMs = next - before;
      if (dueAtMs === null && now - before > STEP_MS && waitMs > STEP_MS && next < now)
        dueAtMs = atMs - STEP_MS + waitMs;
      const reached = dueAtMs === null ? now >= next : atMs >= dueAtMs;
      if (!reached) break;
      handovers += 1;
      dueAtMs = null;
    }
    before = now;
    visit(atMs, handovers, atMs - changedAtMs < 86_400_000);
  }
}

const CASES: readonly {
  timezone: string;
  startsOn: string;
  rotation: Omit<Rotation, 'startsOn' | 'length'> & { length?: number };
}[] = [
  { timezone: 'Europe/Berlin', startsOn: '2021-01-03', rotation: { every: 'week', handoverAt: '02:30' } },
  { timezone: 'America/New_York', startsOn: '2021-01-03', rotation: { every: 'day', handoverAt: '02:00' } },
  { timezone: 'Australia/Lord_Howe', startsOn: '2021-01-03', rotation: { every: 'week', handoverAt: '02:00' } },
  {
    timezone: 'America/Santiago',
    startsOn: '2021-01-03',
    rotation: { every: 'hour', length: 12, handoverAt: '00:00' },
  },
  { timezone: 'Asia/Kolkata', startsOn: '2021-01-04', rotation: { every: 'day', length: 3, handoverAt: '09:30' } },
];

describe('ten years of half hours', () => {
  it.each(CASES)('in $timezone are as the wall clock says', ({ timezone, startsOn, rotation }) => {
    const spec = scheduleSpecSchema.parse({
      timezone,
      layers: [{ name: 'primary', rotation: { startsOn, ...rotation }, participants: PEOPLE }],
    });
    const [hour = 0, minute = 0] = rotation.handoverAt.split(':').map(Number);
    const unitMs = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 }[rotation.every];
    let asked = 0;
    let wrong: string[] = [];
    let step = 0;
    walk(
      {
        timezone,
        fromMs: Date.parse(`${startsOn}T00:00:00Z`) - 2 * 86_400_000,
        firstWallMs: Date.parse(`${startsOn}T00:00:00Z`) + hour * 3_600_000 + minute * 60_000,
        stepWallMs: unitMs * (rotation.length ?? 1),
      },
      (atMs, handovers, nearChange) => {
        step += 1;
        if (!nearChange && step % SAMPLED !== 0) return;
        asked += 1;
        const expected = handovers === 0 ? null : PEOPLE[(handovers - 1) % PEOPLE.length];
        const { user } = whoIsOnCall(spec, [], atMs);
        if (user !== expected)
          wrong = [...wrong, `${new Date(atMs).toISOString()}: ${user}, not ${expected}`].slice(0, 5);
      },
    );
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(1_500);
  });
});
