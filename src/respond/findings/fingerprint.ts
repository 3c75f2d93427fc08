import { createHash } from 'node:crypto';

const FINGERPRINT_DIGITS = 16;

/** Same kind and same identifying labels, same fingerprint, whatever the order of the labels. */
export function fingerprintOf(kind: string, labels: Readonly<Record<string, string>>): string {
  const identity = JSON.stringify([kind, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return createHash('sha256').update(identity).digest('hex').slice(0, FINGERPRINT_DIGITS);
}
