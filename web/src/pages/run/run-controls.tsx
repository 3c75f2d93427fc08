import { useState } from 'react';
import type { Run, RunStatus } from '../../../../src/contract/run.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { useSession } from '../../lib/use-session.ts';

const PAUSABLE: readonly RunStatus[] = ['queued', 'running', 'waiting'];
const CANCELLABLE: readonly RunStatus[] = ['queued', 'running', 'waiting', 'paused'];

/** Pause, resume, cancel: whatever the run's state allows. */
export function RunControls({ run }: { run: Run }) {
  const { may } = useSession();
  const [cancelling, setCancelling] = useState(false);
  const steer = useCommand({
    run: ({ verb, reason }: { verb: 'pause' | 'resume' | 'cancel'; reason?: string }) =>
      sendJson<Run>('POST', `/api/v1/runs/${run.id}/${verb}`, { body: reason ? { reason } : {} }),
    touches: [['runs'], ['approvals'], ['incidents']],
  });
  if (!may('operator')) return null;
  const pausing = run.status === 'running' && steer.isSuccess && steer.variables.verb === 'pause';
  return (
    <>
      {PAUSABLE.includes(run.status) ? (
        <Button
          className="max-sm:flex-1"
          pending={(steer.isPending && 'Saving…') || (pausing && 'Pauses after this step…')}
          onClick={() => steer.mutate({ verb: 'pause' })}
        >
          Pause
        </Button>
      ) : null}
      {run.status === 'paused' ? (
        <Button
          className="max-sm:flex-1"
          look="primary"
          pending={steer.isPending && 'Saving…'}
          onClick={() => steer.mutate({ verb: 'resume' })}
        >
          Resume run
        </Button>
      ) : null}
      {CANCELLABLE.includes(run.status) ? (
        <Button className="max-sm:flex-1" onClick={() => setCancelling(true)}>
          Cancel run…
        </Button>
      ) : null}
      {steer.error && !cancelling ? <ErrorPanel error={steer.error} /> : null}
      <ConfirmDialog
        open={cancelling}
        onOpenChange={setCancelling}
        title="Cancel this run"
        action="Cancel this run"
        pending="Cancelling…"
        danger
        reason="optional"
        onConfirm={({ reason }) => steer.mutateAsync({ verb: 'cancel', ...(reason ? { reason } : {}) })}
      >
        <p>
          {run.status === 'running'
            ? 'The step under way is ended (its processes get TERM, then KILL), and no other step runs.'
            : 'No further step runs, and what is asked is withdrawn.'}{' '}
          What is done stays done; where steps declare a rollback, it can be started afterwards.
        </p>
      </ConfirmDialog>
    </>
  );
}
