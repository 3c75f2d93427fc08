import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RunbookVersion } from '../../../../src/contract/runbook-version.ts';
import { comparisonQuery, versionList } from '../../api/queries.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { RiskChange } from '../../components/risk-change.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { VersionDiff } from './version-diff.tsx';

/** Each comparison reads two documents on the server: older rows are compared when they are opened. */
const COMPARED_ROWS = 10;

/** What the runbook was, each version with whether it does more harm than the one before it. */
export function VersionsView({ path, from, to }: { path: string; from: string | undefined; to: string | undefined }) {
  const query = useInfiniteQuery(versionList(path));
  const versions = query.data?.pages.flatMap((page) => page.items) ?? [];
  const pairs = versions.map((version, index) => pairOf(version, versions[index + 1]));
  const compared = useQueries({
    queries: pairs.slice(0, COMPARED_ROWS).map((pair) => ({
      ...comparisonQuery(path, pair?.from ?? '', pair?.to ?? ''),
      enabled: pair !== null,
    })),
  });
  if (!query.data) {
    return query.error ? (
      <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <SkeletonRows rows={4} what="the versions" />
    );
  }
  if (versions.length === 0) {
    return <EmptyState why="No version of this runbook is kept yet. The next look at its folder keeps one." />;
  }
  return (
    <>
      <ul aria-label="Versions" className="mb-4 max-w-[900px] border-t border-line">
        {versions.map((version, index) => {
          const pair = pairs[index] ?? null;
          return (
            <li
              key={`${version.sha256} ${version.seenAt}`}
              className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-1.5"
            >
              {version.sha256 === null ? (
                <span className="font-semibold">Removed</span>
              ) : (
                <Link
                  to="."
                  search={version.current ? {} : { version: version.sha256 }}
                  className="link code-face"
                  title="Its text"
                >
                  {version.sha256.slice(0, 12)}
                </Link>
              )}
              <span className="min-w-24 text-quiet">
                <Time at={version.seenAt} />
                {version.current ? ', current' : ''}
              </span>
              <span className="min-w-24">
                {compared[index]?.data ? (
                  <RiskChange risk={compared[index].data.risk} />
                ) : index === versions.length - 1 && !query.hasNextPage ? (
                  <span className="text-quiet">the first kept</span>
                ) : null}
              </span>
              {version.origin ? (
                <span className="min-w-0 text-quiet break-anywhere">commit {version.origin.slice(0, 12)}</span>
              ) : null}
              {pair ? (
                <Link
                  data-row
                  to="."
                  search={{ show: 'versions', from: pair.from, to: pair.to }}
                  aria-current={pair.from === from && pair.to === to ? 'true' : undefined}
                  className="link ml-auto aria-[current=true]:font-semibold"
                >
                  What changed
                  <span className="sr-only"> in {version.sha256?.slice(0, 12)}</span>
                </Link>
              ) : null}
            </li>
          );
        })}
      </ul>
      {query.hasNextPage ? (
        <Button onClick={() => void query.fetchNextPage()} pending={query.isFetchingNextPage && 'Fetching older ones…'}>
          Show older versions
        </Button>
      ) : null}
      {from ? <VersionDiff path={path} from={from} to={to ?? 'current'} /> : null}
    </>
  );
}

/** A version and the text before it; null for the first, and around a removal. */
function pairOf(version: RunbookVersion, before: RunbookVersion | undefined): { from: string; to: string } | null {
  if (version.sha256 === null || !before?.sha256 || before.sha256 === version.sha256) return null;
  return { from: before.sha256, to: version.sha256 };
}
