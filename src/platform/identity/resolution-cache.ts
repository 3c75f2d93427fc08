import { LRUCache } from 'lru-cache';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Resolution } from './credential.ts';

/**
 * A revoked key must be refused within a second everywhere, also where nobody hears of the revocation. The age counts
 * from before the lookup began, and the rest of the second is for the request itself.
 */
export const CACHE_AGE_MS = 800;
const MOST_ACCEPTED = 10_000;
/** Apart, so that a flood of made-up tokens cannot push the real ones out. */
const MOST_REFUSED = 2_000;
const MOST_LOOKUPS = 3;

type Entry = { resolution: Resolution; askedAtMs: number };

export type ResolutionCache = {
  get(key: string): Promise<Resolution>;
  clear(): void;
};

/** @param look reads the truth from the database */
export function createResolutionCache(look: (key: string) => Promise<Resolution>): ResolutionCache {
  const accepted = new LRUCache<string, Entry>({ max: MOST_ACCEPTED });
  const refused = new LRUCache<string, Entry>({ max: MOST_REFUSED });
  const underWay = new Map<string, Promise<Resolution>>();
  let clearedAtMs = 0;

  const isFresh = (askedAtMs: number) => askedAtMs > clearedAtMs && performance.now() - askedAtMs < CACHE_AGE_MS;

  const load = async (key: string): Promise<Resolution> => {
    for (let lookup = 0; lookup < MOST_LOOKUPS; lookup += 1) {
      const askedAtMs = performance.now();
      const resolution = await look(key);
      // An answer that took longer than it may live could be older than a revocation: ask again.
      if (!isFresh(askedAtMs)) continue;
      accepted.delete(key);
      refused.delete(key);
      (resolution.kind === 'accepted' ? accepted : refused).set(key, { resolution, askedAtMs });
      return resolution;
    }
    throw new HoldfastError({
      code: 'identity.slow',
      kind: 'unavailable',
      message: 'the database takes too long to say whether this credential is still good',
      hint: 'Try again in a moment.',
    });
  };

  return {
    async get(key) {
      const entry = accepted.get(key) ?? refused.get(key);
      if (entry && isFresh(entry.askedAtMs)) return entry.resolution;
      let loading = underWay.get(key);
      if (!loading) {
        loading = load(key).finally(() => underWay.delete(key));
        underWay.set(key, loading);
      }
      return loading;
    },
    clear() {
      clearedAtMs = performance.now();
      accepted.clear();
      refused.clear();
    },
  };
}
