import { access, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { explainFailure } from './explain-failure.ts';
import { readBootId, readStartTime } from './process-identity.ts';

const ownerSchema = z.object({
  pid: z.int(),
  startedAt: z.string(),
  startTicks: z.string().nullable(),
  bootId: z.string().nullable(),
  socketDir: z.string().nullable(),
});

/** Who owns a data directory, as `holdfast.lock` says. For people and for the next start; the kernel's lock decides. */
export type DataOwner = z.infer<typeof ownerSchema>;

export type DataLock = {
  /** What the owner before us left behind when it did not end by itself. */
  previous: DataOwner | null;
  /** Notes where our socket folder is, so that a start after a crash can remove it. */
  recordSocketDir(socketDir: string): Promise<void>;
  release(): Promise<void>;
};

const SQLITE_BUSY = 5;

/**
 * Makes this process the only owner of a data directory until it releases it or ends, in whatever way.
 *
 * The lock is the kernel's (fcntl, through SQLite on an empty file), not a pid in a file: it is gone the moment its
 * owner dies, cannot be taken twice in a race, and holds between containers that share a volume, where pids mean
 * nothing. Two servers in one cluster would destroy it. Nothing in this process may open and close the locked file
 * by other means: closing any descriptor of it would drop the lock (POSIX).
 *
 * @throws HoldfastError `data.in-use` naming the owner; `data.read-only`, `data.unwritable`, `data.disk-full`.
 */
export async function lockDataDirectory(dataDir: string): Promise<DataLock> {
  const ownerFile = join(dataDir, 'holdfast.lock');
  await makeWritableDirectory(dataDir);
  const kernelLock = takeKernelLock(dataDir, await readOwner(ownerFile));
  const previous = await readOwner(ownerFile);
  const owner: DataOwner = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    startTicks: await readStartTime(process.pid),
    bootId: await readBootId(),
    socketDir: null,
  };
  const write = async () => {
    try {
      await writeFile(ownerFile, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
    } catch (error) {
      throw explainFailure(`write ${ownerFile}`, error);
    }
  };
  try {
    await write();
  } catch (error) {
    kernelLock.close();
    throw error;
  }
  let released = false;
  return {
    previous,
    recordSocketDir(socketDir) {
      owner.socketDir = socketDir;
      return write();
    },
    async release() {
      if (released) return;
      released = true;
      // The file goes first: after the lock is free it may already be the next owner's.
      await rm(ownerFile, { force: true });
      kernelLock.close();
    },
  };
}

async function makeWritableDirectory(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw explainFailure(`use the data directory ${dataDir}`, await findCause(dataDir, error));
  }
}

/** Node's recursive mkdir reports ENOENT for whatever kept it from making a parent; the nearest existing one knows. */
async function findCause(dataDir: string, error: unknown): Promise<unknown> {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  for (let folder = dirname(resolve(dataDir)); ; folder = dirname(folder)) {
    const denied = await access(folder, constants.W_OK | constants.X_OK).catch(
      (thrown: NodeJS.ErrnoException) => thrown,
    );
    if (denied === undefined || folder === dirname(folder)) return error;
    if (denied.code !== 'ENOENT') return denied;
  }
}

function takeKernelLock(dataDir: string, owner: DataOwner | null): DatabaseSync {
  const file = join(dataDir, 'holdfast.lock.db');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    // Nothing is ever written: an exclusive transaction on the empty file is the lock.
    database.exec('pragma journal_mode = memory; pragma locking_mode = exclusive; begin exclusive');
    return database;
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) {
      throw explainFailure(`lock the data directory ${dataDir}`, error);
    }
    const who = owner === null ? 'another process' : `process ${owner.pid}, running since ${owner.startedAt}`;
    throw new HoldfastError({
      code: 'data.in-use',
      kind: 'conflict',
      message: `the data directory ${dataDir} is in use by ${who}`,
      hint: 'Stop that Holdfast first, or start this one with another --data directory.',
      cause: error,
    });
  }
}

async function readOwner(ownerFile: string): Promise<DataOwner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(ownerFile, 'utf8')));
  } catch {
    // Absent, or cut short by a crash: the kernel's lock does not need it.
    return null;
  }
}
