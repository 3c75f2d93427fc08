import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { listOf } from '../../contract/common.ts';
import {
  contactKindSchema,
  contactMethodSchema,
  createContactMethodSchema,
  createdContactMethodSchema,
  notificationRulesSchema,
  sendOutcomeSchema,
  testPageResultSchema,
  testPageSchema,
  verifyContactMethodSchema,
} from '../../contract/contacts.ts';
import { userNameSchema } from '../../contract/identity.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { findUserByName, type UserRow } from '../../platform/identity/user-store.ts';
import {
  addContactMethod,
  type ContactMethodRow,
  describeContactKinds,
  listContactMethods,
  readNotificationRules,
  removeContactMethod,
  requireContactMethod,
  sendCode,
  sendDirectly,
  setNotificationRules,
  toContactMethod,
  verifyContact,
} from '../../respond/oncall/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import { assertIfMatch, etagOf } from '../if-match.ts';
import { runIdempotent } from '../run-idempotent.ts';
import type { OnCallRouteDeps } from './on-call-definitions.ts';
import { idParamsSchema } from './resource-page.ts';

const userQuery = z.object({ user: userNameSchema.optional().describe('The caller unless given.') });

/** How people can be reached: each is master of the own ways, administrators see and delete those of all. */
export function registerContactRoutes(app: HttpApp, deps: OnCallRouteDeps): void {
  const { db } = deps.database;
  const { contacts } = deps.onCall;
  const by = (request: FastifyRequest) => ({ at: deps.clock.now(), actor: principalOf(request).actor });

  app.get(
    '/api/v1/oncall/contact-kinds',
    {
      config: { access: 'viewer', summary: 'Kinds of contact methods, and which work on this installation' },
      schema: { response: { 200: listOf(contactKindSchema) } },
    },
    async () => ({ items: describeContactKinds(contacts.kinds), next: null }),
  );
  app.get(
    '/api/v1/oncall/contact-methods',
    {
      config: { access: 'viewer', summary: 'Contact methods of the caller, or of somebody else for an administrator' },
      schema: { querystring: userQuery, response: { 200: listOf(contactMethodSchema) } },
    },
    async (request) => {
      const user = await userOf(deps, request, request.query.user);
      return { items: (await listContactMethods(db, user.name)).map(toContactMethod), next: null };
    },
  );
  app.post(
    '/api/v1/oncall/contact-methods',
    {
      config: {
        access: 'operator',
        summary: 'Add a contact method; a code is sent through it',
        description: 'No page goes there before its owner entered the code.',
        idempotent: true,
      },
      schema: { body: createContactMethodSchema, response: { 201: createdContactMethodSchema } },
    },
    async (request, reply) => {
      const user = await userOf(deps, request, request.body.user);
      let made: ContactMethodRow | null = null;
      const method = await runIdempotent(deps, request, reply, async (tx) => {
        made = await addContactMethod(tx, contacts, user, request.body, by(request));
        return { status: 201, body: toContactMethod(made) };
      });
      // A replayed answer sends no second code: ask for one.
      const replayed = { outcome: 'sent' as const, reason: 'it was sent when the method was added' };
      return { method, code: made ? await sendCode(contacts, made) : replayed };
    },
  );
  app.post(
    '/api/v1/oncall/contact-methods/:id/code',
    {
      config: { access: 'operator', summary: 'Send a fresh code; earlier ones stop working' },
      schema: { params: idParamsSchema, response: { 200: sendOutcomeSchema } },
    },
    async (request) => sendCode(contacts, await ownMethod(deps, request, request.params.id, { admin: true })),
  );
  app.post(
    '/api/v1/oncall/contact-methods/:id/verify',
    {
      config: { access: 'operator', summary: 'Enter the code that was sent; only the owner may' },
      schema: { params: idParamsSchema, body: verifyContactMethodSchema, response: { 200: contactMethodSchema } },
    },
    async (request) => {
      const method = await ownMethod(deps, request, request.params.id, { admin: false });
      await verifyContact(contacts, method, request.body.code, principalOf(request).actor);
      deps.wakeups.kick('outbox');
      return toContactMethod(await requireContactMethod(db, method.id));
    },
  );
  app.delete(
    '/api/v1/oncall/contact-methods/:id',
    {
      config: { access: 'operator', summary: 'Delete a contact method' },
      schema: { params: idParamsSchema, response: { 204: z.void() } },
    },
    async (request, reply) => {
      const method = await ownMethod(deps, request, request.params.id, { admin: true });
      await deps.database.transact((tx) => removeContactMethod(tx, method, by(request)));
      deps.wakeups.kick('outbox');
      reply.code(204);
    },
  );
  registerRules(app, deps);
  app.post(
    '/api/v1/oncall/test-page',
    {
      config: {
        access: 'operator',
        summary: 'Send a test page to somebody by every verified contact method, now',
        description: 'Says of each how it went. Methods that are not verified are named and not used.',
      },
      schema: { body: testPageSchema, response: { 200: testPageResultSchema } },
    },
    async (request) => {
      const user = await requireUser(deps, request.body.user);
      const { actor } = principalOf(request);
      const results = [];
      for (const method of await listContactMethods(db, user.name)) {
        const verified = method.verifiedAt !== null;
        const sent = verified
          ? await sendDirectly(contacts, method, {
              kind: 'test',
              title: `Test page for ${user.name}`,
              text: `${actor} asked for it. Nothing is wrong.`,
            })
          : { outcome: 'refused' as const, reason: 'not verified by its owner yet' };
        results.push({ ...sent, method: method.id, kind: method.kind, label: method.label, verified });
      }
      return { user: user.name, results };
    },
  );
}

