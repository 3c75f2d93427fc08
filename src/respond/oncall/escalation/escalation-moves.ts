import type { SeverityRank } from '../../../contract/common.ts';
import type { CalendarSpec, EscalationTrigger, PolicySpec } from '../../../contract/oncall.ts';
import { parseDurationMs } from '../../../platform/config/parse-units.ts';
import type { SeverityLevel } from '../../incidents/index.ts';
import { nextBusinessDay } from '../schedules/business-time.ts';

/** What an escalation is carried out with. It is kept when it starts: later edits of the policy change later incidents. */
export type EscalationSnapshot = {
  policy: PolicySpec;
  /** The team the incident was routed to. */
  team: string | null;
  /** Of the response times. */
  calendar: CalendarSpec;
  levels: readonly SeverityLevel[];
};

/** The incident as it stands. */
export type EscalationFacts = {
  startedAt: Date;
  severity: SeverityRank;
  acknowledged: boolean;
  over: boolean;
  fired: readonly { round: number; step: number }[];
};

/** Why a step fires. */
export type EscalationCause = 'unacked' | 'unresolved' | 'severity' | 'nobody-before' | 'by-hand';

export type EscalationMove = { round: number; step: number; cause: EscalationCause; dueAt: Date };

/** When a response is due by a level's own clock or calendar. Null: never. */
export function respondBy(level: SeverityLevel, openedAt: Date, calendar: CalendarSpec, times = 1): Date | null {
  if (level.respondWithinMs !== null) return new Date(openedAt.getTime() + level.respondWithinMs * times);
  if (!level.nextBusinessDay) return null;
  const day = nextBusinessDay(calendar, openedAt.getTime(), times);
  return day ? new Date(day.end) : null;
}

/**
 * Every step that is still to come as things stand, soonest first. An acknowledgement takes away what waited for one,
 * the end of the incident takes away everything.
 */
export function movesToCome(snapshot: EscalationSnapshot, facts: EscalationFacts): EscalationMove[] {
  if (facts.over) return [];
  const { policy } = snapshot;
  const rounds = 1 + (policy.repeat?.times ?? 0);
  const everyMs = parseDurationMs(policy.repeat?.every ?? '0s') ?? 0;
  const fired = new Set(facts.fired.map(({ round, step }) => `${round}/${step}`));
  const moves: EscalationMove[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [step, { when, severities }] of policy.steps.entries()) {
      if (fired.has(`${round}/${step}`)) continue;
      if (severities !== undefined && !severities.includes(facts.severity)) continue;
      const possible = when.flatMap((trigger) => {
        const found = dueOf(trigger, snapshot, facts, round);
        return found ? [{ round, step, cause: found.cause, dueAt: new Date(found.dueMs + round * everyMs) }] : [];
      });
      const [soonest] = possible.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
      if (soonest) moves.push(soonest);
    }
  }
  return moves.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || a.round - b.round || a.step - b.step);
}

function dueOf(
  trigger: EscalationTrigger,
  snapshot: EscalationSnapshot,
  facts: EscalationFacts,
  round: number,
): { cause: EscalationCause; dueMs: number } | null {
  if ('unackedAfter' in trigger) {
    const dueMs = facts.acknowledged ? null : delayed(trigger.unackedAfter, snapshot, facts);
    return dueMs === null ? null : { cause: 'unacked', dueMs };
  }
  // Only asking for an acknowledgement is repeated: what an unresolved incident sets off is set off once.
  if (round > 0) return null;
  if ('unresolvedAfter' in trigger) {
    const dueMs = delayed(trigger.unresolvedAfter, snapshot, facts);
    return dueMs === null ? null : { cause: 'unresolved', dueMs };
  }
  return trigger.severityAtOnce.includes(facts.severity)
    ? { cause: 'severity', dueMs: facts.startedAt.getTime() }
    : null;
}

/** Null: the severity has no response time, so nothing waits for it. */
function delayed(delay: string, snapshot: EscalationSnapshot, facts: EscalationFacts): number | null {
  const times = /^(?:(\d) )?response times?$/.exec(delay);
  if (!times) return facts.startedAt.getTime() + (parseDurationMs(delay) ?? 0);
  const level = snapshot.levels.find((candidate) => candidate.rank === facts.severity);
  const by = level && respondBy(level, facts.startedAt, snapshot.calendar, Number(times[1] ?? 1));
  return by ? by.getTime() : null;
}

/** The step after this one that may take its place at once because nobody was found. */
export function nextStepAfter(
  snapshot: EscalationSnapshot,
  facts: EscalationFacts,
  move: Pick<EscalationMove, 'round' | 'step'>,
): number | null {
  const fired = new Set(facts.fired.filter(({ round }) => round === move.round).map(({ step }) => step));
  for (let step = move.step + 1; step < snapshot.policy.steps.length; step += 1) {
    const { severities, do: actions } = snapshot.policy.steps[step]!;
    if (fired.has(step) || !actions.includes('page')) continue;
    if (severities === undefined || severities.includes(facts.severity)) return step;
  }
  return null;
}
