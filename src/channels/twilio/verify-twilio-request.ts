import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether a request is Twilio's: HMAC-SHA1 over its address as configured there and its fields in the order of their
 * names. https://www.twilio.com/docs/usage/security#validating-requests
 */
export function isTwilioRequest(
  authToken: string,
  request: { url: string; fields: URLSearchParams; signature: string },
): boolean {
  const given = Buffer.from(request.signature);
  const expected = Buffer.from(signTwilioRequest(authToken, request));
  return authToken !== '' && given.length === expected.length && timingSafeEqual(given, expected);
}

/** The signature that Twilio gives a request. */
export function signTwilioRequest(authToken: string, request: { url: string; fields: URLSearchParams }): string {
  const names = [...new Set(request.fields.keys())].sort();
  const written = names.map((name) => `${name}${[...new Set(request.fields.getAll(name))].sort().join('')}`).join('');
  return createHmac('sha1', authToken)
    .update(request.url + written, 'utf8')
    .digest('base64');
}
