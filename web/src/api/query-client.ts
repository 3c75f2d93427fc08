import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './request.ts';

/** Events refresh what changed; this is the net below them. */
export const SAFETY_REFRESH_MS = 30_000;
const MOST_RETRIES = 2;

/** @param onSignedOut called when the server no longer knows who is asking */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError(error) {
        if (error instanceof ApiError && error.status === 401) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        refetchInterval: SAFETY_REFRESH_MS,
        // What the server refused it will refuse again; what did not answer may.
        retry: (failures, error) =>
          failures < MOST_RETRIES && error instanceof ApiError && (error.status === 0 || error.status >= 500),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5_000),
        // On a closed network the browser may believe to be offline although the server is next door.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