function registerRules(app: HttpApp, deps: OnCallRouteDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/oncall/notification-rules',
    {
      config: { access: 'viewer', summary: 'When which contact method is used' },
      schema: { querystring: userQuery, response: { 200: notificationRulesSchema } },
    },
    async (request, reply) => {
      const user = await userOf(deps, request, request.query.user);
      const { rules, version } = await readNotificationRules(db, user.id);
      reply.header('etag', etagOf(version));
      return { rules };
    },
  );
  app.put(
    '/api/v1/oncall/notification-rules',
    {
      config: { access: 'operator', summary: 'Write the notification rules', description: 'Takes `If-Match`.' },
      schema: { querystring: userQuery, body: notificationRulesSchema, response: { 200: notificationRulesSchema } },
    },
    async (request, reply) => {
      const user = await userOf(deps, request, request.query.user);
      const { version } = await deps.database.transact(async (tx) => {
        assertIfMatch(request, (await readNotificationRules(tx, user.id)).version);
        const actor = principalOf(request).actor;
        return setNotificationRules(tx, user, request.body.rules, { at: deps.clock.now(), actor });
      });
      deps.wakeups.kick('outbox');
      reply.header('etag', etagOf(version));
      return { rules: request.body.rules };
    },
  );
}

/** The person behind the caller, or for an administrator the one named. */
async function userOf(deps: OnCallRouteDeps, request: FastifyRequest, named: string | undefined): Promise<UserRow> {
  const { person, role, name } = principalOf(request);
  const own = /^user:(.+)$/.exec(person)?.[1];
  if (named !== undefined && named !== own) {
    if (role === 'admin') return requireUser(deps, named);
    throw denied(`only ${named} or an administrator may do this`);
  }
  const found = own === undefined ? null : await findUserByName(deps.database.db, own);
  if (found) return found;
  throw new HoldfastError({
    code: 'contact.no-person',
    kind: 'invalid',
    message: `${name} is no person with contact methods`,
    hint: 'Name the user, or sign in as that person.',
  });
}

async function requireUser(deps: OnCallRouteDeps, name: string): Promise<UserRow> {
  const user = await findUserByName(deps.database.db, name);
  if (user) return user;
  throw new HoldfastError({ code: 'user.unknown', kind: 'missing', message: `there is no user ${name}` });
}

/** A method of the caller's own; with `admin` also an administrator's to handle. */
async function ownMethod(
  deps: OnCallRouteDeps,
  request: FastifyRequest,
  id: string,
  may: { admin: boolean },
): Promise<ContactMethodRow> {
  const { person, role } = principalOf(request);
  const method = await requireContactMethod(deps.database.db, id);
  if (person === `user:${method.user}` || (may.admin && role === 'admin')) return method;
  throw denied(`this contact method belongs to ${method.user}`);
}

function denied(message: string): HoldfastError {
  return new HoldfastError({ code: 'access.denied', kind: 'denied', message, hint: 'Ask that person to do it.' });
}
