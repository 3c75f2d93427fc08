import { z } from 'zod';
import { listOf } from '../../contract/common.ts';
import {
  changeStatusComponentSchema,
  createStatusComponentSchema,
  publishIncidentSchema,
  scheduleMaintenanceSchema,
  statusComponentSchema,
  statusDraftSchema,
  statusNoticeSchema,
  updateNoticeSchema,
} from '../../contract/status-page.ts';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import {
  changeComponent,
  insertComponent,
  listDrafts,
  listNotices,
  publishIncident,
  readPublicComponents,
  removeComponent,
  removeDraft,
  scheduleMaintenance,
  toComponent,
  updateNotice,
} from '../../respond/status-page/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { runIdempotent } from '../run-idempotent.ts';

const MOST_NOTICES = 200;
/** Subscribers hear of it. */
const TOLD = { wakes: 'pages' } as const;
const params = z.object({ id: z.string().max(100) });
const createdSchema = z.object({ id: z.string() });

export type StatusPageRouteDeps = HttpDeps & {
  /** Silences alerts for a maintenance. @throws HoldfastError invalid for matchers that are none */
  silenceFor(maintenance: {
    matchers: readonly string[];
    from: Date;
    until: Date;
    name: string;
    by: string;
  }): Promise<void>;
};

/** Writing the status page: what the public then reads is in routes/public-status.ts. */
export function registerStatusPageRoutes(app: HttpApp, deps: StatusPageRouteDeps): void {
  registerComponents(app, deps);
  registerNotices(app, deps);
}

/** On record, as everything that the outside world gets to know. */
async function record(tx: Tx, told: { what: string; at: Date; actor: string; detail: string }): Promise<void> {
  await publish(tx, [
    {
      kind: 'status-page.changed',
      aggregate: 'system:status-page',
      at: told.at,
      actor: told.actor,
      body: { name: told.what, detail: told.detail },
    },
  ]);
}

function registerComponents(app: HttpApp, deps: StatusPageRouteDeps): void {
  app.get(
    '/api/v1/status-page/components',
    {
      config: { access: 'viewer', summary: 'Components of the status page, in their order' },
      schema: { response: { 200: listOf(statusComponentSchema) } },
    },
    async () => ({ items: (await readPublicComponents(deps.database.db)).map(toComponent), next: null }),
  );
  app.post(
    '/api/v1/status-page/components',
    {
      config: { access: 'operator', summary: 'Add a component to the status page', idempotent: true },
      schema: { body: createStatusComponentSchema, response: { 201: statusComponentSchema } },
    },
    (request, reply) =>
      runIdempotent(deps, request, reply, async (tx) => {
        const at = deps.clock.now();
        const { actor } = principalOf(request);
        const made = await insertComponent(tx, {
          ...request.body,
          place: request.body.place,
          id: createId('cmp', at.getTime()),
          at,
        });
        await record(tx, { what: made.name, detail: 'component added', at, actor });
        return { status: 201, body: made };
      }),
  );
  app.patch(
    '/api/v1/status-page/components/:id',
    {
      config: { access: 'operator', summary: 'Change a component, or how it stands' },
      schema: { params, body: changeStatusComponentSchema, response: { 200: statusComponentSchema } },
    },
    async (request) => {
      const at = deps.clock.now();
      const changed = await deps.database.transact(async (tx) => {
        const component = await changeComponent(tx, request.params.id, request.body, at);
        const { actor } = principalOf(request);
        await record(tx, { what: component.name, detail: `component is ${component.status}`, at, actor });
        return component;
      });
      deps.wakeups.kick('outbox');
      return changed;
    },
  );
  app.delete(
    '/api/v1/status-page/components/:id',
    {
      config: { access: 'operator', summary: 'Take a component off the status page' },
      schema: { params, response: { 204: z.void() } },
    },
    async (request, reply) => {
      const at = deps.clock.now();
      await deps.database.transact(async (tx) => {
        await removeComponent(tx, request.params.id);
        await record(tx, {
          what: request.params.id,
          detail: 'component removed',
          at,
          actor: principalOf(request).actor,
        });
      });
      deps.wakeups.kick('outbox');
      reply.code(204);
    },
  );
}

