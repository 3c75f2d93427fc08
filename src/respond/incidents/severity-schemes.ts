import type { SeverityRank } from '../../contract/common.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';

/** What a team calls a rank, how soon somebody must respond, and what the word means to them. */
export type SeverityLevel = { rank: SeverityRank; label: string; respondWithinMs: number | null; meaning: string };
export type SeverityScheme = { name: string; levels: readonly SeverityLevel[] };

const MINUTE_MS = 60_000;

/** The schemes that ship. Severity is a rank everywhere; only here it has a name and a clock. */
export const SEVERITY_SCHEMES: readonly SeverityScheme[] = [
  {
    name: 'p1-p4',
    levels: [
      { rank: 1, label: 'P1', respondWithinMs: 5 * MINUTE_MS, meaning: 'completely down' },
      { rank: 2, label: 'P2', respondWithinMs: 15 * MINUTE_MS, meaning: 'errors, but responsive' },
      { rank: 3, label: 'P3', respondWithinMs: 60 * MINUTE_MS, meaning: 'slow or degraded' },
      { rank: 4, label: 'P4', respondWithinMs: null, meaning: 'minor, no response time' },
    ],
  },
];

/** @throws HoldfastError invalid `severity.unknown-scheme` */
export function findScheme(name: string): SeverityScheme {
  const scheme = SEVERITY_SCHEMES.find((candidate) => candidate.name === name);
  if (scheme) return scheme;
  throw new HoldfastError({
    code: 'severity.unknown-scheme',
    kind: 'invalid',
    message: `no severity scheme "${name}"`,
    hint: `Known: ${SEVERITY_SCHEMES.map((candidate) => candidate.name).join(', ')}`,
  });
}

/** The level of a rank; every scheme has all four. */
export function levelOf(scheme: SeverityScheme, rank: SeverityRank): SeverityLevel {
  const level = scheme.levels.find((candidate) => candidate.rank === rank);
  if (level) return level;
  throw new HoldfastError({
    code: 'severity.incomplete-scheme',
    kind: 'bug',
    message: `scheme ${scheme.name} has no rank ${rank}`,
  });
}
