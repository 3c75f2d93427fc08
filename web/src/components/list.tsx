import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from './button.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { joinClasses } from './join-classes.ts';
import { SkeletonRows } from './skeleton.tsx';
import { useListKeys } from './use-list-keys.ts';

export type Column<Item> = {
  title: string;
  cell: (item: Item) => ReactNode;
  /** Tailwind width or alignment classes. */
  className?: string;
  /** On phones only the columns that say so are shown, in the lines they name. */
  phone?: 'first' | 'second' | 'hidden';
};

type Pages<Item> = {
  data?: { pages: { items: Item[] }[] } | undefined;
  error: unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
  refetch: () => unknown;
};

/** A list: 36 px rows under a header that stays; on phones two lines per row. */
export function List<Item>({
  query,
  columns,
  keyOf,
  caption,
  empty,
  rowState,
}: {
  query: Pages<Item>;
  columns: readonly Column<Item>[];
  keyOf: (item: Item) => string;
  /** What the list holds, for those who cannot see it, and while it is waited for. */
  caption: string;
  empty: ReactNode;
  rowState?: (item: Item) => string | null;
}) {
  useListKeys();
  const items = query.data?.pages.flatMap((page) => page.items);
  if (!items) {
    return query.error ? (
      <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <SkeletonRows rows={8} what={caption} />
    );
  }
  return (
    <>
      {query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null}
      {items.length === 0 ? (
        empty
      ) : (
        <table className="w-full border-collapse text-left max-sm:block">
          <caption className="sr-only">{caption}</caption>
          <thead className="max-sm:sr-only">
            <tr>
              {columns.map((column) => (
                <th
                  key={column.title}
                  scope="col"
                  className={joinClasses(
                    'sticky top-12 z-10 h-9 border-b border-line bg-page pr-4 font-normal whitespace-nowrap text-quiet last:pr-0',
                    column.className,
                  )}
                >
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="max-sm:block">
            {items.map((item) => (
              <tr
                key={keyOf(item)}
                data-state={rowState?.(item) ?? undefined}
                className="border-b border-line focus-within:bg-hover hover:bg-hover data-[state=selected]:bg-accent-soft max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-3 max-sm:gap-y-1 max-sm:py-2.5"
              >
                {columns.map((column) => (
                  <td
                    key={column.title}
                    className={joinClasses(
                      'h-9 pr-4 last:pr-0 max-sm:h-auto max-sm:pr-0 max-sm:text-left max-sm:last:ml-auto',
                      column.phone === 'hidden' && 'max-sm:hidden',
                      column.phone === 'first' && 'max-sm:order-first max-sm:min-w-full',
                      column.className,
                    )}
                  >
                    {column.cell(item)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {query.hasNextPage ? (
        <MoreRows
          pending={query.isFetchingNextPage === true}
          onMore={() => void query.fetchNextPage?.()}
          what={caption}
        />
      ) : null}
    </>
  );
}

function MoreRows({ pending, onMore, what }: { pending: boolean; onMore: () => void; what: string }) {
  const place = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  // What is scrolled to is fetched; the button is for keyboards.
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) more.current();
    });
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} className="py-3">
      <Button onClick={onMore} pending={pending && `Fetching older ${what}…`}>
        Show older {what}
      </Button>
    </div>
  );
}
