import { z } from 'zod';
import { listOf, type SeverityRank } from '../../contract/common.ts';
import { escalateNowSchema, escalationSchema, policyPreviewSchema } from '../../contract/escalation.ts';
import { onCallNameSchema } from '../../contract/oncall.ts';
import { readScheme } from '../../respond/incidents/index.ts';
import { findDefinition, previewPolicy, readEscalations } from '../../respond/oncall/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import { runIdempotent } from '../run-idempotent.ts';
import { nameParamsSchema, type OnCallRouteDeps } from './on-call-definitions.ts';
import { idParamsSchema } from './resource-page.ts';

/** How incidents are escalated: what fired, what is to come, and sooner than that. */
export function registerEscalationRoutes(app: HttpApp, deps: OnCallRouteDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/incidents/:id/escalations',
    {
      config: { access: 'viewer', summary: 'Escalations of an incident: what fired and what will if nothing changes' },
      schema: { params: idParamsSchema, response: { 200: listOf(escalationSchema) } },
    },
    async ({ params }) => ({ items: await readEscalations(db, params.id), next: null }),
  );
  app.post(
    '/api/v1/incidents/:id/escalate',
    {
      config: {
        access: 'operator',
        summary: 'The next step of the escalation now; begins a policy where none is running',
        idempotent: true,
      },
      schema: { params: idParamsSchema, body: escalateNowSchema, response: { 200: listOf(escalationSchema) } },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { actor } = principalOf(request);
      const body = await runIdempotent(deps, request, reply, async (tx) => {
        await deps.onCall.escalator.escalateNow(tx, id, { ...request.body, actor });
        return { status: 200, body: { items: await readEscalations(tx, id), next: null } };
      });
      for (const topic of ['pages', 'timers'] as const) deps.wakeups.kick(topic);
      return body;
    },
  );
  app.get(
    '/api/v1/escalation-policies/:name/preview',
    {
      config: {
        access: 'viewer',
        summary: 'Whom a policy would tell of an incident that opened now, and when; nobody is told',
      },
      schema: {
        params: nameParamsSchema,
        querystring: z.object({
          severity: z.coerce.number().int().min(1).max(4).default(1),
          team: onCallNameSchema.optional().describe('Whose roles it means.'),
          scheme: onCallNameSchema.optional().describe('Whose response times; the team’s, or the usual ones.'),
        }),
        response: { 200: listOf(policyPreviewSchema) },
      },
    },
    async ({ params, query }) => {
      const { timezone, known } = deps.onCall;
      const named = query.scheme ?? (query.team && (await findDefinition(db, 'team', query.team))?.spec.scheme);
      const severity = query.severity as SeverityRank;
      const items = await previewPolicy(db, {
        policy: params.name,
        team: query.team ?? null,
        severity,
        scheme: await readScheme(db, named ?? deps.onCall.severityScheme),
        timezone,
        channels: known.channels,
        at: deps.clock.now(),
      });
      return { items, next: null };
    },
  );
}
