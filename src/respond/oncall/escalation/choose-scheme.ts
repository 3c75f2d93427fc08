import type { EscalationRoute, TeamSpec } from '../../../contract/oncall.ts';
import { isConnectionLoss, type Queryable } from '../../../platform/db/database.ts';
import { findScheme, findShippedScheme, listSchemes, type SeverityScheme } from '../../incidents/index.ts';
import { findDefinition, listDefinitions, ROUTES } from '../definitions/definition-store.ts';
import { fitsLabels } from './find-route.ts';

const LAST_RESORT = 'p1-p4';

/** Which scheme judges what carries these labels. */
export type SchemeChooser = (labels: Readonly<Record<string, string>>) => SeverityScheme;

/**
 * The scheme of the first route whose labels fit and that names one, itself or by its team; else the configuration's.
 * Ranks in routes do not count here: the scheme says what the rank is.
 * @param configured name of the scheme in the configuration
 */
export async function readSchemeChooser(db: Queryable, configured: string): Promise<SchemeChooser> {
  try {
    return await readChooser(db, configured);
  } catch (thrown) {
    if (isConnectionLoss(thrown)) throw thrown;
    // Definitions that cannot be read must not keep an incident from opening; the escalation tells of them.
    return () => findShippedScheme(configured) ?? findScheme(LAST_RESORT);
  }
}

async function readChooser(db: Queryable, configured: string): Promise<SchemeChooser> {
  const schemes = await listSchemes(db);
  const routes = (await findDefinition(db, 'routes', ROUTES))?.spec ?? [];
  const teams = routes.some(({ team }) => team !== undefined) ? await listDefinitions(db, 'team') : [];
  const teamNamed = new Map(teams.map(({ name, spec }) => [name, spec]));
  const known = (name: string) => schemes.find((scheme) => scheme.name === name) ?? findShippedScheme(name);
  // Nothing that is named can be deleted; should it be gone all the same, an incident has to open.
  const usual = known(configured) ?? findScheme(LAST_RESORT);
  return (labels) => {
    const named = schemeNameFor(routes, teamNamed, labels);
    return (named === null ? null : known(named)) ?? usual;
  };
}

function schemeNameFor(
  routes: readonly EscalationRoute[],
  teams: ReadonlyMap<string, TeamSpec>,
  labels: Readonly<Record<string, string>>,
): string | null {
  for (const route of routes) {
    if (!fitsLabels(route.match, labels)) continue;
    const name = route.scheme ?? (route.team === undefined ? undefined : teams.get(route.team)?.scheme);
    if (name !== undefined) return name;
  }
  return null;
}
