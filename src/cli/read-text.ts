import { readFile } from 'node:fs/promises';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';

/** The text of a file somebody named. @throws HoldfastError missing `rules.unreadable` */
export async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((thrown: unknown) => {
    throw new HoldfastError({
      code: 'rules.unreadable',
      kind: 'missing',
      message: `${file} cannot be read: ${messageOf(thrown)}`,
      hint: 'Check the path and that you may read it.',
      cause: thrown,
    });
  });
}
