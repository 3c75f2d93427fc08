import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DataLock, lockDataDirectory } from '../platform/db/embedded/lock-data-directory.ts';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';

/** Folders of the demo's two servers inside its own. */
const PARTS = ['holdfast', 'shop'] as const;
/** The servers of a demo that was killed notice within moments and stop; this long they are waited for. */
const LEFTOVERS_LIMIT_MS = 45_000;
const LOOK_AGAIN_MS = 100;

export type DemoFolder = {
  path: string;
  /** Removes the folder with everything in it, and the data folder above where nothing else is in that. */
  remove(): Promise<void>;
};

/**
 * Takes the demo's folder: one demo at a time. What a killed one has left there is removed once its servers have ended.
 * @throws HoldfastError `data.in-use` when another demo is running, `demo.unwritable`
 */
export async function takeDemoFolder(dataFolder: string): Promise<DemoFolder> {
  const path = join(dataFolder, 'demo');
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new HoldfastError({
      code: 'demo.unwritable',
      kind: 'unavailable',
      message: `the demo's folder ${path} cannot be made: ${messageOf(thrown)}`,
      hint: 'Choose another with --data FOLDER.',
      cause: thrown,
    });
  }
  const lock = await lockDataDirectory(path);
  try {
    for (const part of PARTS) await removePart(join(path, part));
    await rm(join(path, 'holdfast.yaml'), { force: true });
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
  return {
    path,
    async remove() {
      await lock.release();
      await rm(path, { recursive: true, force: true });
      const left = await readdir(dirname(path)).catch(() => ['?']);
      if (left.length === 0) await rmdir(dirname(path)).catch(() => {});
    },
  };
}

async function removePart(folder: string): Promise<void> {
  const there = await readdir(folder).catch(() => null);
  if (there === null) return;
  await (await waitForLock(folder)).release();
  await rm(folder, { recursive: true, force: true });
}

/** The lock of another process gives no notice when it ends: ask again until the limit. */
async function waitForLock(folder: string): Promise<DataLock> {
  const until = performance.now() + LEFTOVERS_LIMIT_MS;
  for (;;) {
    try {
      return await lockDataDirectory(folder);
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError) || thrown.code !== 'data.in-use' || performance.now() > until)
        throw thrown;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
