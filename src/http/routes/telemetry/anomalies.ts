import { z } from 'zod';
import {
  anomalyDetailSchema,
  anomalySchema,
  feedbackEffectSchema,
  giveFeedbackSchema,
} from '../../../contract/anomaly.ts';
import { listOf } from '../../../contract/common.ts';
import { buildEvidence, giveFeedback, listAnomalies, showAnomaly } from '../../../detect/anomaly/streams/index.ts';
import { loadSigningKeys } from '../../../platform/identity/audit-anchorer.ts';
import { publicKeyPem } from '../../../platform/identity/signing-keys.ts';
import { principalOf } from '../../auth/access-guard.ts';
import type { HttpApp } from '../../http-app.ts';
import type { HttpDeps } from '../../http-deps.ts';
import { idParamsSchema, pageQuerySchema, toPage } from '../resource-page.ts';

/** What was unlike a stream's past, why, and what people say of it. */
export function registerAnomalyRoutes(app: HttpApp, deps: HttpDeps): void {
  const { database, clock, wakeups } = deps;
  app.get(
    '/api/v1/anomalies',
    {
      config: { access: 'viewer', summary: 'Anomalies, newest first' },
      schema: {
        querystring: pageQuerySchema.extend({
          stream: z.string().max(100).optional(),
          cause: z.string().max(100).optional(),
          severity: z.coerce.number().int().min(1).max(4).optional().describe('This rank or worse.'),
          feedback: z.enum(['normal', 'confirmed', 'none']).optional(),
          from: z.iso.datetime().optional(),
          to: z.iso.datetime().optional(),
        }),
        response: { 200: listOf(anomalySchema) },
      },
    },
    async ({ query }) => {
      const { limit, cursor, from, to, ...filter } = query;
      const found = await listAnomalies(database.db, {
        ...filter,
        from: from ? new Date(from) : undefined,
        to: to ? new Date(to) : undefined,
        limit: limit + 1,
        before: cursor,
      });
      return toPage(found, limit);
    },
  );
  app.get(
    '/api/v1/anomalies/:id',
    {
      config: { access: 'viewer', summary: 'One anomaly: the event, what was surprising, what it is most like' },
      schema: { params: idParamsSchema, response: { 200: anomalyDetailSchema } },
    },
    ({ params }) => showAnomaly(database, params.id),
  );
  app.get(
    '/api/v1/anomalies/evidence-key',
    {
      config: {
        access: 'viewer',
        summary: 'The key that evidence of this installation is signed with (PEM)',
        description: 'Keep it from a time you trust: a bundle is checked with it, never with a key that came along.',
        produces: { 'application/x-pem-file': 'Ed25519 public key' },
      },
    },
    async (_request, reply) => {
      const { publicKey } = await loadSigningKeys(deps);
      return reply.type('application/x-pem-file').serializer(String).send(publicKeyPem(publicKey));
    },
  );
  app.get(
    '/api/v1/anomalies/:id/evidence',
    {
      config: {
        access: 'viewer',
        summary: 'A signed bundle by which anybody can judge it again',
        description:
          'What was judged (an event, the events of a window, a point, the spans of a trace), the model as it stood, the verdict and its reasons; `holdfast anomaly verify` checks it offline. Made from what is kept of the stream (telemetry.keep).',
        produces: { 'application/json': 'Evidence bundle' },
      },
      schema: { params: idParamsSchema },
    },
    async ({ params }, reply) => {
      const bundle = await buildEvidence(database.db, params.id, await loadSigningKeys(deps));
      reply.header('content-disposition', `attachment; filename="${params.id}.json"`);
      return reply.type('application/json').serializer(String).send(bundle);
    },
  );
  app.post(
    '/api/v1/anomalies/:id/feedback',
    {
      config: {
        access: 'operator',
        summary: 'Say that an anomaly is normal, or confirm it',
        description:
          'A confirmed one is taken out of the scores that p-values are ranked among. A later word replaces an earlier one.',
      },
      schema: { params: idParamsSchema, body: giveFeedbackSchema, response: { 200: feedbackEffectSchema } },
    },
    async (request) => {
      const effect = await database.transact((tx) =>
        giveFeedback(tx, request.params.id, {
          ...request.body,
          actor: principalOf(request).actor,
          at: clock.now(),
        }),
      );
      wakeups.kick('outbox');
      wakeups.kick('streams');
      return effect;
    },
  );
}
