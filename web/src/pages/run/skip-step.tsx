import { SkipForward } from 'lucide-react';
import { useState } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useSession } from '../../lib/use-session.ts';
import type { StepView } from './step-view.ts';

const SKIPPABLE_RUNS: readonly Run['status'][] = ['queued', 'running', 'waiting', 'paused'];

/** Leaves out a step that has not begun, with the reason on record. */
export function SkipStep({ run, step }: { run: Run; step: StepView }) {
  const { may } = useSession();
  const [open, setOpen] = useState(false);
  const skip = useCommand({
    run: (body: { step: string; reason: string }) => sendJson<Run>('POST', `/api/v1/runs/${run.id}/skip`, { body }),
    touches: [['runs'], ['approvals']],
  });
  const waits = step.status === 'waiting';
  const container = run.plan.steps.find((each) => each.id === step.plan.within);
  const isPattern = container?.kind === 'foreach' && step.run?.item === undefined;
  // Once its items are known, the pattern of a foreach is not carried out itself: each of them is left out by itself.
  if (step.instances.length > 0) return null;
  if (step.helps || !(waits || step.status === 'pending')) return null;
  if (!SKIPPABLE_RUNS.includes(run.status) || !may('operator')) return null;
  return (
    <>
      <button
        type="button"
        aria-label={`Skip ${step.plan.title}…`}
        title="Skip this step…"
        onClick={() => setOpen(true)}
        className="inline-flex size-7 items-center justify-center rounded-md text-quiet hover:bg-hover hover:text-ink max-sm:size-9"
      >
        <SkipForward aria-hidden="true" size={14} />
      </button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Skip “${step.plan.title}”`}
        action="Skip this step"
        pending="Skipping…"
        reason="required"
        onConfirm={({ reason }) => skip.mutateAsync({ step: step.id, reason })}
      >
        <p>
          It will not run{waits ? ', its question is withdrawn,' : ''} and the run goes on with what follows. Steps that
          rely on it may fail.{isPattern ? ' It is left out for every item.' : ''}
        </p>
      </ConfirmDialog>
    </>
  );
}
