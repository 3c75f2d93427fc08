import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';

/** Asks before what was typed is lost: on a link of this site in a dialog, on closing the tab by the browser's own. */
export function LeaveGuard() {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      open={status === 'blocked'}
      onOpenChange={(open) => open || reset?.()}
      title="Leave without saving?"
      action="Leave and lose my changes"
      pending="Leaving…"
      danger
      onConfirm={async () => proceed?.()}
    >
      <p>What you changed in this postmortem is not saved.</p>
    </ConfirmDialog>
  );
}
