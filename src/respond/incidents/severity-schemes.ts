import type { SeverityRank } from '../../contract/common.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';

/** What a team calls a rank, how soon somebody must respond, and what the word means to them. */
export type SeverityLevel = {
  rank: SeverityRank;
  label: string;
  /** Null: by the calendar (`nextBusinessDay`) or no response time at all. */
  respondWithinMs: number | null;
  /** True: until the end of the next business day of whoever's calendar it is. */
  nextBusinessDay: boolean;
  meaning: string;
  /** Null: no time is promised. */
  resolveWithinMs: number | null;
  /** How often the public hears of it; null: as whoever publishes says. */
  updateEveryMs: number | null;
  /** Labels of alerts that have this rank, with their values. */
  alerts: Readonly<Record<string, readonly string[]>>;
};
/** What it says, apart from its name. */
export type SchemeContent = {
  /** Whose business days `nextBusinessDay` means; null: those of the team. */
  calendar: string | null;
  /** Worst first. */
  levels: readonly SeverityLevel[];
};
export type SeverityScheme = SchemeContent & { name: string };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Response = number | 'next business day' | 'none';

function scheme(
  name: string,
  levels: readonly (readonly [label: string, respond: Response, meaning: string])[],
): SeverityScheme {
  return {
    name,
    calendar: null,
    levels: levels.map(([label, respond, meaning], index) => ({
      rank: (index + 1) as SeverityRank,
      label,
      respondWithinMs: typeof respond === 'number' ? respond : null,
      nextBusinessDay: respond === 'next business day',
      meaning,
      resolveWithinMs: null,
      updateEveryMs: null,
      alerts: {},
    })),
  };
}

/** The schemes that ship, worst first. Severity is a rank everywhere; only here it has a name and a clock. */
export const SEVERITY_SCHEMES: readonly SeverityScheme[] = [
  scheme('p1-p4', [
    ['P1', 5 * MINUTE_MS, 'completely down'],
    ['P2', 15 * MINUTE_MS, 'errors, but responsive'],
    ['P3', HOUR_MS, 'slow or degraded'],
    ['P4', 'none', 'minor, no response time'],
  ]),
  scheme('driftmgr', [
    ['P1', 15 * MINUTE_MS, 'critical: service down, data lost'],
    ['P2', 30 * MINUTE_MS, 'major: degraded, part of it out'],
    ['P3', 2 * HOUR_MS, 'minor: one feature broken'],
    ['P4', 'next business day', 'low: cosmetic'],
  ]),
  scheme('idp', [
    ['SEV1', 5 * MINUTE_MS, 'the whole platform is out'],
    ['SEV2', 15 * MINUTE_MS, 'a major feature is unavailable'],
    ['SEV3', HOUR_MS, 'a minor feature is degraded'],
    ['SEV4', 4 * HOUR_MS, 'not critical'],
  ]),
  scheme('discovery-agent', [
    ['P0', 15 * MINUTE_MS, 'critical: completely down'],
    ['P1', 30 * MINUTE_MS, 'high: degraded, many errors'],
    ['P2', 2 * HOUR_MS, 'medium: low impact'],
    ['P3', 'next business day', 'low: for information'],
  ]),
];

/** Names that mean a scheme that ships under another. */
const ALSO_CALLED: Readonly<Record<string, string>> = { architect: 'p1-p4' };
/** Every name that means a scheme without anybody having written one. */
export const SHIPPED_SCHEME_NAMES: readonly string[] = [
  ...SEVERITY_SCHEMES.map(({ name }) => name),
  ...Object.keys(ALSO_CALLED),
];

/** A scheme that ships, by one of its names; null for any other. */
export function findShippedScheme(name: string): SeverityScheme | null {
  return SEVERITY_SCHEMES.find((candidate) => candidate.name === (ALSO_CALLED[name] ?? name)) ?? null;
}

/** @throws HoldfastError invalid `severity.unknown-scheme` */
export function findScheme(name: string): SeverityScheme {
  const found = findShippedScheme(name);
  if (found) return found;
  throw unknownScheme(name, SHIPPED_SCHEME_NAMES);
}

export function unknownScheme(name: string, known: readonly string[]): HoldfastError {
  return new HoldfastError({
    code: 'severity.unknown-scheme',
    kind: 'invalid',
    message: `no severity scheme "${name}"`,
    hint: `Known: ${known.join(', ')}`,
  });
}

/**
 * The scheme of an incident: as it was when the incident opened where a team wrote it, so that a later edit renames no
 * past incident and moves no promise.
 */
export function schemeOf(incident: { scheme: string; keptScheme: SchemeContent | null }): SeverityScheme {
  return incident.keptScheme ? { name: incident.scheme, ...incident.keptScheme } : findScheme(incident.scheme);
}

/** The level of a rank; every scheme has all four. */
export function levelOf(found: SeverityScheme, rank: SeverityRank): SeverityLevel {
  const level = found.levels.find((candidate) => candidate.rank === rank);
  if (level) return level;
  throw new HoldfastError({
    code: 'severity.incomplete-scheme',
    kind: 'bug',
    message: `scheme ${found.name} has no rank ${rank}`,
  });
}
