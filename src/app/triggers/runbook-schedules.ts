import { sql } from 'kysely';
import { nextCronTime, type ParsedRunbook } from '../../act/runbooks/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import { setTimer, type TimerHandler } from '../../platform/timers/timer-service.ts';
import { startTriggeredRun, type TriggerDeps, tell } from './start-triggered-run.ts';

const SCHEDULE_TIMER = 'runbook-schedule';
const SCHEDULE_ACTOR = 'schedule';

type Scheduled = {
  path: string;
  cron: string;
  timezone: string | null;
  procedure: string | null;
  /** The time zone is the configuration's, because the schedule names none. */
  byDefault: boolean;
};

/** What a timer's subject says: the schedule itself, so that a changed one is another timer. */
const subjectOf = ({ path, cron, timezone, procedure, byDefault }: Scheduled) =>
  JSON.stringify([path, cron, timezone, procedure, ...(byDefault ? ['default'] : [])]);

function readSubject(subject: string): Scheduled {
  const [path, cron, timezone, procedure, mark] = JSON.parse(subject) as [
    string,
    string,
    string | null,
    string | null,
    string | undefined,
  ];
  return { path, cron, timezone, procedure, byDefault: mark === 'default' };
}

/**
 * Makes the timers of one runbook those that its text asks for: new ones are set, changed and removed ones cleared,
 * the others go on undisturbed.
 * @param document null when the runbook is gone
 * @param timezone of schedules that name none
 */
export async function syncSchedules(
  tx: Tx,
  path: string,
  document: Pick<ParsedRunbook, 'schedules'> | null,
  options: { timezone: string; now: Date },
): Promise<void> {
  const wanted = (document?.schedules ?? []).map(({ cron, timezone, procedure }) => ({
    path,
    cron,
    timezone: timezone ?? options.timezone,
    procedure,
    byDefault: timezone === null,
  }));
  const subjects = wanted.map(subjectOf);
  await sql`
    delete from timers where kind = ${SCHEDULE_TIMER} and subject::jsonb->>0 = ${path}
      and not (subject = any(${subjects}::text[]))`.execute(tx);
  for (const schedule of wanted) {
    const dueAt = nextCronTime(schedule.cron, schedule.timezone, options.now);
    if (dueAt === null) continue;
    await sql`
      insert into timers (kind, subject, due_at) values (${SCHEDULE_TIMER}, ${subjectOf(schedule)}, ${dueAt})
      on conflict do nothing`.execute(tx);
  }
}

/** Removes the timers of runbooks that are not among these any more. */
export async function forgetSchedules(tx: Tx, paths: readonly string[]): Promise<void> {
  await sql`
    delete from timers where kind = ${SCHEDULE_TIMER} and not (subject::jsonb->>0 = any(${[...paths]}::text[]))`.execute(
    tx,
  );
}

/** Moves schedules that name no time zone to the one that is configured now. */
export async function moveToTimezone(tx: Tx, options: { timezone: string; now: Date }): Promise<void> {
  const others = await sql<{ subject: string }>`
    delete from timers where kind = ${SCHEDULE_TIMER} and subject::jsonb->>4 = 'default'
      and subject::jsonb->>2 is distinct from ${options.timezone} returning subject`.execute(tx);
  for (const { subject } of others.rows) await moveSchedule(tx, readSubject(subject), options);
}

async function moveSchedule(tx: Tx, former: Scheduled, options: { timezone: string; now: Date }): Promise<void> {
  const schedule = { ...former, timezone: options.timezone };
  const dueAt = nextCronTime(schedule.cron, schedule.timezone, options.now);
  if (dueAt !== null) await setTimer(tx, { kind: SCHEDULE_TIMER, subject: subjectOf(schedule), dueAt });
}

/**
 * Starts what is due and sets the next time. A run of the same schedule that has not ended is not joined by another; what
 * was missed while nothing ran is made up for once.
 */
export function scheduleTimers(
  deps: TriggerDeps & { now(): Date; timezone: string },
): Readonly<Record<string, TimerHandler>> {
  return {
    [SCHEDULE_TIMER]: async (tx, timer) => {
      const schedule = readSubject(timer.subject);
      const now = deps.now();
      // The configuration changed while nothing ran: its time is another one.
      if (schedule.byDefault && schedule.timezone !== deps.timezone) {
        await moveSchedule(tx, schedule, { timezone: deps.timezone, now });
        return;
      }
      const after = now > timer.dueAt ? now : timer.dueAt;
      const dueAt = nextCronTime(schedule.cron, schedule.timezone, after);
      if (dueAt !== null) await setTimer(tx, { kind: SCHEDULE_TIMER, subject: timer.subject, dueAt });
      const wanted = { runbook: schedule.path, procedure: schedule.procedure, actor: SCHEDULE_ACTOR, at: timer.dueAt };
      const underWay = await sql<{ id: string }>`
        select id from runs where runbook = ${schedule.path} and started_by = ${SCHEDULE_ACTOR} and ended_at is null
          and (${schedule.procedure}::text is null or procedure = ${schedule.procedure}) limit 1`.execute(tx);
      const former = underWay.rows[0]?.id;
      if (former !== undefined) {
        await tell(tx, 'runbook.trigger-skipped', wanted, { reason: `its last run ${former} has not ended` });
        return;
      }
      const inputs = await inputsOf(deps, schedule);
      await startTriggeredRun(deps, tx, { ...wanted, inputs });
    },
  };
}

async function inputsOf(deps: TriggerDeps, schedule: Scheduled): Promise<Record<string, string>> {
  // A file that cannot be read is told by the start itself.
  const entry = await deps.library.read(schedule.path).catch(() => null);
  const same = entry?.document.schedules.find(
    (each) => each.cron === schedule.cron && each.procedure === schedule.procedure,
  );
  return same?.inputs ?? {};
}
