import { z } from 'zod';
import { listOf } from '../../contract/common.ts';
import { changeFindingSchema, FINDING_STATUSES, findingSchema } from '../../contract/finding.ts';
import { changeFinding, listFindings, readFinding } from '../../respond/findings/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { idParamsSchema, pageQuerySchema, toPage } from './resource-page.ts';

/** Everything that strayed, in one list. */
export function registerFindingRoutes(app: HttpApp, deps: HttpDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/findings',
    {
      config: { access: 'viewer', summary: 'Findings, newest first' },
      schema: {
        querystring: pageQuerySchema.extend({
          status: z.enum(FINDING_STATUSES).optional(),
          severity: z.coerce.number().int().min(1).max(4).optional().describe('This rank or worse.'),
        }),
        response: { 200: listOf(findingSchema) },
      },
    },
    async ({ query }) =>
      toPage(await listFindings(db, { ...query, limit: query.limit + 1, before: query.cursor }), query.limit),
  );
  app.get(
    '/api/v1/findings/:id',
    {
      config: { access: 'viewer', summary: 'One finding' },
      schema: { params: idParamsSchema, response: { 200: findingSchema } },
    },
    ({ params }) => readFinding(db, params.id),
  );
  app.post(
    '/api/v1/findings/:id/status',
    {
      config: { access: 'operator', summary: 'Mute, accept or reopen a finding, with a reason' },
      schema: { params: idParamsSchema, body: changeFindingSchema, response: { 200: findingSchema } },
    },
    (request) => changeFinding(deps, request.params.id, { ...request.body, actor: principalOf(request).actor }),
  );
}
