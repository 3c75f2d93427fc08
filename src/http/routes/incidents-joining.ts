import { listOf } from '../../contract/common.ts';
import {
  type Incident,
  incidentSchema,
  incidentSummarySchema,
  mergeIncidentSchema,
  relatedFindingSchema,
  splitIncidentSchema,
} from '../../contract/incident.ts';
import { listFindingsAround, listFindingsOfIncident } from '../../respond/findings/index.ts';
import {
  mergeIncident,
  type RejoinDeps,
  readIncidentRow,
  relateFindings,
  splitIncident,
  toIncidentSummary,
} from '../../respond/incidents/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { runIdempotent } from '../run-idempotent.ts';
import { idParamsSchema } from './resource-page.ts';

/** How long before an incident opened findings may already belong to it. */
const BEFORE_MS = 60 * 60_000;
/** Of these the related ones are chosen. */
const MOST_LOOKED_AT = 500;

export type IncidentJoiningDeps = HttpDeps & RejoinDeps & { readIncident(idOrNumber: string): Promise<Incident> };

/** What belongs together: merging incidents, splitting one, and findings that may be part of it. */
export function registerIncidentJoiningRoutes(app: HttpApp, deps: IncidentJoiningDeps): void {
  const { db } = deps.database;
  app.post(
    '/api/v1/incidents/:id/merge',
    {
      config: {
        access: 'operator',
        summary: 'Make it part of another incident, which goes on',
        description:
          'Findings and runs move, waiting pages and escalation steps stop, later findings of its cause join the other. Its own timeline and pages stay, and the other one names it. Answers the one that goes on.',
      },
      schema: { params: idParamsSchema, body: mergeIncidentSchema, response: { 200: incidentSchema } },
    },
    async (request) => {
      await mergeIncident(deps, request.params.id, { ...request.body, actor: principalOf(request).actor });
      return deps.readIncident(request.body.into);
    },
  );
  app.post(
    '/api/v1/incidents/:id/split',
    {
      config: {
        access: 'operator',
        summary: 'Take findings out of it into a new incident',
        description: 'The new incident pages like any other; no run is started by it. Answers the new one.',
        idempotent: true,
      },
      schema: { params: idParamsSchema, body: splitIncidentSchema, response: { 201: incidentSummarySchema } },
    },
    async (request, reply) => {
      const { actor } = principalOf(request);
      const body = await runIdempotent(deps, request, reply, async (tx) => {
        const { id } = await splitIncident(deps, tx, request.params.id, { ...request.body, actor });
        return { status: 201, body: toIncidentSummary(await readIncidentRow(tx, id)) };
      });
      for (const topic of ['outbox', 'pages', 'timers'] as const) deps.wakeups.kick(topic);
      return body;
    },
  );
  app.get(
    '/api/v1/incidents/:id/related',
    {
      config: {
        access: 'viewer',
        summary: 'Findings of others that may belong to it: with labels in common, or begun with it',
      },
      schema: { params: idParamsSchema, response: { 200: listOf(relatedFindingSchema) } },
    },
    async ({ params }) => {
      const incident = await readIncidentRow(db, params.id);
      const others = await listFindingsAround(db, {
        from: new Date(incident.openedAt.getTime() - BEFORE_MS),
        to: incident.resolvedAt ?? deps.clock.now(),
        besides: incident.id,
        most: MOST_LOOKED_AT,
      });
      const about = await listFindingsOfIncident(db, incident.id);
      return { items: relateFindings(incident.openedAt, about, others), next: null };
    },
  );
}
