import { mkdir, readdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The package carries its libraries under their full version only (npm cannot pack links) and makes the names the
 * loader looks for in an install script, which npm may have skipped. Where a name is missing we make a folder of our
 * own with all of them and never write into node_modules, which may be read-only or shared.
 *
 * Returns the folder for LD_LIBRARY_PATH, or null when the package is complete.
 */
export async function linkLibraries(
  root: string,
  folders: { dataDir: string; fallback: string },
): Promise<string | null> {
  const lib = join(root, 'lib');
  const present = (await readdir(lib)).filter((name) => /\.(?:so|dylib)(?:\.|$)/.test(name));
  const links = linksSchema.parse(JSON.parse(await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]')));
  const missing = links.filter(({ target }) => !present.includes(basename(target)));
  if (missing.length === 0) return null;

  const folder = isLoaderSafe(folders.dataDir) ? join(folders.dataDir, 'postgres-libraries') : folders.fallback;
  await mkdir(folder, { recursive: true });
  // All libraries, not the missing names alone: they find each other beside the name they were loaded by.
  for (const name of present) await linkTo(join(lib, name), join(folder, name));
  for (const { source, target } of missing) await linkTo(join(lib, basename(source)), join(folder, basename(target)));
  return folder;
}

/** The loader splits its search path at `:` and `;` and expands `$` (ld.so(8)); there is no way to quote them. */
function isLoaderSafe(path: string): boolean {
  return !/[:;$]/.test(path);
}

async function linkTo(source: string, link: string): Promise<void> {
  if ((await readlink(link).catch(() => null)) === source && (await stat(link).catch(() => null)) !== null) return;
  await rm(link, { force: true });
  await symlink(source, link);
}
