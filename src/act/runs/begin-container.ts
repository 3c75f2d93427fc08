import { sql } from 'kysely';
import type { PlannedStep } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import { addSteps, type OwnedRun } from './owned-run.ts';
import type { WorkerContext } from './run-context.ts';
import { STEP_COLUMNS, type StepRow } from './run-rows.ts';
import { instanceId, MOST_ITEMS, readItems } from './step-instances.ts';
import { runLost } from './step-transition-store.ts';

/** The value a foreach takes its items from. @throws HoldfastError invalid when it has none, or too many items */
export function itemsOf(owned: OwnedRun, step: PlannedStep): string[] {
  if (step.action.kind !== 'foreach') return [];
  const input = /^\{\{(.+)\}\}$/.exec(step.action.items)?.[1];
  const value = input === undefined ? step.action.items : owned.inputs[input];
  if (value === undefined) {
    throw new HoldfastError({
      code: 'step.no-items',
      kind: 'invalid',
      message: `"${step.title}" takes its items from ${input}, which has no value`,
      hint: 'The step that gives it was skipped or set nothing.',
    });
  }
  const items = readItems(value);
  if (items.length <= MOST_ITEMS) return items;
  throw new HoldfastError({
    code: 'step.too-many-items',
    kind: 'invalid',
    message: `"${step.title}" has ${items.length} items, more than ${MOST_ITEMS}`,
    hint: 'Narrow down what it goes over.',
  });
}

/**
 * Begins a parallel or foreach: its members come to be for every item, in the transaction that marks it begun.
 * @throws HoldfastError conflict `run.lost` when the run went to another worker
 */
export async function beginContainer(context: WorkerContext, owned: OwnedRun, step: PlannedStep): Promise<void> {
  const items = itemsOf(owned, step);
  const members = owned.plan.steps.filter((each) => each.within === step.id);
  const named = new Set(members.flatMap((member) => [member.verify, member.rollback]));
  const helpers = step.action.kind === 'foreach' ? owned.plan.helpers.filter((helper) => named.has(helper.id)) : [];
  const rows = items.flatMap((item, index) =>
    [...members, ...helpers].map((member) => ({
      id: instanceId(member.id, index),
      ordinal: owned.steps.get(member.id)?.ordinal ?? 0,
      helper: helpers.includes(member),
      item_index: index,
      item,
      member: member.id,
    })),
  );
  const { run } = owned.claim;
  const at = context.clock.now();
  const added = await context.database.transact(async (tx) => {
    const begun = await sql`
      update run_steps s set status = 'running', started_at = coalesce(s.started_at, ${at}) from runs r
      where s.run_id = ${run.id} and s.id = ${step.id} and s.status = 'pending' and r.id = s.run_id
        and r.worker_id = ${context.lease.id} and r.lease_epoch = ${run.leaseEpoch} and r.status = 'running'`.execute(
      tx,
    );
    if (begun.numAffectedRows !== 1n) throw runLost(run.id);
    // What a person left out before the items were known is left out for each of them.
    const created = await sql<StepRow>`
      insert into run_steps (run_id, id, ordinal, helper, status, skip_reason, ended_at, item_index, item)
      select ${run.id}, s.id, s.ordinal, s.helper, coalesce(p.status, 'pending'), p.skip_reason,
        case when p.id is not null then ${at}::timestamptz end, s.item_index, s.item
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as s(id text, ordinal int, helper boolean, item_index int, item text, member text)
        left join run_steps p on p.run_id = ${run.id} and p.id = s.member and p.status = 'skipped'
      returning ${sql.raw(STEP_COLUMNS)}`.execute(tx);
    if (step.action.kind === 'foreach') {
      // What stands in the plan is only the pattern of what is done.
      await sql`update run_steps set status = 'skipped' where run_id = ${run.id} and id = any(${members.map((member) => member.id)}::text[]) and status = 'pending'`.execute(
        tx,
      );
    }
    await publish(tx, [
      {
        kind: 'step.started',
        aggregate: `run:${run.id}`,
        actor: run.startedBy,
        at,
        body: { runId: run.id, stepId: step.id, title: step.title, stepKind: step.kind, risk: step.risk, attempt: 0 },
      },
    ]);
    return created.rows;
  });
  const row = owned.steps.get(step.id);
  if (row) row.status = 'running';
  addSteps(owned, added);
}
