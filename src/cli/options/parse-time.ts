import { InvalidArgumentError } from 'commander';
import { parseDurationMs } from '../../platform/config/parse-units.ts';

/** A time of RFC 3339, or a duration from now such as `+2h`, as the API takes times. */
export function parseTime(text: string): string {
  const fromNowMs = text.startsWith('+') ? parseDurationMs(text.slice(1)) : null;
  const at = fromNowMs === null ? new Date(text) : new Date(Date.now() + fromNowMs);
  const zoned = fromNowMs !== null || /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  if (Number.isNaN(at.getTime()) || !zoned)
    throw new InvalidArgumentError('Write a time with its zone, such as 2026-03-01T09:00+01:00, or +2h from now.');
  return at.toISOString();
}
