import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Incident, IncidentSummary } from '../../../../src/contract/incident.ts';
import { incidentList } from '../../api/queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';

/** More than these and one looks for words instead of reading. */
const SHOWN = 8;

/** Makes an incident part of another one that is open. Says what that does before it is done. */
export function MergeDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const query = useInfiniteQuery(incidentList({ open: true }));
  const [words, setWords] = useState('');
  const [into, setInto] = useState<IncidentSummary | null>(null);
  const merge = useCommand({
    run: (body: { into: string; reason: string }) =>
      sendJson<Incident>('POST', `/api/v1/incidents/${incident.id}/merge`, { body }),
    touches: [['incidents'], ['findings'], ['runs'], ['inbox']],
  });
  const others = query.data?.pages.flatMap(({ items }) => items).filter(({ id }) => id !== incident.id);
  const sought = words.trim().toLowerCase();
  const found = others?.filter(({ number, title }) => `${number} ${title}`.toLowerCase().includes(sought)) ?? [];
  const first = found.slice(0, SHOWN);
  // The chosen one stays in sight, whatever is looked for next.
  const shown = into && !first.some(({ id }) => id === into.id) ? [into, ...first] : first;
  return (
    <ConfirmDialog
      open
      wide
      onOpenChange={(open) => open || onClose()}
      title={`Merge ${incident.number} into another incident`}
      action={into ? `Merge into ${into.number}` : 'Choose an incident'}
      pending="Merging…"
      reason="required"
      barred={others?.length === 0 && !query.hasNextPage ? 'No other incident is open.' : null}
      onConfirm={async ({ reason }) => into && merge.mutateAsync({ into: into.id, reason })}
    >
      <p>
        {incident.number} closes, its findings and runs move to {into ? into.number : 'the other one'}, which goes on;
        pages of {incident.number} that have not left are stopped.
      </p>
      {query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null}
      {others && others.length > SHOWN ? (
        <Field label="Find it by number or title">
          {(attributes) => (
            <TextInput {...attributes} value={words} onChange={(event) => setWords(event.target.value)} />
          )}
        </Field>
      ) : null}
      {others === undefined ? (
        <p className="text-quiet">Waiting for the list of open incidents…</p>
      ) : (
        <fieldset className="min-w-0">
          <legend className="mb-1 font-semibold">The one that goes on</legend>
          {shown.map((each) => (
            <label key={each.id} className="flex min-h-9 items-center gap-2 py-1 max-sm:min-h-11">
              <input
                type="radio"
                name="into"
                required
                className="size-4 shrink-0"
                checked={into?.id === each.id}
                onChange={() => setInto(each)}
              />
              <SeverityMark rank={each.severity.rank} label={each.severity.label} />
              <span className="min-w-0 break-anywhere">
                <span className="code-face">{each.number}</span> {each.title}
              </span>
            </label>
          ))}
          {found.length > SHOWN ? (
            <p className="text-quiet">And {found.length - SHOWN} more: find it by its words.</p>
          ) : null}
          {query.hasNextPage ? (
            <Button
              className="mt-2"
              pending={query.isFetchingNextPage && 'Fetching older incidents…'}
              onClick={() => void query.fetchNextPage()}
            >
              Fetch older incidents
            </Button>
          ) : null}
        </fieldset>
      )}
    </ConfirmDialog>
  );
}
