/** A random id for `Idempotency-Key`. `crypto.randomUUID` exists only on https pages and loopback; this works everywhere. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
