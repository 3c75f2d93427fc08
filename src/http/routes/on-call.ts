import { z } from 'zod';
import { listOf, timestampSchema } from '../../contract/common.ts';
import {
  newOverrideSchema,
  onCallNameSchema,
  onCallNowSchema,
  overrideSchema,
  shiftSchema,
} from '../../contract/oncall.ts';
import {
  calendarFeedSchema,
  createdFeedSchema,
  createFeedSchema,
  importedIcalSchema,
  importIcalSchema,
} from '../../contract/oncall-api.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import { hashToken, randomText } from '../../platform/identity/secret-token.ts';
import { findUserByName } from '../../platform/identity/user-store.ts';
import {
  addOverride,
  findFeed,
  findFeedByToken,
  importIcal,
  insertFeed,
  listFeeds,
  listOnCallNow,
  listOverrides,
  readOnCallNow,
  readSchedule,
  readShifts,
  removeOverride,
  renderFeed,
  revokeFeed,
  tellOnCall,
} from '../../respond/oncall/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import { runIdempotent } from '../run-idempotent.ts';
import { nameParamsSchema, type OnCallRouteDeps } from './on-call-definitions.ts';
import { idParamsSchema } from './resource-page.ts';

const DAY_MS = 86_400_000;
const FEED_SECRET_CHARS = 52;
const atQuery = z.object({ at: timestampSchema.optional().describe('Now unless given.') });

/** Who is on call, shifts, overrides, calendars. */
export function registerOnCallRoutes(app: HttpApp, deps: OnCallRouteDeps): void {
  registerReading(app, deps);
  registerOverrides(app, deps);
  registerFeeds(app, deps);
}

function registerReading(app: HttpApp, deps: OnCallRouteDeps): void {
  const { db } = deps.database;
  const now = (at: string | undefined) => (at === undefined ? deps.clock.now() : new Date(at));
  app.get(
    '/api/v1/oncall',
    {
      config: { access: 'viewer', summary: 'Who is on call in every schedule, why, until when and who is next' },
      schema: { querystring: atQuery, response: { 200: listOf(onCallNowSchema) } },
    },
    async ({ query }) => ({ items: await listOnCallNow(db, now(query.at)), next: null }),
  );
  app.get(
    '/api/v1/schedules/:name/oncall',
    {
      config: { access: 'viewer', summary: 'Who is on call in one schedule, and why' },
      schema: { params: nameParamsSchema, querystring: atQuery, response: { 200: onCallNowSchema } },
    },
    ({ params, query }) => readOnCallNow(db, params.name, now(query.at)),
  );
  app.get(
    '/api/v1/schedules/:name/shifts',
    {
      config: { access: 'viewer', summary: 'Shifts of a schedule; two weeks from now unless told otherwise' },
      schema: {
        params: nameParamsSchema,
        querystring: z.object({
          from: timestampSchema.optional(),
          to: timestampSchema.optional(),
          layer: onCallNameSchema.optional().describe('Only this layer.'),
        }),
        response: { 200: listOf(shiftSchema) },
      },
    },
    async ({ params, query }) => {
      const from = now(query.from);
      const to = query.to === undefined ? new Date(from.getTime() + 14 * DAY_MS) : new Date(query.to);
      return { items: await readShifts(db, params.name, { from, to, layer: query.layer ?? null }), next: null };
    },
  );
}

function registerOverrides(app: HttpApp, deps: OnCallRouteDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/schedules/:name/overrides',
    {
      config: { access: 'viewer', summary: 'Overrides that are not over, or those since a time' },
      schema: {
        params: nameParamsSchema,
        querystring: z.object({ from: timestampSchema.optional() }),
        response: { 200: listOf(overrideSchema) },
      },
    },
    async ({ params, query }) => {
      const from = query.from === undefined ? deps.clock.now() : new Date(query.from);
      await readSchedule(db, params.name, { from, to: from });
      return { items: await listOverrides(db, params.name, { from, to: null, limit: 1_000 }), next: null };
    },
  );
  app.post(
    '/api/v1/schedules/:name/overrides',
    {
      config: { access: 'operator', summary: 'Somebody stands in', idempotent: true },
      schema: { params: nameParamsSchema, body: newOverrideSchema, response: { 201: overrideSchema } },
    },
    (request, reply) =>
      runIdempotent(deps, request, reply, async (tx) => ({
        status: 201,
        body: await addOverride(tx, request.params.name, request.body, {
          at: deps.clock.now(),
          actor: principalOf(request).actor,
        }),
      })),
  );
  app.delete(
    '/api/v1/schedules/:name/overrides/:id',
    {
      config: { access: 'operator', summary: 'Take an override back' },
      schema: { params: nameParamsSchema.extend({ id: z.string().max(100) }), response: { 204: z.void() } },
    },
    async (request, reply) => {
      const by = { at: deps.clock.now(), actor: principalOf(request).actor };
      await deps.database.transact((tx) => removeOverride(tx, request.params.name, request.params.id, by));
      deps.wakeups.kick('outbox');
      reply.code(204);
    },
  );
  app.post(
    '/api/v1/schedules/:name/import',
    {
      config: {
        access: 'operator',
        summary: 'Make overrides of the events of an iCalendar file',
        description:
          'Events keep their UID: imported again, they are brought up to date. Refused as a whole where something cannot be read, unless `partial` is set.',
        idempotent: true,
      },
      schema: { params: nameParamsSchema, body: importIcalSchema, response: { 200: importedIcalSchema } },
    },
    (request, reply) =>
      runIdempotent(deps, request, reply, async (tx) => ({
        status: 200,
        body: await importIcal(tx, request.params.name, request.body, {
          at: deps.clock.now(),
          actor: principalOf(request).actor,
        }),
      })),
  );
}

