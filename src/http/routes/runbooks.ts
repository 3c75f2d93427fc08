import { z } from 'zod';
import { lintRunbook, planFromLibrary, type RunbookLibrary } from '../../act/runbooks/index.ts';
import { listOf } from '../../contract/common.ts';
import { planSchema, runbookSchema } from '../../contract/runbook.ts';
import { lintFindingSchema } from '../../contract/runbook-lint.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

const runbookSummarySchema = z
  .object({
    path: z.string(),
    title: z.string(),
    sha256: z.string(),
    procedures: z.array(
      z.object({ slug: z.string(), title: z.string(), severity: z.string().nullable(), steps: z.int() }),
    ),
    problem: z.string().nullable(),
  })
  .meta({ id: 'RunbookSummary' });
const pathQuerySchema = z.object({ path: z.string().min(1).max(1_000) });
const planRequestSchema = z.strictObject({
  runbook: z.string().min(1),
  procedure: z.string().optional(),
  inputs: z.record(z.string(), z.string()).default({}),
});

/** The runbooks of the configured folders, as they are on disk now. */
export function registerRunbookRoutes(app: HttpApp, deps: HttpDeps & { library: RunbookLibrary }): void {
  app.get(
    '/api/v1/runbooks',
    {
      config: { access: 'viewer', summary: 'All runbooks by path' },
      schema: { response: { 200: listOf(runbookSummarySchema) } },
    },
    async () => ({ items: await deps.library.list(), next: null }),
  );
  app.get(
    '/api/v1/runbooks/document',
    {
      config: { access: 'viewer', summary: 'One runbook: its text, and what was read from it' },
      schema: {
        querystring: pathQuerySchema,
        response: { 200: z.object({ document: runbookSchema, text: z.string() }) },
      },
    },
    async ({ query }) => {
      const { document, text } = await deps.library.read(query.path);
      return { document, text };
    },
  );
  app.get(
    '/api/v1/runbooks/lint',
    {
      config: { access: 'viewer', summary: 'Mistakes found in one runbook, by place' },
      schema: { querystring: pathQuerySchema, response: { 200: listOf(lintFindingSchema) } },
    },
    async ({ query }) => {
      const { path, text } = await deps.library.read(query.path);
      return { items: await lintRunbook({ file: path, text }), next: null };
    },
  );
  app.post(
    '/api/v1/runbooks/plan',
    {
      config: { access: 'viewer', summary: 'What a run would do, without doing it' },
      schema: { body: planRequestSchema, response: { 200: planSchema } },
    },
    async ({ body }) => {
      const { runbook, procedure, inputs } = body;
      return (await planFromLibrary(deps.library, { runbook, procedure, inputs })).plan;
    },
  );
}
