import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { StatusDraft } from '../../../../src/contract/status-page.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Time } from '../../components/time.tsx';
import { draftsQuery } from './status-queries.ts';

/** What escalations wrote for the public: a person reads it before the public does. */
export function Drafts({ onReview }: { onReview: ((draft: StatusDraft) => void) | null }) {
  const query = useQuery(draftsQuery);
  const [leaving, setLeaving] = useState<StatusDraft | null>(null);
  const remove = useCommand({
    run: (id: string) => sendJson('DELETE', `/api/v1/status-page/drafts/${encodeURIComponent(id)}`),
    touches: [['status-page']],
  });
  const drafts = query.data?.items ?? [];
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  if (drafts.length === 0) return null;
  return (
    <section aria-labelledby="drafts" className="mb-6 rounded-md border border-ask bg-ask-soft p-3">
      <h2 id="drafts" className="text-lead">
        Waiting to be published
      </h2>
      <ul>
        {drafts.map((draft) => (
          <li key={draft.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-2">
            <div className="min-w-0 flex-1 basis-60">
              <p className="font-semibold break-anywhere">{draft.name}</p>
              <p className="text-quiet break-anywhere">
                Drafted <Time at={draft.createdAt} /> for{' '}
                <Link to="/incidents/$id" params={{ id: draft.incidentId }} className="link">
                  its incident
                </Link>
              </p>
            </div>
            {onReview ? (
              <div className="flex flex-wrap gap-2">
                <Button look="primary" onClick={() => onReview(draft)}>
                  Review and publish…
                </Button>
                <Button onClick={() => setLeaving(draft)}>Throw away…</Button>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {leaving ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setLeaving(null)}
          title="Throw the draft away?"
          action="Throw 1 draft away"
          pending="Throwing away…"
          onConfirm={() => remove.mutateAsync(leaving.id)}
        >
          <p>The public is not told of it: {leaving.name}</p>
        </ConfirmDialog>
      ) : null}
    </section>
  );
}