function registerFeeds(app: HttpApp, deps: OnCallRouteDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/oncall/feeds',
    {
      config: { access: 'operator', summary: 'Calendar addresses, newest first, without their secrets' },
      schema: { response: { 200: listOf(calendarFeedSchema) } },
    },
    async () => ({ items: await listFeeds(db), next: null }),
  );
  app.post(
    '/api/v1/oncall/feeds',
    {
      config: {
        access: 'operator',
        summary: 'A calendar address for a schedule or a person',
        description:
          'The address is in this answer and nowhere else: whoever knows it can read the calendar until it is revoked.',
        idempotent: true,
      },
      schema: { body: createFeedSchema, response: { 201: createdFeedSchema } },
    },
    (request, reply) =>
      runIdempotent(
        deps,
        request,
        reply,
        async (tx) => {
          const at = deps.clock.now();
          const { actor } = principalOf(request);
          const about = 'schedule' in request.body ? ('schedule' as const) : ('user' as const);
          const name = 'schedule' in request.body ? request.body.schedule : request.body.user;
          if (about === 'schedule') await readSchedule(tx, name, { from: at, to: at });
          else if (!(await findUserByName(tx, name))) throw missing(`there is no user "${name}"`, 'user.unknown');
          const token = `hfi_${randomText(FEED_SECRET_CHARS)}`;
          const id = createId('cal', at.getTime());
          const feed = await insertFeed(tx, { id, tokenSha256: hashToken(token), about, name, by: actor, at });
          await tellOnCall(tx, {
            what: 'calendar-feed',
            name: id,
            change: 'created',
            detail: `${about} ${name}`,
            at,
            actor,
          });
          const base = deps.config.externalUrl ?? `${request.protocol}://${request.host}`;
          return { status: 201, body: { feed, url: `${base}/calendars/${token}.ics` } };
        },
        { secret: true },
      ),
  );
  app.delete(
    '/api/v1/oncall/feeds/:id',
    {
      config: { access: 'operator', summary: 'Revoke a calendar address; whoever made it, or an administrator' },
      schema: { params: idParamsSchema, response: { 200: calendarFeedSchema } },
    },
    async (request) => {
      const { actor, role } = principalOf(request);
      const found = await findFeed(db, request.params.id);
      if (!found) throw missing(`there is no calendar address ${request.params.id}`, 'feed.missing');
      if (found.createdBy !== actor && role !== 'admin') {
        throw new HoldfastError({
          code: 'access.denied',
          kind: 'denied',
          message: `${found.createdBy} made this calendar address`,
          hint: 'Ask that person or an administrator to revoke it.',
        });
      }
      const at = deps.clock.now();
      const revoked = await deps.database.transact(async (tx) => {
        await tellOnCall(tx, { what: 'calendar-feed', name: found.id, change: 'revoked', at, actor });
        return revokeFeed(tx, found.id, at);
      });
      deps.wakeups.kick('outbox');
      return revoked ?? found;
    },
  );
  app.get(
    '/calendars/:file',
    {
      config: {
        access: 'public',
        summary: 'A calendar by its secret address',
        produces: { 'text/calendar': 'Shifts of the last two weeks and the next four months' },
      },
      schema: { params: z.object({ file: z.string().max(200) }) },
    },
    async ({ params }, reply) => {
      const token = params.file.replace(/\.ics$/, '');
      const feed = await findFeedByToken(db, hashToken(token));
      // A wrong address and a revoked one are told alike.
      if (!feed) throw missing('there is no such calendar', 'feed.missing');
      reply.header('cache-control', 'private, max-age=300');
      return reply.type('text/calendar; charset=utf-8').send(await renderFeed(db, feed, deps.clock.now()));
    },
  );
}

function missing(message: string, code: string): HoldfastError {
  return new HoldfastError({ code, kind: 'missing', message });
}
