import type { SeverityRank } from '../../../contract/common.ts';
import type { IncidentMeasures } from '../../../contract/incident-measures.ts';
import { levelOf, type SchemeContent, schemeOf } from '../severity-schemes.ts';

export type MeasuredIncident = {
  severity: SeverityRank;
  scheme: string;
  keptScheme: SchemeContent | null;
  openedAt: Date;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  resolvedAt: Date | null;
  /** The end of an incident that was closed without being resolved counts as over, too. */
  over: boolean;
  respondBy: Date | null;
};
/** A page that left. */
export type SentPage = { incidentId: string; recipient: string; at: Date };
export type ShiftOf = { start: string; end: string; user: string };

type Measured = IncidentMeasures['all'];

const BUSIEST_SHOWN = 20;

/**
 * How incidents of a time were answered: MTTA, MTTR, attainment of the promised response times, pages by person and shift.
 * @param now where nobody has answered, whether it is late is a question of the time
 */
export function measureIncidents(
  found: {
    incidents: readonly MeasuredIncident[];
    pages: readonly SentPage[];
    schedules: readonly { schedule: string; shifts: readonly ShiftOf[] }[];
  },
  range: { from: Date; to: Date },
  now: Date,
): IncidentMeasures {
  const { incidents, pages, schedules } = found;
  const levels = Map.groupBy(incidents, ({ scheme, severity }) => `${severity} ${scheme}`);
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    all: measure(incidents, now),
    bySeverity: [...levels.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, each]) => {
        // The word in use now, where a team has renamed a level.
        const latest = each.at(-1)!;
        const { severity: rank, scheme } = latest;
        return { rank, label: levelOf(schemeOf(latest), rank).label, scheme, ...measure(each, now) };
      }),
    people: measurePeople(incidents, pages),
    shifts: schedules.map(({ schedule, shifts }) => ({ schedule, ...measureShifts(shifts, pages) })),
  };
}

function measure(incidents: readonly MeasuredIncident[], now: Date): Measured {
  const took = (until: (incident: MeasuredIncident) => Date | null) =>
    incidents.flatMap((incident) => {
      const end = until(incident);
      return end ? [Math.max(0, end.getTime() - incident.openedAt.getTime())] : [];
    });
  return {
    incidents: incidents.length,
    open: incidents.filter(({ over }) => !over).length,
    toAcknowledge: summarise(took(({ acknowledgedAt }) => acknowledgedAt)),
    toResolve: summarise(took(({ resolvedAt }) => resolvedAt)),
    response: countKept(incidents.map((incident) => judgeResponse(incident, now))),
    resolution: countKept(incidents.map((incident) => judgeResolution(incident, now))),
  };
}

type Promised = 'attained' | 'missed' | 'pending' | 'unpromised';

function countKept(answers: readonly Promised[]): Measured['response'] {
  const count = (answer: Promised) => answers.filter((each) => each === answer).length;
  const [attained, missed] = [count('attained'), count('missed')];
  return {
    attained,
    missed,
    pending: count('pending'),
    unpromised: count('unpromised'),
    ratio: attained + missed === 0 ? null : attained / (attained + missed),
  };
}

/** Whether somebody responded in the time the severity promises. What was over before that needed nobody. */
export function judgeResponse(incident: MeasuredIncident, now: Date): Promised {
  const due = promisedBy(incident);
  if (due === null) return 'unpromised';
  const { acknowledgedAt, resolvedAt } = incident;
  const answers = [acknowledgedAt, resolvedAt].flatMap((at) => (at ? [at.getTime()] : []));
  if (answers.length > 0) return Math.min(...answers) <= due ? 'attained' : 'missed';
  return !incident.over && now.getTime() <= due ? 'pending' : 'missed';
}

/** Whether it was resolved in the time the severity promises. What was closed without that counts as never resolved. */
export function judgeResolution(incident: MeasuredIncident, now: Date): Promised {
  const { resolveWithinMs } = levelOf(schemeOf(incident), incident.severity);
  if (resolveWithinMs === null) return 'unpromised';
  const dueMs = incident.openedAt.getTime() + resolveWithinMs;
  if (incident.resolvedAt) return incident.resolvedAt.getTime() <= dueMs ? 'attained' : 'missed';
  return !incident.over && now.getTime() <= dueMs ? 'pending' : 'missed';
}

/** The time kept with the incident, which knows calendars, or else that of its level. */
function promisedBy(incident: MeasuredIncident): number | null {
  if (incident.respondBy) return incident.respondBy.getTime();
  const { respondWithinMs } = levelOf(schemeOf(incident), incident.severity);
  return respondWithinMs === null ? null : incident.openedAt.getTime() + respondWithinMs;
}

function summarise(timesMs: readonly number[]): Measured['toAcknowledge'] {
  if (timesMs.length === 0) return { count: 0, meanMs: null, medianMs: null };
  const sorted = [...timesMs].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  const mean = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length;
  return { count: sorted.length, meanMs: Math.round(mean), medianMs: Math.round(median) };
}

function measurePeople(incidents: readonly MeasuredIncident[], pages: readonly SentPage[]): IncidentMeasures['people'] {
  const paged = Map.groupBy(pages, ({ recipient }) => recipient);
  const acknowledged = Map.groupBy(
    incidents.filter(({ acknowledgedBy }) => acknowledgedBy !== null),
    ({ acknowledgedBy }) => acknowledgedBy!.replace(/^user:/, ''),
  );
  return [...new Set([...paged.keys(), ...acknowledged.keys()])]
    .map((name) => {
      const own = paged.get(name) ?? [];
      return { name, ...countPages(own), acknowledged: acknowledged.get(name)?.length ?? 0 };
    })
    .sort((a, b) => b.pages - a.pages || b.acknowledged - a.acknowledged || (a.name < b.name ? -1 : 1));
}

function measureShifts(
  shifts: readonly ShiftOf[],
  pages: readonly SentPage[],
): Omit<IncidentMeasures['shifts'][number], 'schedule'> {
  const byUser = new Map(
    [...Map.groupBy(pages, ({ recipient }) => recipient)].map(([user, own]) => [
      user,
      [...own].sort((a, b) => a.at.getTime() - b.at.getTime()),
    ]),
  );
  const measured = shifts.map(({ start, end, user }) => {
    const own = byUser.get(user) ?? [];
    const inside = own.slice(firstFrom(own, Date.parse(start)), firstFrom(own, Date.parse(end)));
    return { start, end, user, ...countPages(inside) };
  });
  const perShift = (count: (shift: (typeof measured)[number]) => number) =>
    shifts.length === 0 ? null : measured.reduce((sum, shift) => sum + count(shift), 0) / shifts.length;
  return {
    shifts: shifts.length,
    pagesPerShift: perShift(({ pages: sent }) => sent),
    incidentsPerShift: perShift(({ incidents }) => incidents),
    busiest: measured
      .filter(({ pages: sent }) => sent > 0)
      .sort((a, b) => b.pages - a.pages || (a.start < b.start ? -1 : 1))
      .slice(0, BUSIEST_SHOWN),
  };
}

function countPages(pages: readonly SentPage[]): { pages: number; incidents: number } {
  return { pages: pages.length, incidents: new Set(pages.map(({ incidentId }) => incidentId)).size };
}

/** Index of the first page at or after a time; they are sorted. */
function firstFrom(pages: readonly SentPage[], atMs: number): number {
  let [low, high] = [0, pages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pages[middle]!.at.getTime() < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
