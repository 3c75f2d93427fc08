import { readFileSync } from 'node:fs';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';

/** A file's text, `-` for standard input. @throws HoldfastError invalid `file.unreadable` */
export function readInput(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (thrown) {
    throw new HoldfastError({
      code: 'file.unreadable',
      kind: 'invalid',
      message: `${file === '-' ? 'standard input' : file} cannot be read: ${messageOf(thrown)}`,
      hint: 'Give a file, or - for standard input.',
    });
  }
}
