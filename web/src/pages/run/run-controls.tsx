import { Ellipsis } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import type { Run, RunStatus } from '../../../../src/contract/run.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button, buttonClasses } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { MENU_CLASSES, MENU_ITEM_CLASSES } from '../../components/menu-classes.ts';
import { useSession } from '../../lib/use-session.ts';

const PAUSABLE: readonly RunStatus[] = ['queued', 'running', 'waiting'];
const CANCELLABLE: readonly RunStatus[] = ['queued', 'running', 'waiting', 'paused'];

type Steering = { verb: 'pause' | 'resume' | 'cancel'; reason?: string };

/**
 * Pause, resume, cancel: whatever the run's state allows.
 * @param props.compact beside a decision, where they must not draw the eye: behind one button
 */
export function RunControls({ run, compact = false }: { run: Run; compact?: boolean }) {
  const { may } = useSession();
  const [cancelling, setCancelling] = useState(false);
  const steer = useCommand({
    run: ({ verb, reason }: Steering) =>
      sendJson<Run>('POST', `/api/v1/runs/${run.id}/${verb}`, { body: reason ? { reason } : {} }),
    touches: [['runs'], ['approvals'], ['incidents']],
  });
  if (!may('operator')) return null;
  const pausing = run.status === 'running' && steer.isSuccess && steer.variables.verb === 'pause';
  const pausable = PAUSABLE.includes(run.status);
  const cancellable = CANCELLABLE.includes(run.status);
  const pause = () => steer.mutate({ verb: 'pause' });

  return (
    <>
      {compact ? (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger aria-label="More actions for this run" className={buttonClasses()}>
            <Ellipsis aria-hidden="true" size={16} />
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content
              side="top"
              align="end"
              sideOffset={4}
              collisionPadding={8}
              className={MENU_CLASSES}
              // The dialog that an item opens takes the focus; the menu must not take it back.
              onCloseAutoFocus={(event) => event.preventDefault()}
            >
              <DropdownMenu.Item className={MENU_ITEM_CLASSES} disabled={!pausable} onSelect={pause}>
                Pause run
              </DropdownMenu.Item>
              <DropdownMenu.Item
                className={MENU_ITEM_CLASSES}
                disabled={!cancellable}
                onSelect={() => setCancelling(true)}
              >
                Cancel run…
              </DropdownMenu.Item>
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      ) : (
        <>
          {pausable ? (
            <Button pending={(steer.isPending && 'Saving…') || (pausing && 'Pauses after this step…')} onClick={pause}>
              Pause run
            </Button>
          ) : null}
          {run.status === 'paused' ? (
            <Button
              look="primary"
              pending={steer.isPending && 'Saving…'}
              onClick={() => steer.mutate({ verb: 'resume' })}
            >
              Resume run
            </Button>
          ) : null}
          {cancellable ? <Button onClick={() => setCancelling(true)}>Cancel run…</Button> : null}
        </>
      )}
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
