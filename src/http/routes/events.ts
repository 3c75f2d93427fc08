import { z } from 'zod';
import type { HttpApp } from '../http-app.ts';
import type { StreamHub } from '../stream/stream-hub.ts';

/** The live stream of everything that happens, one per browser. */
export function registerEventRoutes(app: HttpApp, deps: { streams: StreamHub }): void {
  app.get(
    '/api/v1/events',
    {
      exposeHeadRoute: false,
      config: {
        access: 'viewer',
        summary: 'Everything that happens, as it happens',
        description:
          'Server-sent events: each event of the log that the caller may see, as an Event in `data`, its position as `id`. ' +
          'A client that reconnects sends Last-Event-ID (or `after`) and misses nothing. `event: reset` says that its place ' +
          'is no longer kept: read the lists again and go on from there. A comment each 15 s keeps the connection alive.',
        produces: { 'text/event-stream': 'Server-sent events, each an Event' },
      },
      schema: {
        querystring: z.object({ after: z.string().max(20).optional() }),
        headers: z.object({ 'last-event-id': z.string().max(20).optional() }),
      },
    },
    async (request, reply) => {
      await deps.streams.open(request, reply, request.headers['last-event-id'] ?? request.query.after ?? null);
      return reply;
    },
  );
}
