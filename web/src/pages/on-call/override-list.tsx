import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Override } from '../../../../src/contract/oncall.ts';
import { overridesQuery } from '../../api/on-call-queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { useSession } from '../../lib/use-session.ts';
import { ZoneMoment } from './zone-moment.tsx';

/** Who stands in, now and later; each can be taken back. */
export function OverrideList({ schedule, zone }: { schedule: string; zone: string }) {
  const { may } = useSession();
  const query = useQuery(overridesQuery(schedule));
  const [removing, setRemoving] = useState<Override | null>(null);
  const remove = useCommand({
    run: (id: string) =>
      sendJson('DELETE', `/api/v1/schedules/${encodeURIComponent(schedule)}/overrides/${encodeURIComponent(id)}`),
    touches: [['oncall']],
  });
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data || query.data.length === 0) return null;
  return (
    <div className="mt-3">
      <h3 className="text-body">
        Overrides <span className="font-normal text-quiet">{query.data.length}</span>
      </h3>
      <ul aria-label={`Overrides of ${schedule}`}>
        {query.data.map((override) => (
          <li
            key={override.id}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line py-1.5"
          >
            <div className="min-w-0 flex-1 basis-64">
              <p className="break-anywhere">
                <OverrideWords override={override} zone={zone} />
              </p>
              <p className="text-small text-quiet break-anywhere">
                {override.reason ? `${override.reason} · ` : ''}by {actorWords(override.createdBy)}
              </p>
            </div>
            {may('operator') ? (
              <Button
                onClick={() => setRemoving(override)}
                aria-label={`Remove override of ${override.user} in ${schedule}`}
              >
                Remove…
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {removing ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setRemoving(null)}
          title={`Remove the override of ${removing.user}`}
          action="Remove 1 override"
          pending="Removing…"
          danger
          onConfirm={() => remove.mutateAsync(removing.id)}
        >
          <p>
            <OverrideWords override={removing} zone={zone} />. From now on{' '}
            {removing.replaces ?? 'whoever the layers say'} is on call in that time; pages that are already out stay
            with {removing.user}.
          </p>
        </ConfirmDialog>
      ) : null}
    </div>
  );
}

function OverrideWords({ override, zone }: { override: Override; zone: string }) {
  return (
    <>
      <strong>{override.user}</strong> for {override.replaces ?? 'whoever is on'}
      {override.layer ? ` in layer ${override.layer}` : ''}, <ZoneMoment at={override.start} zone={zone} /> to{' '}
      <ZoneMoment at={override.end} zone={zone} />
    </>
  );
}
