import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { listOf, listQuerySchema } from '../../contract/common.ts';
import {
  changeUserSchema,
  createUserSchema,
  invitedUserSchema,
  type SignInLink,
  type User,
  userNameSchema,
  userSchema,
} from '../../contract/identity.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { type IssuedLink, linkUrl } from '../../platform/identity/sign-in-links.ts';
import { changeUser, inviteUser, resetUser } from '../../platform/identity/user-changes.ts';
import { findUser, findUserByName, listUsers, type UserRow } from '../../platform/identity/user-store.ts';
import { principalOf } from '../auth/access-guard.ts';
import { decodeCursor, pageOf } from '../cursor.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { assertIfMatch, etagOf } from '../if-match.ts';
import { runIdempotent } from '../run-idempotent.ts';

const idSchema = z.object({ id: z.string().max(100) });

/** People and their roles; administrators only. */
export function registerUserRoutes(app: HttpApp, deps: HttpDeps): void {
  const cause = (request: FastifyRequest) => ({ actor: principalOf(request).actor, now: deps.clock.now() });
  const toLink = (request: FastifyRequest, { token, expiresAt }: IssuedLink): SignInLink => ({
    url: linkUrl(deps.config.externalUrl ?? `${request.protocol}://${request.host}`, token),
    token,
    expiresAt: expiresAt.toISOString(),
  });

  app.get(
    '/api/v1/users',
    {
      config: { access: 'admin', summary: 'All users, by name' },
      schema: {
        querystring: listQuerySchema.extend({ name: userNameSchema.optional() }),
        response: { 200: listOf(userSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, name } = request.query;
      if (name !== undefined) {
        const user = await findUserByName(deps.database.db, name);
        return { items: user ? [toUser(user)] : [], next: null };
      }
      const rows = await listUsers(deps.database.db, { limit: limit + 1, after: decodeCursor(cursor, 'string') });
      return pageOf(rows, limit, { item: toUser, placeOf: (row) => row.name });
    },
  );

  app.get(
    '/api/v1/users/:id',
    { config: { access: 'admin', summary: 'One user' }, schema: { params: idSchema, response: { 200: userSchema } } },
    async (request, reply) => {
      const user = await findUser(deps.database.db, request.params.id);
      if (!user)
        throw new HoldfastError({
          code: 'user.unknown',
          kind: 'missing',
          message: `there is no user ${request.params.id}`,
        });
      reply.header('etag', etagOf(user.version));
      return toUser(user);
    },
  );

  app.post(
    '/api/v1/users',
    {
      config: {
        access: 'admin',
        summary: 'Invite a user',
        description:
          'The answer holds a one-time link, valid 24 hours, by which the person sets a password. Pass it on privately.',
        idempotent: true,
      },
      schema: { body: createUserSchema, response: { 201: invitedUserSchema } },
    },
    (request, reply) =>
      runIdempotent(
        deps,
        request,
        reply,
        async (tx) => {
          const { user, link } = await inviteUser(tx, { ...request.body, ...cause(request) });
          return { status: 201, body: { user: toUser(user), link: toLink(request, link) } };
        },
        { secret: true },
      ),
  );

  app.patch(
    '/api/v1/users/:id',
    {
      config: {
        access: 'admin',
        summary: 'Change a role, disable or enable',
        description:
          'Disabling ends the person’s sessions at once. The last administrator who can sign in stays. Takes `If-Match`.',
      },
      schema: { params: idSchema, body: changeUserSchema, response: { 200: userSchema } },
    },
    async (request, reply) => {
      const user = await deps.database.transact((tx) =>
        changeUser(tx, {
          id: request.params.id,
          ...request.body,
          ...cause(request),
          check: (found) => assertIfMatch(request, found.version),
        }),
      );
      deps.wakeups.kick('identity');
      deps.wakeups.kick('outbox');
      reply.header('etag', etagOf(user.version));
      return toUser(user);
    },
  );

  app.post(
    '/api/v1/users/:id/link',
    {
      config: {
        access: 'admin',
        summary: 'A new sign-in link for a user',
        description: 'Valid one hour (24 for somebody who never signed in), once. Earlier unused links stop working.',
        idempotent: true,
      },
      schema: { params: idSchema, response: { 201: invitedUserSchema } },
    },
    (request, reply) =>
      runIdempotent(
        deps,
        request,
        reply,
        async (tx) => {
          const { user, link } = await resetUser(tx, { id: request.params.id, ...cause(request) });
          return { status: 201, body: { user: toUser(user), link: toLink(request, link) } };
        },
        { secret: true },
      ),
  );
}

function toUser({ version: _version, createdAt, lastSignInAt, ...user }: UserRow): User {
  return { ...user, createdAt: createdAt.toISOString(), lastSignInAt: lastSignInAt?.toISOString() ?? null };
}
