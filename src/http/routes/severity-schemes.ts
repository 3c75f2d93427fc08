import { listOf } from '../../contract/common.ts';
import { severitySchemeSchema } from '../../contract/severity-scheme.ts';
import { listSchemes } from '../../respond/incidents/index.ts';
import type { HttpApp } from '../http-app.ts';
import type { OnCallRouteDeps } from './on-call-definitions.ts';

/** What the ranks are called. Each scheme is read and written with the other definitions of on-call. */
export function registerSeveritySchemeList(app: HttpApp, deps: OnCallRouteDeps): void {
  app.get(
    '/api/v1/severity-schemes',
    {
      config: {
        access: 'viewer',
        summary: 'Severity schemes: what ranks are called, how soon somebody must respond and it must be resolved',
      },
      schema: { response: { 200: listOf(severitySchemeSchema) } },
    },
    async () => ({
      items: (await listSchemes(deps.database.db)).map(({ name, calendar, levels, written }) => ({
        name,
        current: name === deps.onCall.severityScheme,
        written,
        calendar,
        levels: levels.map((level) => ({
          ...level,
          alerts: Object.fromEntries(Object.entries(level.alerts).map(([label, values]) => [label, [...values]])),
        })),
      })),
      next: null,
    }),
  );
}
