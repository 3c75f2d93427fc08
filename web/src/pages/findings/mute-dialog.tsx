import type { Finding } from '../../../../src/contract/finding.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { plural } from '../../lib/plural.ts';

/** Mutes findings with one reason for all. */
export function MuteDialog({
  findings,
  open,
  onOpenChange,
}: {
  findings: readonly Finding[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const mute = useCommand({
    run: async (reason: string) => {
      for (const finding of findings) {
        await sendJson<Finding>('POST', `/api/v1/findings/${finding.id}/status`, {
          body: { status: 'muted', reason },
        });
      }
    },
    touches: [['findings'], ['incidents']],
  });
  const what = plural(findings.length, 'finding');
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Mute ${what}`}
      action={`Mute ${what}`}
      pending="Muting…"
      reason="required"
      onConfirm={({ reason }) => mute.mutateAsync(reason)}
    >
      <p>Muted findings are still watched, but open no incident and page nobody until they are reopened or fixed.</p>
      <ul className="list-disc pl-5">
        {findings.map((finding) => (
          <li key={finding.id} className="break-anywhere">
            {finding.title}
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}
