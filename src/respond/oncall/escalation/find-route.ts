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
      return Object.entries(match.labels ?? {}).every(
        ([name, value]) => Object.hasOwn(incident.labels, name) && incident.labels[name] === value,
      );
    }) ?? null
  );
}
