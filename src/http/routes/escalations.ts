import { listOf } from '../../contract/common.ts';
import { escalateNowSchema, escalationSchema } from '../../contract/escalation.ts';
import { readEscalations } from '../../respond/oncall/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { OnCallRouteDeps } from './on-call-definitions.ts';
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
      },
      schema: { params: idParamsSchema, body: escalateNowSchema, response: { 200: listOf(escalationSchema) } },
    },
    async (request) => {
      const { id } = request.params;
      const { actor } = principalOf(request);
      await deps.database.transact((tx) => deps.onCall.escalator.escalateNow(tx, id, { ...request.body, actor }));
      for (const topic of ['outbox', 'pages', 'timers'] as const) deps.wakeups.kick(topic);
      return { items: await readEscalations(db, id), next: null };
    },
  );
}
