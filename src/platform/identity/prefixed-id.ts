import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 9;
const RANDOM_CHARS = 13;

/**
 * An id such as `run_01hv…`: prefix, 45 bits of milliseconds, 65 bits of randomness, in Crockford's base 32.
 * Sorts by creation time, so that indexes stay compact and lists have an order without another column.
 */
export function createId(prefix: string, nowMs: number = Date.now()): string {
  let time = '';
  for (let left = nowMs, i = 0; i < TIME_CHARS; i += 1) {
    time = ALPHABET[left % 32] + time;
    left = Math.floor(left / 32);
  }
  let random = '';
  for (const byte of randomBytes(RANDOM_CHARS)) random += ALPHABET[byte % 32];
  return `${prefix}_${time}${random}`;
}
