/**
 * The token of a one-time link, taken out of the address at once: it must not stay in the history, where the next person
 * at this browser would find it. It is kept in memory, since React may ask twice.
 */
let taken: string | null = null;

export function takeLinkToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token) {
    taken = token;
    window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  }
  return taken;
}

/** Forgets the token, used or refused. */
export function dropLinkToken(): void {
  taken = null;
}
