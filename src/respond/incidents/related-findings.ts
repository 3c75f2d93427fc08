import type { Finding } from '../../contract/finding.ts';
import type { RelatedFinding } from '../../contract/incident.ts';

/** Two things that begin so close to each other may have one cause, whatever they are called. */
const TOGETHER_MS = 5 * 60_000;
const MOST_SHOWN = 20;
/** Labels that say how bad or what kind of thing it is, and nothing about where it is. */
const NOT_ABOUT_PLACE = new Set(['severity', 'alertname', 'alertGroup', 'priority', 'level', 'monitor', 'prometheus']);

/**
 * Which of other findings may belong to an incident: those that share a label with its findings, most labels first, then
 * those that began with it. The nearest in time come first among equals.
 * @param about the findings of the incident
 * @param others findings that are not, from around its time
 */
export function relateFindings(
  openedAt: Date,
  about: readonly Pick<Finding, 'labels'>[],
  others: readonly Finding[],
): RelatedFinding[] {
  const known = new Set(about.flatMap(({ labels }) => pairsOf(labels)));
  return others
    .map((finding) => ({
      finding,
      shared: pairsOf(finding.labels).filter((pair) => known.has(pair)),
      afterMs: Date.parse(finding.openedAt) - openedAt.getTime(),
    }))
    .filter(({ shared, afterMs }) => shared.length > 0 || Math.abs(afterMs) <= TOGETHER_MS)
    .sort((a, b) => b.shared.length - a.shared.length || Math.abs(a.afterMs) - Math.abs(b.afterMs))
    .slice(0, MOST_SHOWN);
}

function pairsOf(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels)
    .filter(([name, value]) => !NOT_ABOUT_PLACE.has(name) && value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .sort();
}
