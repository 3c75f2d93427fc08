import { sql } from 'kysely';
import type { WaitingFor } from '../../contract/run.ts';
import type { PlannedStep } from '../../contract/runbook.ts';
import type { Tx } from '../../platform/db/database.ts';
import type { PublishedEvent } from '../../platform/events/publish.ts';
import { setTimer } from '../../platform/timers/timer-service.ts';
import { approvalNeed } from './approval-policy.ts';
import { requestApproval } from './approval-store.ts';
import { type Release, releaseRun } from './claim-store.ts';
import type { Move } from './decide-move.ts';
import { queueForLock } from './lock-store.ts';
import type { OwnedRun } from './owned-run.ts';
import { effectOf } from './resolve-effect.ts';
import type { WorkerContext } from './run-context.ts';
import { runLost } from './step-transition-store.ts';

/** Wakes a run whose wait step or retry delay is over; the subject is `run/step`. */
export const STEP_TIMER = 'step-wait';

type Parking =
  | Extract<Move, { kind: 'ask-approval' | 'ask' | 'sleep' | 'park' }>
  | { kind: 'pause' }
  | { kind: 'retry-later'; step: PlannedStep; delayMs: number }
  | { kind: 'queue-for-lock'; step: PlannedStep; name: string; runId: string; stepId: string; holder: string };

/**
 * Lets a run go that waits for something: no connection, no memory, no worker is held meanwhile.
 * @returns false when it has to be cancelled first
 */
export async function parkRun(context: WorkerContext, owned: OwnedRun, move: Parking): Promise<boolean> {
  const at = context.clock.now();
  const actor = owned.claim.run.startedBy;
  const release = async (
    change: { status: 'waiting' | 'paused' | 'in-doubt'; waitingFor: WaitingFor | null; reason: string | null },
    also: (tx: Tx) => Promise<readonly PublishedEvent[]> = async () => [],
  ) => {
    const event =
      change.status === 'waiting' ? 'run.waiting' : change.status === 'paused' ? 'run.paused' : 'run.in-doubt';
    const released = await releaseRun(
      context.database,
      { run: owned.claim.run, workerId: context.lease.id },
      { ...change, endedAt: null, event, at, actor },
      also,
    );
    return settleRelease(context, owned, released);
  };

  switch (move.kind) {
    case 'pause':
      return release({ status: 'paused', waitingFor: null, reason: owned.pauseReason });
    case 'park':
      return release({
        status: move.status,
        waitingFor: move.status === 'in-doubt' ? 'decision' : waitingForOf(move.step),
        reason: `"${move.step.title}" is ${move.status}`,
      });
    case 'ask':
      return release(
        { status: 'waiting', waitingFor: move.waitingFor, reason: `"${move.step.title}" waits for a person` },
        async (tx) => [await waitAtStep(tx, owned, move.step, at, actor)],
      );
    case 'retry-later': {
      const dueAt = new Date(at.getTime() + move.delayMs);
      return release(
        {
          status: 'waiting',
          waitingFor: 'wait',
          reason: `"${move.step.title}" is tried again at ${dueAt.toISOString()}`,
        },
        async (tx) => {
          await setTimer(tx, { kind: STEP_TIMER, subject: `${owned.claim.run.id}/${move.step.id}`, dueAt });
          return [];
        },
      );
    }
    case 'queue-for-lock':
      return release(
        {
          status: 'waiting',
          waitingFor: 'wait',
          reason: `"${move.step.title}" waits for the lock ${move.name}, which ${move.holder} holds`,
        },
        async (tx) => {
          const waiting = await waitAtStep(tx, owned, move.step, at, actor);
          await queueForLock(tx, move);
          return [waiting];
        },
      );
    case 'sleep': {
      const dueAt = new Date(at.getTime() + move.durationMs);
      return release({ status: 'waiting', waitingFor: 'wait', reason: `until ${dueAt.toISOString()}` }, async (tx) => {
        const waiting = await waitAtStep(tx, owned, move.step, at, actor);
        await setTimer(tx, { kind: STEP_TIMER, subject: `${owned.claim.run.id}/${move.step.id}`, dueAt });
        return [waiting];
      });
    }
    case 'ask-approval': {
      const need = approvalNeed(move.step, owned.claim.run);
      return release(
        { status: 'waiting', waitingFor: 'approval', reason: `"${move.step.title}" needs approval (${need.reason})` },
        async (tx) => {
          const waiting = await waitAtStep(tx, owned, move.step, at, actor);
          const requested = await requestApproval(tx, {
            runId: owned.claim.run.id,
            stepId: move.step.id,
            planHash: owned.claim.run.planHash,
            needed: need.needed,
            at,
            actor,
            ...effectOf(owned, move.step),
          });
          return [waiting, requested];
        },
      );
    }
  }
}

/** What a step that is waiting already waits for: those that ask nothing by themselves wait for an approval. */
function waitingForOf(step: PlannedStep): WaitingFor {
  const { kind } = step.action;
  return kind === 'input' || kind === 'choice' || kind === 'manual' || kind === 'wait' ? kind : 'approval';
}

function settleRelease(context: WorkerContext, owned: OwnedRun, released: Release): boolean {
  if (released.kind === 'lost') throw runLost(owned.claim.run.id);
  if (released.kind === 'cancel-first') {
    owned.cancelRequestedBy = released.requestedBy;
    return false;
  }
  context.wakeups.kick('outbox');
  context.wakeups.kick('timers');
  return true;
}

/** Marks the step as waiting. @returns the event to publish */
async function waitAtStep(
  tx: Tx,
  owned: OwnedRun,
  step: PlannedStep,
  at: Date,
  actor: string,
): Promise<PublishedEvent> {
  await sql`
    update run_steps set status = 'waiting', started_at = coalesce(started_at, ${at})
    where run_id = ${owned.claim.run.id} and id = ${step.id} and status = 'pending'`.execute(tx);
  return {
    kind: 'step.waiting',
    aggregate: `run:${owned.claim.run.id}`,
    actor,
    at,
    body: {
      runId: owned.claim.run.id,
      stepId: step.id,
      title: step.title,
      stepKind: step.kind,
      risk: step.risk,
      attempt: owned.steps.get(step.id)?.attempts ?? 0,
    },
  };
}

/** Ends a run; steps that will not run any more say so. @returns false when it has to be cancelled first */
export async function finishRun(
  context: WorkerContext,
  owned: OwnedRun,
  move: Extract<Move, { kind: 'finish' }> | { kind: 'cancel' },
): Promise<boolean> {
  const at = context.clock.now();
  const status = move.kind === 'cancel' ? 'cancelled' : move.status;
  const reason = move.kind === 'cancel' ? `cancelled by ${owned.cancelRequestedBy}` : move.reason;
  const released = await releaseRun(
    context.database,
    { run: owned.claim.run, workerId: context.lease.id },
    {
      status,
      waitingFor: null,
      reason,
      endedAt: at,
      event: `run.${status}`,
      at,
      actor: owned.cancelRequestedBy ?? owned.claim.run.startedBy,
    },
    async (tx) => {
      if (status === 'succeeded' || status === 'rolled-back') return [];
      await sql`update run_steps set status = 'cancelled' where run_id = ${owned.claim.run.id} and not helper and status in ('pending', 'waiting', 'running')`.execute(
        tx,
      );
      return [];
    },
  );
  return settleRelease(context, owned, released);
}
