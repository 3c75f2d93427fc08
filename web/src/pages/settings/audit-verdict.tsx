import { useQuery } from '@tanstack/react-query';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { auditVerdictQuery } from '../../api/queries.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Time } from '../../components/time.tsx';
import { plural } from '../../lib/plural.ts';

/** Whether the chain of hashes holds, from the first entry to the last. */
export function AuditVerdict() {
  const query = useQuery(auditVerdictQuery);
  const verdict = query.data;
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line pb-3">
      <div className="flex min-w-0 flex-1 basis-72 items-start gap-2" role="status">
        {verdict ? (
          <>
            {verdict.ok ? (
              <ShieldCheck aria-hidden="true" size={20} className="shrink-0 text-good" />
            ) : (
              <ShieldAlert aria-hidden="true" size={20} className="shrink-0 text-bad" />
            )}
            <div className="min-w-0 break-anywhere">
              <p className={verdict.ok ? 'font-semibold text-good' : 'font-semibold text-bad'}>
                {verdict.ok
                  ? `The log is whole: ${plural(verdict.entries, 'entry', 'entries')} checked`
                  : `The log was tampered with at entry ${verdict.seq} (${verdict.problem})`}
              </p>
              <p className="text-small text-quiet">
                {verdict.ok ? `Ends with entry ${verdict.lastSeq}, ${verdict.lastHash.slice(0, 16)}…` : verdict.message}
                , checked <Time at={new Date(query.dataUpdatedAt).toISOString()} />
              </p>
            </div>
          </>
        ) : query.error ? (
          <ErrorPanel error={query.error} />
        ) : (
          <p className="text-quiet">Following the chain of hashes…</p>
        )}
      </div>
      <Button pending={query.isFetching && 'Checking…'} onClick={() => void query.refetch()}>
        Check again
      </Button>
    </div>
  );
}
