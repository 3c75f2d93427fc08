import { z } from 'zod';
import { listApprovals, readApproval, voteOnApproval } from '../../act/runs/index.ts';
import { listOf } from '../../contract/common.ts';
import type { Principal } from '../../contract/identity.ts';
import { approvalSchema, voteSchema } from '../../contract/run.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { idParamsSchema, pageQuerySchema, toPage } from './resource-page.ts';

export type ApprovalRouteDeps = HttpDeps & {
  /** True when nobody else than this caller could approve. */
  isOnlyApprover(caller: Principal): Promise<boolean>;
};

/** Questions that wait for a person's word. */
export function registerApprovalRoutes(app: HttpApp, deps: ApprovalRouteDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/approvals',
    {
      config: { access: 'viewer', summary: 'Approvals, newest first' },
      schema: {
        querystring: pageQuerySchema.extend({
          status: z.enum(['pending', 'granted', 'rejected', 'expired', 'superseded']).optional(),
        }),
        response: { 200: listOf(approvalSchema) },
      },
    },
    async ({ query }) =>
      toPage(await listApprovals(db, { ...query, limit: query.limit + 1, before: query.cursor }), query.limit),
  );
  app.get(
    '/api/v1/approvals/:id',
    {
      config: { access: 'viewer', summary: 'One approval' },
      schema: { params: idParamsSchema, response: { 200: approvalSchema } },
    },
    async ({ params }) => {
      const approval = await readApproval(db, params.id);
      if (approval) return approval;
      throw new HoldfastError({
        code: 'approval.missing',
        kind: 'missing',
        message: `no approval ${params.id}`,
        hint: '`holdfast approval ls` lists those that wait.',
      });
    },
  );
  for (const decision of ['approve', 'reject'] as const) {
    app.post(
      `/api/v1/approvals/:id/${decision}`,
      {
        config: {
          access: 'approver',
          summary: decision === 'approve' ? 'Approve exactly what was asked' : 'Reject; the run fails',
          description:
            'The one who started a run cannot approve its steps. Where nobody else could, the step’s title as `confirm` is the second confirmation.',
        },
        schema: { params: idParamsSchema, body: voteSchema, response: { 200: approvalSchema } },
      },
      async (request) => {
        const by = principalOf(request);
        return voteOnApproval(deps, request.params.id, {
          ...request.body,
          decision,
          by,
          onlyPerson: await deps.isOnlyApprover(by),
        });
      },
    );
  }
}
