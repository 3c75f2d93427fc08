import { useState } from 'react';
import type { SeverityRank } from '../../../../src/contract/common.ts';
import type { Incident } from '../../../../src/contract/incident.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { formatDuration } from '../../lib/format-time.ts';
import { useSession } from '../../lib/use-session.ts';

const RANKS: readonly SeverityRank[] = [1, 2, 3, 4];

/** The severity, and changing it with a reason. */
export function SeverityControl({ incident }: { incident: Incident }) {
  const { may } = useSession();
  const { rank, label, scheme, respondWithinMs, resolveWithinMs } = incident.severity;
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState<SeverityRank>(rank);
  const change = useCommand({
    run: (body: { rank: SeverityRank; reason: string }) =>
      sendJson<Incident>('POST', `/api/v1/incidents/${incident.id}/severity`, { body }),
    touches: [['incidents']],
  });
  return (
    <div className="flex flex-wrap items-center justify-between gap-2">
      <p>
        <SeverityMark rank={rank} label={label} />{' '}
        <span className="text-quiet">
          {respondWithinMs === null ? 'no response time' : `answer within ${formatDuration(respondWithinMs)}`}
          {resolveWithinMs === null ? '' : `, resolve within ${formatDuration(resolveWithinMs)}`}, scheme {scheme}
        </span>
      </p>
      {may('operator') && incident.status !== 'closed' ? (
        <Button
          onClick={() => {
            setWanted(rank);
            setOpen(true);
          }}
        >
          Change severity
        </Button>
      ) : null}
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Severity of ${incident.number}`}
        action={wanted === rank ? 'Choose another severity' : 'Set severity'}
        pending="Saving…"
        reason="required"
        onConfirm={({ reason }) => change.mutateAsync({ rank: wanted, reason })}
      >
        <fieldset>
          <legend className="mb-1">Now {label}. The response time follows the severity.</legend>
          {RANKS.map((each) => (
            <label key={each} className="flex min-h-9 items-center gap-2">
              <input
                type="radio"
                name="rank"
                className="size-4"
                checked={wanted === each}
                onChange={() => setWanted(each)}
              />
              <SeverityMark rank={each} />
              <span className="text-quiet">rank {each}</span>
            </label>
          ))}
        </fieldset>
      </ConfirmDialog>
    </div>
  );
}
