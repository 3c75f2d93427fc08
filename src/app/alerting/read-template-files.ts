import { glob, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import type { TemplateFile } from '../../respond/comms/alertmanager/index.ts';

const MOST_FILES = 1_000;
const LARGEST_BYTES = 4 * 1024 * 1024;

/**
 * The files of `templates:`, in the order they are read: by glob, then by name. A glob that matches nothing is fine: files
 * may come later.
 * @throws HoldfastError invalid `alertmanager-config.template`
 */
export async function readTemplateFiles(globs: readonly string[]): Promise<TemplateFile[]> {
  const files: TemplateFile[] = [];
  for (const pattern of globs) {
    const paths: string[] = [];
    for await (const path of glob(pattern)) paths.push(path);
    for (const path of paths.sort()) {
      if (files.length >= MOST_FILES) throw refuse(path, `more than ${MOST_FILES} template files`);
      files.push({ name: basename(path), text: await readTemplate(path) });
    }
  }
  return files;
}

async function readTemplate(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_BYTES) throw new Error(`larger than ${LARGEST_BYTES} bytes`);
    return await readFile(path, 'utf8');
  } catch (thrown) {
    throw refuse(path, messageOf(thrown), thrown);
  }
}

function refuse(path: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: 'alertmanager-config.template',
    kind: 'invalid',
    message: `read templates ${path}: ${why}`,
    hint: 'Correct the globs under templates:.',
    cause,
  });
}
