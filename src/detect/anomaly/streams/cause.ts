import { createHash } from 'node:crypto';

/** What anomalies of one cause share: a template, a series, a channel. */
export function causeOf(kind: string, what: string): string {
  return `${kind}:${createHash('sha256').update(what).digest('hex').slice(0, 12)}`;
}
