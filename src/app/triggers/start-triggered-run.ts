import { sql } from 'kysely';
import { planFromLibrary, type RunbookLibrary } from '../../act/runbooks/index.ts';
import { insertRun } from '../../act/runs/index.ts';
import { isConnectionLoss, type Tx } from '../../platform/db/database.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { fixFinding, observeFinding } from '../../respond/findings/index.ts';

/** Somebody should look within the day: what was to happen by itself did not. */
const TRIGGER_FAILED_RANK = 3;

export type TriggerDeps = {
  library: RunbookLibrary;
  logger: Logger;
  isSignedOff(runbook: string, procedure: string): boolean;
  seal(secrets: Record<string, string>, context: string): string;
};

/** A procedure to be started by something other than a person: a time, a request. */
export type Triggered = {
  runbook: string;
  procedure: string | null;
  /** Values for inputs; those of other names are left out. */
  inputs: Readonly<Record<string, string>>;
  /** What the record names as the one who started it: `schedule`, `hook:deploys`. */
  actor: string;
  at: Date;
};

/**
 * Starts it as an automatic run, which stops at its first change unless the procedure is signed off. One that cannot be
 * started opens a finding, so that a backup that silently stopped running is noticed; the next start fixes it.
 * @returns the run's id, or why there is none
 */
export async function startTriggeredRun(
  deps: TriggerDeps,
  tx: Tx,
  wanted: Triggered,
): Promise<{ runId: string } | { problem: string }> {
  const identity = { runbook: wanted.runbook, procedure: wanted.procedure ?? '', by: wanted.actor };
  await sql`savepoint triggered_run`.execute(tx);
  try {
    const { document } = await deps.library.read(wanted.runbook);
    const known = new Set(document.inputs.map((input) => input.name));
    const inputs = Object.fromEntries(Object.entries(wanted.inputs).filter(([name]) => known.has(name)));
    const { plan, text } = await planFromLibrary(deps.library, {
      runbook: wanted.runbook,
      procedure: wanted.procedure ?? document.procedures[0]?.slug,
      inputs,
    });
    if (plan.missingInputs.length > 0) {
      throw new HoldfastError({
        code: 'run.missing-inputs',
        kind: 'invalid',
        message: `it needs ${plan.missingInputs.join(', ')}`,
        hint: 'Give these a default, or a value at the trigger.',
      });
    }
    const secrets = Object.fromEntries(Object.entries(inputs).filter(([name]) => plan.inputTypes[name] === 'secret'));
    const runId = await insertRun(
      tx,
      {
        plan,
        source: text,
        secrets,
        incidentId: null,
        startedBy: wanted.actor,
        startedByPerson: wanted.actor,
        automatic: true,
        signedOff: deps.isSignedOff(plan.runbook, plan.procedure),
        at: wanted.at,
      },
      deps.seal,
    );
    await tell(tx, 'runbook.triggered', wanted, { procedure: plan.procedure, runId });
    await fixFinding(tx, { kind: 'breach', identity, text: 'It was started', at: wanted.at });
    return { runId };
  } catch (thrown) {
    if (isConnectionLoss(thrown)) throw thrown;
    await sql`rollback to savepoint triggered_run`.execute(tx);
    const problem = messageOf(thrown);
    deps.logger.warn({ err: thrown, runbook: wanted.runbook, by: wanted.actor }, 'triggered runbook not started');
    await tell(tx, 'runbook.trigger-skipped', wanted, { reason: problem });
    await observeFinding(tx, {
      kind: 'breach',
      identity,
      labels: {},
      title: `${wanted.runbook} could not be started by ${wanted.actor}`,
      severity: TRIGGER_FAILED_RANK,
      text: problem,
      at: wanted.at,
    });
    return { problem };
  }
}

/** Puts on record what became of a trigger. */
export async function tell(
  tx: Tx,
  kind: 'runbook.triggered' | 'runbook.trigger-skipped',
  wanted: Pick<Triggered, 'runbook' | 'procedure' | 'actor' | 'at'>,
  more: { procedure?: string; runId?: string; reason?: string },
): Promise<void> {
  await publish(tx, [
    {
      kind,
      aggregate: `runbook:${wanted.runbook}`,
      actor: wanted.actor,
      at: wanted.at,
      body: { runbook: wanted.runbook, ...(wanted.procedure === null ? {} : { procedure: wanted.procedure }), ...more },
    },
  ]);
}
