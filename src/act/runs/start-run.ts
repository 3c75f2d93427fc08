import { sql } from 'kysely';
import type { Plan, PlannedStep } from '../../contract/runbook.ts';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import { runEventBody } from './claim-store.ts';
import { conditionsOf } from './step-conditions.ts';

/** A run to be: its frozen plan, the text it came from, and who answers for it. */
export type NewRun = {
  plan: Plan;
  source: string;
  /** Secret inputs in the clear; sealed before they are stored. */
  secrets: Readonly<Record<string, string>>;
  incidentId: string | null;
  startedBy: string;
  /** The person behind it: whose votes do not count on this run. */
  startedByPerson: string;
  /** True when no person started it. */
  automatic: boolean;
  signedOff: boolean;
  fromStep?: string | undefined;
  dryRun?: boolean;
  environment?: string | null;
  at: Date;
};

const MASKED = '***';

/**
 * Writes the run and its steps in the caller's transaction, queued. Kick 'runs' and 'outbox' after the commit.
 * @param seal encrypts the secret inputs for storage
 * @throws HoldfastError invalid `run.missing-inputs`, `run.unknown-step`
 */
export async function insertRun(
  tx: Tx,
  run: NewRun,
  seal: (secrets: Record<string, string>, context: string) => string,
): Promise<string> {
  const { plan } = run;
  if (plan.missingInputs.length > 0) {
    throw new HoldfastError({
      code: 'run.missing-inputs',
      kind: 'invalid',
      message: `${plan.runbook}#${plan.procedure} needs ${plan.missingInputs.join(', ')}`,
      hint: `Give each a value: ${plan.missingInputs.map((name) => `--set ${name}=…`).join(' ')}`,
    });
  }
  const from =
    run.fromStep === undefined
      ? 0
      : plan.steps.findIndex((step) => step.id === run.fromStep && step.within === undefined);
  if (from < 0) {
    throw new HoldfastError({
      code: 'run.unknown-step',
      kind: 'invalid',
      message: `${plan.runbook}#${plan.procedure} has no step "${run.fromStep}"`,
      hint: `Steps to begin at: ${plan.steps.flatMap((step) => (step.within === undefined ? [step.id] : [])).join(', ')}`,
    });
  }
  const id = createId('run', run.at.getTime());
  const open = Object.fromEntries(
    Object.entries(plan.inputs).filter(([name, value]) => !(name in run.secrets) && value !== MASKED),
  );
  const sealed = Object.keys(run.secrets).length > 0 ? seal({ ...run.secrets }, id) : null;
  await sql`
    insert into runs (id, runbook, procedure, title, plan, plan_hash, source, inputs, secret_inputs, status, incident_id,
                      started_by, started_by_person, automatic, signed_off, dry_run, environment, created_at)
    values (${id}, ${plan.runbook}, ${plan.procedure}, ${plan.procedureTitle}, ${JSON.stringify(plan)}::jsonb, ${plan.planHash},
            ${run.source}, ${JSON.stringify(open)}::jsonb, ${sealed}, 'queued', ${run.incidentId},
            ${run.startedBy}, ${run.startedByPerson}, ${run.automatic}, ${run.signedOff}, ${run.dryRun ?? false},
            ${run.environment ?? null}, ${run.at})`.execute(tx);
  const stillAsked = questionsOf(plan.steps.slice(from), plan.steps);
  const rows = [
    ...plan.steps.map((step, index) => ({
      id: step.id,
      ordinal: index,
      helper: false,
      ...(index < from && !stillAsked.has(step.id)
        ? { status: 'skipped', skip_reason: 'the run began at a later step' }
        : { status: 'pending', skip_reason: null }),
    })),
    ...plan.helpers.map((step, index) => ({
      id: step.id,
      ordinal: plan.steps.length + index,
      helper: true,
      status: 'pending',
      skip_reason: null,
    })),
  ];
  await sql`
    insert into run_steps (run_id, id, ordinal, helper, status, skip_reason)
    select ${id}, id, ordinal, helper, status, skip_reason
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as s(id text, ordinal int, helper boolean, status text, skip_reason text)`.execute(tx);
  await publish(tx, [
    {
      kind: 'run.queued',
      aggregate: `run:${id}`,
      actor: run.startedBy,
      at: run.at,
      body: runEventBody({ id, runbook: plan.runbook, procedure: plan.procedure, incidentId: run.incidentId }),
    },
  ]);
  return id;
}

/** Questions whose answers these steps depend on: asked also where the run begins behind them. */
function questionsOf(steps: readonly PlannedStep[], all: readonly PlannedStep[]): Set<string> {
  const groups = new Set(steps.flatMap((step) => conditionsOf(step).map((way) => way.group)));
  const asking = all.filter((step) => step.action.kind === 'choice' && groups.has(step.action.group));
  const outer = asking.filter((step) => conditionsOf(step).some((way) => !groups.has(way.group)));
  const ids = new Set(asking.map((step) => step.id));
  return outer.length === 0 ? ids : new Set([...ids, ...questionsOf([...steps, ...outer], all)]);
}
