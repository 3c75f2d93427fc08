import type { SeverityRank } from '../../contract/common.ts';
import type { LabelSet } from '../../detect/alerting/index.ts';
import type { SeverityScheme } from '../../respond/incidents/index.ts';

/** The words alerts and events use for how bad it is, as ranks. Prometheus has no list; these are in use. */
const RANKS: Readonly<Record<string, SeverityRank>> = {
  emergency: 1,
  disaster: 1,
  critical: 1,
  crit: 1,
  fatal: 1,
  page: 1,
  p1: 1,
  sev1: 1,
  s1: 1,
  error: 2,
  high: 2,
  major: 2,
  urgent: 2,
  p2: 2,
  sev2: 2,
  s2: 2,
  warning: 3,
  warn: 3,
  medium: 3,
  average: 3,
  moderate: 3,
  minor: 3,
  ticket: 3,
  p3: 3,
  sev3: 3,
  s3: 3,
  info: 4,
  information: 4,
  informational: 4,
  notice: 4,
  low: 4,
  none: 4,
  debug: 4,
  ok: 4,
  p4: 4,
  sev4: 4,
  s4: 4,
};
const LABELS = ['severity', 'priority', 'level'];
/** What says nothing of itself is worth a look, and nobody's sleep. */
const UNSAID: SeverityRank = 3;

/** The rank of a word such as `critical`; null for one nobody knows. */
export function rankOfWord(word: string): SeverityRank | null {
  return RANKS[word.trim().toLowerCase()] ?? null;
}

/** How bad an alert is: what its scheme says of its labels, worst first, else what their words mean everywhere. */
export function rankOfAlert(labels: LabelSet, scheme: Pick<SeverityScheme, 'levels'>): SeverityRank {
  const said = scheme.levels.find(({ alerts }) =>
    Object.entries(alerts).some(
      ([label, values]) => Object.hasOwn(labels, label) && values.includes(labels[label] ?? ''),
    ),
  );
  if (said) return said.rank;
  for (const label of LABELS) {
    const rank = Object.hasOwn(labels, label) ? rankOfWord(labels[label] ?? '') : null;
    if (rank !== null) return rank;
  }
  return UNSAID;
}
