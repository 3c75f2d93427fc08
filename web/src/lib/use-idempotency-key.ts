import { useMemo } from 'react';
import { randomKey } from './random-key.ts';

/** One key as long as the request stays the same: sending it again after a lost answer does it only once. */
export function useIdempotencyKey(body: unknown): string {
  const text = JSON.stringify(body);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another body is another request
  return useMemo(randomKey, [text]);
}
