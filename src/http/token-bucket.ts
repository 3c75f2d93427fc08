import type { RateLimit } from './http-deps.ts';

export type TokenBucket = { tokens: number; filledAtMs: number };

/** A full bucket. */
export function fillBucket(limit: RateLimit, nowMs: number): TokenBucket {
  return { tokens: limit.burst, filledAtMs: nowMs };
}

/**
 * Takes one token, changing the bucket.
 * @returns 0 when taken, else the milliseconds until one is there
 */
export function takeToken(bucket: TokenBucket, limit: RateLimit, nowMs: number): number {
  const passedMs = Math.max(0, nowMs - bucket.filledAtMs);
  bucket.tokens = Math.min(limit.burst, bucket.tokens + (passedMs * limit.perSecond) / 1_000);
  bucket.filledAtMs = nowMs;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return Math.max(1, Math.ceil(((1 - bucket.tokens) * 1_000) / limit.perSecond));
}
