import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { runbookSearchQuery } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useListKeys } from '../../components/use-list-keys.ts';
import { plural } from '../../lib/plural.ts';

/** Runbooks whose text holds all the words, with where they stand. */
export function SearchHits({ words, allowed }: { words: string; allowed: (path: string) => boolean }) {
  useListKeys();
  const query = useQuery(runbookSearchQuery(words));
  if (!query.data) {
    return query.error ? (
      <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <SkeletonRows rows={6} what="the search" />
    );
  }
  const hits = query.data.items.filter((hit) => allowed(hit.path));
  if (hits.length === 0) return <EmptyState why={`In no runbook all of these words occur: ${words}.`} />;
  return (
    <section aria-label="Search results" className="max-w-[900px]">
      <p className="mb-1 text-quiet">{plural(hits.length, 'runbook')}</p>
      <ul className="border-t border-line">
        {hits.map((hit) => (
          <li key={hit.path} className="border-b border-line py-2">
            <p className="flex flex-wrap items-baseline gap-x-3">
              <Link
                data-row
                to="/runbooks/$"
                params={{ _splat: hit.path }}
                className="font-semibold break-anywhere hover:underline"
              >
                {hit.title}
              </Link>
              <span className="code-face text-quiet break-anywhere">{hit.path}</span>
            </p>
            {hit.excerpts.map((excerpt) => (
              <p key={excerpt} className="text-quiet break-anywhere">
                <Excerpt text={excerpt} />
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The words that were found stand between « and »; between two places of the text stands ⏎. */
function Excerpt({ text }: { text: string }) {
  return text
    .replaceAll('⏎', ' … ')
    .split(/(«[^»]*»)/)
    .map((part, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
      <Fragment key={index}>
        {part.startsWith('«') ? <strong className="text-ink">{part.slice(1, -1)}</strong> : part}
      </Fragment>
    ));
}
