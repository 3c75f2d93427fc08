const MASK = '***';
/** Query parameters of database addresses that carry a secret. */
const SECRET_PARAMETERS = /([?&](?:password|sslpassword|token|secret|key)=)[^&#]*/gi;

/** An address without what lets someone in: its password, and parameters that hold one. */
export function maskUrlPassword(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i, (_, scheme: string, account: string) => {
      const colon = account.indexOf(':');
      return `${scheme}${colon < 0 ? account : `${account.slice(0, colon)}:${MASK}`}@`;
    })
    .replace(SECRET_PARAMETERS, `$1${MASK}`);
}

/** An address whose path itself is the secret, as webhook addresses are: only scheme and host remain. */
export function maskUrlPath(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?([^/?#]*)/i.exec(url);
  return match === null ? MASK : `${match[1]}${match[2]}/${MASK}`;
}

/** A value as it may be shown. */
export function maskSecret(value: string, mask: 'all' | 'url-password' | 'url-path' | undefined): string {
  if (mask === 'all') return MASK;
  if (mask === 'url-password') return maskUrlPassword(value);
  return mask === 'url-path' ? maskUrlPath(value) : value;
}
