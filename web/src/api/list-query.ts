import { infiniteQueryOptions } from '@tanstack/react-query';
import { getJson } from './request.ts';

export type ListPage<Item> = { items: Item[]; next: string | null };
export type ListFilter = Readonly<Record<string, string | number | boolean | undefined>>;

/** A list of the API, page by page. Its key is `[name, 'list', filter]`, so that events of that name refresh it. */
export function listQuery<Item>(name: string, filter: ListFilter = {}) {
  return infiniteQueryOptions({
    queryKey: [name, 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      getJson<ListPage<Item>>(`/api/v1/${name}${toQuery({ ...filter, cursor: pageParam ?? undefined })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
}

/** `?a=1&b=2` of what is given; empty when nothing is. */
export function toQuery(values: ListFilter): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
