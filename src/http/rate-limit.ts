import { LRUCache } from 'lru-cache';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import type { HttpApp } from './http-app.ts';
import type { HttpConfig } from './http-deps.ts';
import { fillBucket, type TokenBucket, takeToken } from './token-bucket.ts';

/** Clients remembered at once; the one not seen longest starts anew, which only ever lets it through. */
const MOST_CLIENTS = 20_000;

/** Refuses what exceeds the limits, before anything else is spent on it: all clients together, then each address. */
export function installRateLimit(app: HttpApp, config: HttpConfig): void {
  let all: TokenBucket | null = null;
  const clients = new LRUCache<string, TokenBucket>({ max: MOST_CLIENTS });
  app.addHook('onRequest', (request, _reply, done) => {
    const { probe, intake } = request.routeOptions.config;
    if (probe === true || intake === true) return done();
    const limits = config.rateLimits();
    const nowMs = performance.now();
    all ??= fillBucket(limits.global, nowMs);
    let client = clients.get(request.ip);
    if (!client) {
      client = fillBucket(limits.client, nowMs);
      clients.set(request.ip, client);
    }
    // The client first: one that is over its own limit must not use up everybody's.
    const waitMs = takeToken(client, limits.client, nowMs) || takeToken(all, limits.global, nowMs);
    if (waitMs === 0) return done();
    done(
      new HoldfastError({
        code: 'rate.limited',
        kind: 'throttled',
        message: `too many requests; the next one is taken in ${Math.ceil(waitMs)} ms`,
        hint: 'Wait as long as Retry-After says, or ask an administrator to raise the limit.',
        cause: { retryAfterMs: waitMs },
      }),
    );
  });
}
