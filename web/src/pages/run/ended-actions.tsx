import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button, buttonClasses } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { undoableSteps } from './doubt-choices.ts';
import type { StepView } from './step-view.ts';

/** What can be done with a run that has ended: undo it, or run it again. */
export function EndedActions({ run, steps }: { run: Run; steps: readonly StepView[] }) {
  const { may } = useSession();
  const [open, setOpen] = useState(false);
  const rollBack = useCommand({
    run: (body: { reason?: string }) => sendJson<Run>('POST', `/api/v1/runs/${run.id}/rollback`, { body }),
    touches: [['runs'], ['incidents']],
  });
  const undoable = undoableSteps(steps);
  const broken = steps.find((step) => ['failed', 'cancelled'].includes(step.status) && step.plan.within === undefined);
  const again = {
    runbook: run.runbook,
    procedure: run.procedure,
    ...(run.incidentId ? { incident: run.incidentId } : {}),
    ...(run.environment ? { environment: run.environment } : {}),
  };
  return (
    <>
      {undoable.length > 0 && run.status !== 'rolled-back' && may('approver') ? (
        <Button look={run.status === 'succeeded' ? 'plain' : 'primary'} onClick={() => setOpen(true)}>
          Roll back {plural(undoable.length, 'step')}…
        </Button>
      ) : null}
      {may('operator') ? (
        <>
          {broken && run.status !== 'rolled-back' ? (
            <Link to="/runs/new" search={{ ...again, from: broken.id }} className={buttonClasses()}>
              Run again from where it stopped…
            </Link>
          ) : null}
          <Link to="/runs/new" search={again} className={buttonClasses()}>
            Run it again…
          </Link>
        </>
      ) : null}
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Roll back “${run.title}”`}
        action={`Roll back ${plural(undoable.length, 'step')}`}
        pending="Starting the rollback…"
        danger
        reason="optional"
        onConfirm={({ reason }) => rollBack.mutateAsync(reason ? { reason } : {})}
      >
        <p>These are undone, last first:</p>
        <ol className="list-decimal pl-5">
          {undoable.toReversed().map((step) => (
            <li key={step.id}>{step.plan.title}</li>
          ))}
        </ol>
      </ConfirmDialog>
    </>
  );
}
