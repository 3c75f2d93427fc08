import { z } from 'zod';
import { planFromLibrary, type RunbookLibrary } from '../../act/runbooks/index.ts';
import {
  answerStep,
  type CheckValue,
  cancelRun,
  decideStepInDoubt,
  insertRun,
  listRuns,
  pauseRun,
  readRun,
  resumeRun,
  rollBackRun,
  skipStep,
} from '../../act/runs/index.ts';
import { listOf } from '../../contract/common.ts';
import type { Role } from '../../contract/identity.ts';
import {
  answerStepSchema,
  decideStepSchema,
  runSchema,
  runStatusSchema,
  runSummarySchema,
  skipStepSchema,
  startRunSchema,
} from '../../contract/run.ts';
import type { Tx } from '../../platform/db/database.ts';
import { lockSurvivor, readIncidentRow } from '../../respond/incidents/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { runIdempotent } from '../run-idempotent.ts';
import { idParamsSchema, pageQuerySchema, toPage } from './resource-page.ts';

export type RunRouteDeps = HttpDeps & {
  library: RunbookLibrary;
  checkValue: CheckValue;
  sealSecrets(secrets: Record<string, string>, context: string): string;
  openSecrets(box: string, context: string): Record<string, string>;
  /** Variables of an environment of the configuration. @throws HoldfastError invalid when there is none of this name */
  environmentValues(name: string): Readonly<Record<string, string>>;
};

const reasonSchema = z.strictObject({ reason: z.string().max(2_000).optional() });

/** Runs: start, follow, steer. */
export function registerRunRoutes(app: HttpApp, deps: RunRouteDeps): void {
  const { db } = deps.database;
  const commands = { ...deps, seal: deps.sealSecrets, open: deps.openSecrets };
  app.get(
    '/api/v1/runs',
    {
      config: { access: 'viewer', summary: 'Runs, newest first' },
      schema: {
        querystring: pageQuerySchema.extend({
          status: z
            .string()
            .max(200)
            .transform((text) => text.split(','))
            .pipe(z.array(runStatusSchema))
            .optional()
            .describe('One status, or several with commas between.'),
          incident: z.string().max(100).optional(),
          runbook: z.string().max(1_000).optional(),
        }),
        response: { 200: listOf(runSummarySchema) },
      },
    },
    async ({ query }) =>
      toPage(
        await listRuns(db, {
          status: query.status,
          incidentId: query.incident,
          runbook: query.runbook,
          limit: query.limit + 1,
          before: query.cursor,
        }),
        query.limit,
      ),
  );
  app.post(
    '/api/v1/runs',
    {
      config: { access: 'operator', summary: 'Start a run of a runbook’s procedure', idempotent: true },
      schema: { body: startRunSchema, response: { 201: runSchema } },
    },
    async (request, reply) => {
      const { runbook, procedure, inputs, incidentId, fromStep, dryRun, environment } = request.body;
      const { actor, person } = principalOf(request);
      const { plan, text } = await planFromLibrary(deps.library, {
        runbook,
        procedure,
        inputs,
        environment: environment === undefined ? undefined : deps.environmentValues(environment),
      });
      const secrets = Object.fromEntries(Object.entries(inputs).filter(([name]) => plan.inputTypes[name] === 'secret'));
      // Only what commits with the key may be in the answer; the whole run is read after it.
      const started = await runIdempotent(deps, request, reply, async (tx: Tx) => {
        const incident = incidentId === undefined ? null : await readIncidentRow(tx, incidentId);
        const id = await insertRun(
          tx,
          {
            plan,
            source: text,
            secrets,
            // Work on one that was merged is work on what it is part of.
            incidentId: incident ? await lockSurvivor(tx, incident.id) : null,
            startedBy: actor,
            startedByPerson: person,
            automatic: false,
            signedOff: false,
            fromStep,
            dryRun,
            environment: environment ?? null,
            at: deps.clock.now(),
          },
          deps.sealSecrets,
        );
        return { status: 201, body: { id } };
      });
      deps.wakeups.kick('runs');
      return readRun(deps.database, started.id);
    },
  );
  app.get(
    '/api/v1/runs/:id',
    {
      config: { access: 'viewer', summary: 'One run: steps, attempts, output, plan, approvals' },
      schema: { params: idParamsSchema, response: { 200: runSchema } },
    },
    ({ params }) => readRun(deps.database, params.id),
  );

  const command = <Body extends z.ZodType>(
    path: string,
    options: { access: Role; summary: string; body: Body },
    work: (id: string, body: z.infer<Body>, actor: string) => Promise<void>,
  ) =>
    app.post(
      `/api/v1/runs/:id/${path}`,
      {
        config: { access: options.access, summary: options.summary },
        schema: { params: idParamsSchema, body: options.body, response: { 200: runSchema } },
      },
      async (request) => {
        const { id } = request.params as { id: string };
        await work(id, request.body as z.infer<Body>, principalOf(request).actor);
        return readRun(deps.database, id);
      },
    );
  command('cancel', { access: 'operator', summary: 'End a run', body: reasonSchema }, (id, body, actor) =>
    cancelRun(deps, id, { ...body, actor }),
  );
  command(
    'pause',
    { access: 'operator', summary: 'Stop at the next border between two steps', body: reasonSchema },
    (id, body, actor) => pauseRun(deps, id, { ...body, actor }),
  );
  command('resume', { access: 'operator', summary: 'Let a paused run go on', body: reasonSchema }, (id, body, actor) =>
    resumeRun(deps, id, { ...body, actor }),
  );
  command(
    'rollback',
    { access: 'approver', summary: 'Undo the completed steps, last first', body: reasonSchema },
    (id, body, actor) => rollBackRun(deps, id, { ...body, actor }),
  );
  command(
    'skip',
    { access: 'operator', summary: 'Skip a step that has not begun', body: skipStepSchema },
    (id, body, actor) => skipStep(deps, id, { ...body, actor }),
  );
  command(
    'answer',
    { access: 'operator', summary: 'Answer a step that asks', body: answerStepSchema },
    (id, body, actor) => answerStep(commands, id, { ...body, actor }),
  );
  command(
    'decide',
    { access: 'approver', summary: 'Settle a step in doubt', body: decideStepSchema },
    (id, body, actor) => decideStepInDoubt(deps, id, { ...body, actor }),
  );
}
