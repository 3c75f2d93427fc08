import { z } from 'zod';
import { listOf } from '../../contract/common.ts';
import {
  acknowledgeIncidentSchema,
  changeIncidentRolesSchema,
  changeIncidentSeveritySchema,
  changeIncidentStatusSchema,
  declareIncidentSchema,
  type Incident,
  incidentSchema,
  incidentStatusSchema,
  incidentSummarySchema,
  noteIncidentSchema,
  timelineEntrySchema,
} from '../../contract/incident.ts';
import type { Tx } from '../../platform/db/database.ts';
import {
  acknowledgeIncident,
  changeIncidentRoles,
  changeIncidentSeverity,
  changeIncidentStatus,
  type IncidentRow,
  listIncidents,
  listTimeline,
  noteIncident,
  readIncidentRow,
} from '../../respond/incidents/index.ts';
import { stopPages } from '../../respond/oncall/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import { type DeclareDeps, declareIncident } from '../declare-incident.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { runIdempotent } from '../run-idempotent.ts';
import { idParamsSchema, pageQuerySchema, toPage } from './resource-page.ts';

export type IncidentRouteDeps = HttpDeps &
  DeclareDeps & {
    readBlockers(tx: HttpDeps['database']['db'], incidentId: string): Promise<string[]>;
    readIncident(idOrNumber: string): Promise<Incident>;
    /** What a new severity asks for, in the transaction that sets it. */
    severityChanged(tx: Tx, incident: IncidentRow, at: Date): Promise<void>;
  };

/** Incidents: what is being handled, by whom, and everything that happened. */
export function registerIncidentRoutes(app: HttpApp, deps: IncidentRouteDeps): void {
  const { db } = deps.database;
  const commands = {
    ...deps,
    stopPages,
    blockers: (tx: Tx, incidentId: string) => deps.readBlockers(tx, incidentId),
  };

  const { readIncident } = deps;

  app.get(
    '/api/v1/incidents',
    {
      config: { access: 'viewer', summary: 'Incidents, newest first' },
      schema: {
        querystring: pageQuerySchema.extend({
          status: incidentStatusSchema.optional(),
          open: z.stringbool().optional().describe('Only those that are not over, or only those that are.'),
        }),
        response: { 200: listOf(incidentSummarySchema) },
      },
    },
    async ({ query }) =>
      toPage(await listIncidents(db, { ...query, limit: query.limit + 1, before: query.cursor }), query.limit),
  );
  app.post(
    '/api/v1/incidents',
    {
      config: { access: 'operator', summary: 'Declare an incident', idempotent: true },
      schema: { body: declareIncidentSchema, response: { 201: incidentSummarySchema } },
    },
    async (request, reply) => {
      const { actor } = principalOf(request);
      const body = await runIdempotent(deps, request, reply, async (tx) => {
        return { status: 201, body: await declareIncident(tx, deps, request.body, { at: deps.clock.now(), actor }) };
      });
      for (const topic of ['pages', 'timers'] as const) deps.wakeups.kick(topic);
      return body;
    },
  );
  app.get(
    '/api/v1/incidents/:id',
    {
      config: { access: 'viewer', summary: 'One incident, by id or number, with findings, runs and pages' },
      schema: { params: idParamsSchema, response: { 200: incidentSchema } },
    },
    ({ params }) => readIncident(params.id),
  );
  app.get(
    '/api/v1/incidents/:id/timeline',
    {
      config: { access: 'viewer', summary: 'What happened, oldest first' },
      schema: {
        params: idParamsSchema,
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(1_000).default(500),
          cursor: z.coerce.number().int().min(0).default(0),
        }),
        response: { 200: listOf(timelineEntrySchema) },
      },
    },
    async ({ params, query }) => {
      const row = await readIncidentRow(db, params.id);
      const entries = await listTimeline(db, row.id, { after: query.cursor, limit: query.limit + 1 });
      const items = entries.slice(0, query.limit);
      return { items, next: entries.length > query.limit ? String(items.at(-1)?.seq ?? '') : null };
    },
  );

  const change = <Body extends z.ZodType>(
    path: string,
    summary: string,
    body: Body,
    work: (id: string, body: z.infer<Body>, actor: string) => Promise<void>,
  ) =>
    app.post(
      `/api/v1/incidents/:id/${path}`,
      {
        config: { access: 'operator', summary },
        schema: { params: idParamsSchema, body, response: { 200: incidentSchema } },
      },
      async (request) => {
        const { id } = request.params as { id: string };
        await work(id, request.body as z.infer<Body>, principalOf(request).actor);
        return readIncident(id);
      },
    );
  change('ack', 'Take it: stops every page that has not gone out', acknowledgeIncidentSchema, (id, body, actor) =>
    acknowledgeIncident(commands, id, { ...body, actor }),
  );
  change(
    'status',
    'Set the status; resolving takes a passed verification or an override with a reason',
    changeIncidentStatusSchema,
    (id, body, actor) => changeIncidentStatus(commands, id, { ...body, actor }),
  );
  change('severity', 'Set the severity, with a reason', changeIncidentSeveritySchema, (id, body, actor) =>
    changeIncidentSeverity(deps, id, { ...body, actor }),
  );
  change('roles', 'Assign or clear roles', changeIncidentRolesSchema, (id, body, actor) =>
    changeIncidentRoles(deps, id, { ...body, actor }),
  );
  change('timeline', 'Add a note to the timeline', noteIncidentSchema, (id, body, actor) =>
    noteIncident(deps, id, { text: body.text, at: body.at ? new Date(body.at) : undefined, actor }),
  );
}
