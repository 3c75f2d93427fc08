/**
 * The session cookie. `__Host-` makes browsers refuse it without Secure, with a Domain or from a plain-http page; a
 * plain-http server (loopback) has to do without.
 */
export function sessionCookieName(secure: boolean): string {
  return secure ? '__Host-holdfast' : 'holdfast';
}

export function serializeSessionCookie(token: string, options: { secure: boolean; maxAgeMs: number }): string {
  const parts = [
    `${sessionCookieName(options.secure)}=${token}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${Math.floor(options.maxAgeMs / 1_000)}`,
  ];
  if (options.secure) parts.push('Secure');
  return parts.join('; ');
}

/** The value of one cookie in a `Cookie` header (RFC 6265); the first counts when a name comes twice. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return null;
}
