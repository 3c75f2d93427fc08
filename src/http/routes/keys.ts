import { z } from 'zod';
import { listOf, listQuerySchema } from '../../contract/common.ts';
import {
  type ApiKey,
  apiKeySchema,
  createdKeySchema,
  createKeySchema,
  rotateKeySchema,
} from '../../contract/identity.ts';
import { type CreatedKey, createApiKey, revokeApiKey, rotateApiKey } from '../../platform/identity/api-key-changes.ts';
import { type ApiKeyRow, listApiKeys } from '../../platform/identity/api-key-store.ts';
import { principalOf } from '../auth/access-guard.ts';
import { decodeCursor, pageOf } from '../cursor.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { runIdempotent } from '../run-idempotent.ts';

const idSchema = z.object({ id: z.string().max(100) });

/** Keys by which programs act; administrators only. */
export function registerKeyRoutes(app: HttpApp, deps: HttpDeps): void {
  app.get(
    '/api/v1/keys',
    {
      config: { access: 'admin', summary: 'All API keys, newest first, without their secrets' },
      schema: { querystring: listQuerySchema, response: { 200: listOf(apiKeySchema) } },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const rows = await listApiKeys(deps.database.db, { limit: limit + 1, after: decodeCursor(cursor, 'string') });
      return pageOf(rows, limit, { item: toKey, placeOf: (row) => row.id });
    },
  );

  app.post(
    '/api/v1/keys',
    {
      config: {
        access: 'admin',
        summary: 'Create an API key',
        description: 'The secret is in this answer and nowhere else. A key ends after 90 days unless told otherwise.',
        idempotent: true,
      },
      schema: { body: createKeySchema, response: { 201: createdKeySchema } },
    },
    (request, reply) =>
      runIdempotent(
        deps,
        request,
        reply,
        async (tx) => {
          return {
            status: 201,
            body: toCreated(
              await createApiKey(tx, { ...request.body, by: principalOf(request), now: deps.clock.now() }),
            ),
          };
        },
        { secret: true },
      ),
  );

  app.post(
    '/api/v1/keys/:id/rotate',
    {
      config: {
        access: 'admin',
        summary: 'Replace an API key',
        description: 'The new key has the name and role of the old one, which goes on working for `overlapMs`.',
        idempotent: true,
      },
      schema: { params: idSchema, body: rotateKeySchema, response: { 201: createdKeySchema } },
    },
    async (request, reply) => {
      const created = await runIdempotent(
        deps,
        request,
        reply,
        async (tx) => {
          const rotation = {
            id: request.params.id,
            ...request.body,
            actor: principalOf(request).actor,
            now: deps.clock.now(),
          };
          return { status: 201, body: toCreated(await rotateApiKey(tx, rotation)) };
        },
        { secret: true },
      );
      deps.wakeups.kick('identity');
      return created;
    },
  );

  app.delete(
    '/api/v1/keys/:id',
    {
      config: {
        access: 'admin',
        summary: 'Revoke an API key',
        description: 'Counts on every replica within a second.',
      },
      schema: { params: idSchema, response: { 204: z.void() } },
    },
    async (request, reply) => {
      const revocation = { id: request.params.id, actor: principalOf(request).actor, now: deps.clock.now() };
      await deps.database.transact((tx) => revokeApiKey(tx, revocation));
      deps.wakeups.kick('identity');
      deps.wakeups.kick('outbox');
      reply.code(204);
    },
  );
}

function toKey(row: ApiKeyRow): ApiKey {
  const { ownerId: _ownerId, ...key } = row;
  return {
    ...key,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

function toCreated({ key, secret }: CreatedKey): z.infer<typeof createdKeySchema> {
  return { key: toKey(key), secret };
}
