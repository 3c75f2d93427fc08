import { z } from 'zod';
import { listOf } from '../../../contract/common.ts';
import {
  changeStreamSchema,
  STREAM_KINDS,
  STREAM_STATES,
  streamPartitionSchema,
  streamSchema,
  streamScoresSchema,
} from '../../../contract/stream.ts';
import { listPartitions } from '../../../detect/anomaly/partitions/index.ts';
import {
  changeStream,
  drawScores,
  listStreams,
  pauseStream,
  readDays,
  readScoreBlocks,
  readScoreRange,
  resumeStream,
  showOneStream,
  showStream,
} from '../../../detect/anomaly/streams/index.ts';
import { assertPatterns } from '../../../observe/intake/telemetry/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { principalOf } from '../../auth/access-guard.ts';
import type { HttpApp } from '../../http-app.ts';
import type { HttpDeps } from '../../http-deps.ts';
import { assertIfMatch, etagOf } from '../../if-match.ts';
import { idParamsSchema, pageQuerySchema, toPage } from '../resource-page.ts';

/** Streams of telemetry: what is known of each, its settings, its scores over time. */
export function registerStreamRoutes(app: HttpApp, deps: HttpDeps): void {
  const { database, clock, wakeups } = deps;
  const now = () => clock.now();
  app.get(
    '/api/v1/streams',
    {
      config: { access: 'viewer', summary: 'Streams of telemetry, newest first' },
      schema: {
        querystring: pageQuerySchema.extend({
          kind: z.enum(STREAM_KINDS).optional(),
          state: z.enum(STREAM_STATES).optional(),
          service: z.string().max(200).optional(),
        }),
        response: { 200: listOf(streamSchema) },
      },
    },
    async ({ query }) => {
      const rows = await listStreams(database.db, { ...query, limit: query.limit + 1, before: query.cursor });
      const days = await readDays(
        database.db,
        rows.map(({ id }) => id),
        now(),
      );
      return toPage(
        rows.map((row) => showStream(row, days.get(row.id))),
        query.limit,
      );
    },
  );
  app.get(
    '/api/v1/stream-partitions',
    {
      config: {
        access: 'viewer',
        summary: 'Partitions of what waits to be judged, and who reads each',
        description: 'Empty where records do not wait in JetStream.',
      },
      schema: { response: { 200: z.object({ items: z.array(streamPartitionSchema) }) } },
    },
    async () => ({
      items: (await listPartitions(database.db)).map(({ worker, host, pid, alive, movedAt, ...row }) => ({
        ...row,
        reader: worker !== null && host !== null && pid !== null && alive ? { worker, host, pid } : null,
        movedAt: movedAt?.toISOString() ?? null,
      })),
    }),
  );
  app.get(
    '/api/v1/streams/:id',
    {
      config: { access: 'viewer', summary: 'One stream' },
      schema: { params: idParamsSchema, response: { 200: streamSchema } },
    },
    async ({ params }, reply) => {
      const stream = await showOneStream(database.db, params.id, now());
      reply.header('etag', etagOf(stream.version));
      return stream;
    },
  );

  /** An edit in one transaction, answered with the stream as it is then. */
  const edit = async (id: string, work: (tx: Tx) => Promise<unknown>) => {
    await database.transact(work);
    wakeups.kick('outbox');
    wakeups.kick('streams');
    return showOneStream(database.db, id, now());
  };
  app.patch(
    '/api/v1/streams/:id',
    {
      config: {
        access: 'operator',
        summary: 'Change a stream’s settings',
        description:
          'Size of the model, windows and calibration are built into the model: changing one lets it begin anew and warm up. If-Match guards against another’s edit.',
      },
      schema: { params: idParamsSchema, body: changeStreamSchema, response: { 200: streamSchema } },
    },
    async (request, reply) => {
      const { id } = request.params;
      assertPatterns(request.body.redaction?.patterns ?? []);
      const stream = await edit(id, (tx) =>
        changeStream(tx, id, request.body, {
          actor: principalOf(request).actor,
          at: now(),
          assertVersion: (version) => assertIfMatch(request, version),
        }),
      );
      reply.header('etag', etagOf(stream.version));
      return stream;
    },
  );
  app.post(
    '/api/v1/streams/:id/pause',
    {
      config: {
        access: 'operator',
        summary: 'Take nothing of a stream until it is resumed',
        description: 'What is sent meanwhile is refused to its sender and counted; the model stays as it is.',
      },
      schema: {
        params: idParamsSchema,
        body: z.strictObject({ reason: z.string().min(3).max(2_000) }),
        response: { 200: streamSchema },
      },
    },
    (request) =>
      edit(request.params.id, (tx) =>
        pauseStream(tx, request.params.id, request.body.reason, { actor: principalOf(request).actor, at: now() }),
      ),
  );
  app.post(
    '/api/v1/streams/:id/resume',
    {
      config: { access: 'operator', summary: 'Take a paused stream again' },
      schema: { params: idParamsSchema, response: { 200: streamSchema } },
    },
    (request) =>
      edit(request.params.id, (tx) =>
        resumeStream(tx, request.params.id, { actor: principalOf(request).actor, at: now() }),
      ),
  );
  app.get(
    '/api/v1/streams/:id/scores',
    {
      config: {
        access: 'viewer',
        summary: 'Scores over time, drawn by so many points',
        description:
          'Each point is the strangest event of its share of the time; shares without an event are left out.',
      },
      schema: {
        params: idParamsSchema,
        querystring: z.object({
          from: z.iso.datetime().optional(),
          to: z.iso.datetime().optional(),
          points: z.coerce.number().int().min(1).max(5_000).default(1_000),
        }),
        response: { 200: streamScoresSchema },
      },
    },
    async ({ params, query }) => {
      const stream = await showOneStream(database.db, params.id, now());
      const known = await readScoreRange(database.db, stream);
      const from = query.from ? new Date(query.from) : (known?.from ?? now());
      const to = query.to ? new Date(query.to) : (known?.to ?? now());
      const blocks = await readScoreBlocks(database.db, stream, { from, to });
      const range = { from: from.getTime(), to: to.getTime(), points: query.points };
      const points = drawScores(blocks, range);
      return {
        from: from.toISOString(),
        to: to.toISOString(),
        alpha: stream.settings.alpha,
        events: points.reduce((sum, { events }) => sum + events, 0),
        points,
      };
    },
  );
}
