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
};
export type SeverityScheme = { name: string; levels: readonly SeverityLevel[] };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Response = number | 'next business day' | 'none';

function scheme(
  name: string,
  levels: readonly (readonly [label: string, respond: Response, meaning: string])[],
): SeverityScheme {
  return {
    name,
    levels: levels.map(([label, respond, meaning], index) => ({
      rank: (index + 1) as SeverityRank,
      label,
      respondWithinMs: typeof respond === 'number' ? respond : null,
      nextBusinessDay: respond === 'next business day',
      meaning,
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

/** @throws HoldfastError invalid `severity.unknown-scheme` */
export function findScheme(name: string): SeverityScheme {
  const found = SEVERITY_SCHEMES.find((candidate) => candidate.name === (ALSO_CALLED[name] ?? name));
  if (found) return found;
  throw new HoldfastError({
    code: 'severity.unknown-scheme',
    kind: 'invalid',
    message: `no severity scheme "${name}"`,
    hint: `Known: ${[...SEVERITY_SCHEMES.map((candidate) => candidate.name), ...Object.keys(ALSO_CALLED)].join(', ')}`,
  });
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
