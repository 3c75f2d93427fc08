import { useQuery } from '@tanstack/react-query';
import type { SeveritySchemeBody } from '../../../../src/contract/severity-scheme.ts';
import { severitySchemesQuery } from '../../api/on-call-queries.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { formatDuration } from '../../lib/format-time.ts';

type Level = SeveritySchemeBody['levels'][number];

/** What the ranks are called and what is promised for each; schemes are written by file. */
export function SeveritySchemes() {
  const schemes = useQuery(severitySchemesQuery);
  return (
    <section aria-labelledby="schemes" className="mt-5">
      <h2 id="schemes" className="mb-1 text-lead">
        Severity schemes
      </h2>
      {schemes.error ? <ErrorPanel error={schemes.error} onRetry={() => void schemes.refetch()} /> : null}
      {schemes.data ? (
        <ul className="border-t border-line">
          {schemes.data.map((scheme) => (
            <li key={scheme.name} className="border-b border-line py-2">
              <p className="break-anywhere">
                <span className="font-semibold">{scheme.name}</span>{' '}
                <span className="text-quiet">{describe(scheme)}</span>
              </p>
              <ul className="grid grid-cols-2 gap-x-4 max-sm:grid-cols-1">
                {scheme.levels.map((level) => (
                  <li key={level.rank} className="break-anywhere">
                    <SeverityMark rank={level.rank} label={level.label} />{' '}
                    <span className="text-quiet">{describeLevel(level)}</span>
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      ) : schemes.error ? null : (
        <SkeletonRows rows={4} what="the severity schemes" />
      )}
    </section>
  );
}

function describe({ current, written, calendar }: SeveritySchemeBody): string {
  const parts = [
    current ? 'of new incidents unless a route says otherwise' : '',
    written ? 'written here' : 'ships with Holdfast',
    calendar ? `business days of ${calendar}` : '',
  ];
  return parts.filter(Boolean).join(' · ');
}

function describeLevel({ respondWithinMs, nextBusinessDay, resolveWithinMs, updateEveryMs, meaning }: Level): string {
  const parts = [
    meaning,
    respondWithinMs !== null
      ? `answer within ${formatDuration(respondWithinMs)}`
      : nextBusinessDay
        ? 'answer on the next business day'
        : '',
    resolveWithinMs === null ? '' : `resolve within ${formatDuration(resolveWithinMs)}`,
    updateEveryMs === null ? '' : `update every ${formatDuration(updateEveryMs)}`,
  ];
  return parts.filter(Boolean).join(', ');
}
