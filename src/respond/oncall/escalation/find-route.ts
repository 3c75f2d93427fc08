import type { SeverityRank } from '../../../contract/common.ts';
import type { EscalationRoute } from '../../../contract/oncall.ts';

/** The first route that fits an incident; null: none does, and the pagers of the configuration are told as always. */
export function findRoute(
  routes: readonly EscalationRoute[],
  incident: { severity: SeverityRank; labels: Readonly<Record<string, string>> },
): EscalationRoute | null {
  return (
    routes.find(({ match }) => {
      if (match.severities !== undefined && !match.severities.includes(incident.severity)) return false;
      return fitsLabels(match, incident.labels);
    }) ?? null
  );
}

export function fitsLabels(match: EscalationRoute['match'], labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(match.labels ?? {}).every(
    ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
  );
}