function registerNotices(app: HttpApp, deps: StatusPageRouteDeps): void {
  app.get(
    '/api/v1/status-page/notices',
    {
      config: { access: 'viewer', summary: 'Incidents and maintenances on the status page, open ones first' },
      schema: { response: { 200: listOf(statusNoticeSchema) } },
    },
    async () => ({ items: await listNotices(deps.database.db, MOST_NOTICES), next: null }),
  );
  app.get(
    '/api/v1/status-page/drafts',
    {
      config: { access: 'viewer', summary: 'What escalations drafted for the public and nobody has published yet' },
      schema: { response: { 200: listOf(statusDraftSchema) } },
    },
    async () => ({ items: await listDrafts(deps.database.db), next: null }),
  );
  app.delete(
    '/api/v1/status-page/drafts/:id',
    {
      config: {
        access: 'operator',
        summary: 'Throw a draft away',
        description: 'Publishing an incident with the `incidentId` of a draft settles it, too.',
      },
      schema: { params, response: { 204: z.void() } },
    },
    async (request, reply) => {
      const { id } = request.params;
      await deps.database.transact(async (tx) => {
        if (!(await removeDraft(tx, id)))
          throw new HoldfastError({
            code: 'status-draft.missing',
            kind: 'missing',
            message: `there is no draft ${id}`,
            hint: 'It was published or thrown away: see GET /api/v1/status-page/drafts.',
          });
        await record(tx, {
          what: id,
          detail: 'draft thrown away',
          at: deps.clock.now(),
          actor: principalOf(request).actor,
        });
      });
      deps.wakeups.kick('outbox');
      reply.code(204);
    },
  );
  app.post(
    '/api/v1/status-page/incidents',
    {
      config: {
        access: 'operator',
        summary: 'Tell the public of an incident',
        description: 'The message must say the impact, the status and when the next update comes.',
        idempotent: true,
      },
      schema: { body: publishIncidentSchema, response: { 201: createdSchema } },
    },
    (request, reply) =>
      runIdempotent(
        deps,
        request,
        reply,
        async (tx) => {
          const at = deps.clock.now();
          const { actor } = principalOf(request);
          const { startedAt, ...wanted } = request.body;
          const id = await publishIncident(tx, {
            ...wanted,
            startedAt: startedAt === undefined ? at : new Date(startedAt),
            at,
            actor,
          });
          await record(tx, { what: wanted.name, detail: `published as ${wanted.status}`, at, actor });
          return { status: 201, body: { id } };
        },
        TOLD,
      ),
  );
  app.post(
    '/api/v1/status-page/notices/:id/updates',
    {
      config: { access: 'operator', summary: 'Tell the public how it goes on', idempotent: true },
      schema: { params, body: updateNoticeSchema, response: { 201: createdSchema } },
    },
    (request, reply) =>
      runIdempotent(
        deps,
        request,
        reply,
        async (tx) => {
          const at = deps.clock.now();
          const { actor } = principalOf(request);
          await updateNotice(tx, request.params.id, { ...request.body, at, actor });
          await record(tx, { what: request.params.id, detail: `is ${request.body.status}`, at, actor });
          return { status: 201, body: { id: request.params.id } };
        },
        TOLD,
      ),
  );
  app.post(
    '/api/v1/status-page/maintenances',
    {
      config: {
        access: 'operator',
        summary: 'Announce a maintenance',
        description: 'Begins and ends by itself; `silence` keeps the alerts it causes quiet for the time.',
        idempotent: true,
      },
      schema: { body: scheduleMaintenanceSchema, response: { 201: createdSchema } },
    },
    (request, reply) =>
      runIdempotent(
        deps,
        request,
        reply,
        async (tx) => {
          const at = deps.clock.now();
          const { actor } = principalOf(request);
          const [from, until] = [new Date(request.body.scheduledFor), new Date(request.body.scheduledUntil)];
          const id = await scheduleMaintenance(tx, { ...request.body, scheduledFor: from, scheduledUntil: until, at });
          await record(tx, { what: request.body.name, detail: 'maintenance announced', at, actor });
          if (request.body.silence.length > 0)
            await deps.silenceFor({ matchers: request.body.silence, from, until, name: request.body.name, by: actor });
          return { status: 201, body: { id } };
        },
        TOLD,
      ),
  );
}
