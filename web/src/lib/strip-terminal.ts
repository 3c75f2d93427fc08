/**
 * Escape sequences a terminal would act on (ECMA-48): CSI, strings such as a window title with their terminator, other
 * escapes. A string that is not terminated in its line loses its introducer only: output must not be able to hide what
 * comes after it.
 */
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[\]PX^_](?:[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c))?|\x1b[ -/]*[0-~]?/g;
// Tab and line feed stay; so does carriage return until overwritten lines have been resolved.
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A program's output as plain text: no control sequences, nothing that reorders characters (bidirectional overrides
 * could make a line read as another), and of a line that was overwritten (progress bars) only its last state.
 */
export function stripTerminal(text: string): string {
  const plain = text.replace(SEQUENCES, '').replaceAll('\r\n', '\n').replace(CONTROLS, '');
  if (!plain.includes('\r')) return plain;
  return plain
    .split('\n')
    .map((line) => line.split('\r').findLast((part) => part !== '') ?? '')
    .join('\n');
}
