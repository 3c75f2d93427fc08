import { createHmac, timingSafeEqual } from 'node:crypto';

/** A receiver should refuse what was signed longer ago than this. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 over `t.body`, so that neither time nor body can be changed. */
export function signWebhook(secret: string, body: string, atSeconds: number): string {
  return `t=${atSeconds},v1=${createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')}`;
}

/** True for a signature of this body made with this secret, not longer ago than the tolerance. */
export function verifyWebhook(secret: string, body: string, signature: string, nowSeconds: number): boolean {
  const match = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(signature);
  if (!match?.[1] || !match[2]) return false;
  const at = Number(match[1]);
  if (Math.abs(nowSeconds - at) > SIGNATURE_TOLERANCE_SECONDS) return false;
  const expected = createHmac('sha256', secret).update(`${at}.${body}`).digest();
  return timingSafeEqual(expected, Buffer.from(match[2], 'hex'));
}
