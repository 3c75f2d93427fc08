import { z } from 'zod';
import { createRunbookLints, planFromLibrary, type RunbookLibrary } from '../../act/runbooks/index.ts';
import { listOf } from '../../contract/common.ts';
import { planSchema, riskSchema, runbookSchema } from '../../contract/runbook.ts';
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
    /** The highest risk of any step; null when nothing in it runs. */
    risk: riskSchema.nullable(),
    /** How many findings it has; null while they are not counted yet: ask again. */
    lint: z.object({ errors: z.int(), warnings: z.int() }).nullable(),
    problem: z.string().nullable(),
  })
  .meta({ id: 'RunbookSummary' });
const pathQuerySchema = z.object({ path: z.string().min(1).max(1_000) });
const planRequestSchema = z.strictObject({
  runbook: z.string().min(1),
  procedure: z.string().optional(),
  inputs: z.record(z.string(), z.string()).default({}),
  /** Name of an environment of the configuration: its values stand for inputs that are not given. */
  environment: z.string().optional(),
});

/** A list waits no longer than this for findings to be counted. */
const COUNT_LINT_MS = 1_000;

export type RunbookRouteDeps = HttpDeps & {
  library: RunbookLibrary;
  /** Variables of an environment of the configuration. @throws HoldfastError invalid when there is none of this name */
  environmentValues(name: string): Readonly<Record<string, string>>;
};

/** The runbooks of the configured folders, as they are on disk now. */
export function registerRunbookRoutes(app: HttpApp, deps: RunbookRouteDeps): void {
  const lints = createRunbookLints(deps.library);
  app.get(
    '/api/v1/runbooks',
    {
      config: { access: 'viewer', summary: 'All runbooks by path' },
      schema: { response: { 200: listOf(runbookSummarySchema) } },
    },
    async () => {
      const runbooks = await deps.library.list();
      const readable = runbooks.filter((runbook) => runbook.problem === null);
      const counts = await lints.counts(readable, { withinMs: COUNT_LINT_MS });
      return { items: runbooks.map((runbook) => ({ ...runbook, lint: counts.get(runbook.path) ?? null })), next: null };
    },
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
    async ({ query }) => ({ items: await lints.findings(query.path), next: null }),
  );
  app.post(
    '/api/v1/runbooks/plan',
    {
      config: { access: 'viewer', summary: 'What a run would do, without doing it' },
      schema: { body: planRequestSchema, response: { 200: planSchema } },
    },
    async ({ body }) => {
      const { environment, ...wanted } = body;
      const values = environment === undefined ? undefined : deps.environmentValues(environment);
      return (await planFromLibrary(deps.library, { ...wanted, environment: values })).plan;
    },
  );
}
