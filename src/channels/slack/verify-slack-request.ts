import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older requests are somebody's who kept one. */
const TOLERANCE_SECONDS = 300;

/**
 * Whether a request is Slack's: HMAC-SHA256 over time and body with the app's signing secret.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function isSlackRequest(
  secret: string,
  request: { body: string; timestamp: string; signature: string },
  nowSeconds: number,
): boolean {
  if (!/^\d{1,12}$/.test(request.timestamp)) return false;
  if (Math.abs(nowSeconds - Number(request.timestamp)) > TOLERANCE_SECONDS) return false;
  const given = Buffer.from(request.signature);
  const expected = Buffer.from(signSlackRequest(secret, request));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The signature that Slack gives a request. */
export function signSlackRequest(secret: string, request: { body: string; timestamp: string }): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${request.timestamp}:${request.body}`).digest('hex')}`;
}
