import { z } from 'zod';
import { listOf, timestampSchema } from '../../contract/common.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

const inboxMessageSchema = z
  .object({
    dedupKey: z.string(),
    incidentId: z.string().nullable(),
    title: z.string(),
    text: z.string(),
    at: timestampSchema,
  })
  .meta({ id: 'InboxMessage' });

export type InboxRouteDeps = HttpDeps & {
  listInbox(
    limit: number,
  ): Promise<{ dedupKey: string; incidentId: string | null; title: string; text: string; at: Date }[]>;
};

/** Pages and notices that reached the local inbox. */
export function registerInboxRoutes(app: HttpApp, deps: InboxRouteDeps): void {
  app.get(
    '/api/v1/inbox',
    {
      config: { access: 'viewer', summary: 'Newest messages of the local inbox' },
      schema: {
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
        response: { 200: listOf(inboxMessageSchema) },
      },
    },
    async ({ query }) => ({
      items: (await deps.listInbox(query.limit)).map((message) => ({ ...message, at: message.at.toISOString() })),
      next: null,
    }),
  );
}
