import { INTAKE_LIMITS } from './intake-limits.ts';

/** What is wrong with a text as an event, in words; null when nothing is. */
export function faultOfText(text: string): string | null {
  if (text === '') return 'an event is empty';
  // A UTF-16 unit is at most 3 bytes of UTF-8: most texts need not be measured.
  if (text.length * 3 > INTAKE_LIMITS.eventBytes && Buffer.byteLength(text) > INTAKE_LIMITS.eventBytes)
    return `an event is longer than ${INTAKE_LIMITS.eventBytes} bytes`;
  if (text.includes('\0')) return 'an event holds a NUL character';
  if (!text.isWellFormed()) return 'an event holds half a character';
  return null;
}

/** A stream's name as it can be stored and shown: the default when it is none. */
export function streamName(name: string): string {
  const clean = name
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are taken out.
    .replace(/[\u0000-\u001f\u007f]/g, '')
    .trim()
    .slice(0, INTAKE_LIMITS.nameChars);
  return clean === '' ? 'unknown' : clean;
}
