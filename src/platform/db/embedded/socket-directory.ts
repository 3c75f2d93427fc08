import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { explainFailure } from './explain-failure.ts';

/** The port is only a part of the socket's name: the server listens on no network address. */
export const SOCKET_PORT = 5432;

/** `sun_path` holds 108 bytes with the final NUL on Linux, 104 on macOS; the lock file beside it is 5 longer. */
const SOCKET_PATH_LIMIT_BYTES = 103;
const PREFIX = 'holdfast-pg-';
const LONGEST_NAME = join(`${PREFIX}XXXXXX`, `.s.PGSQL.${SOCKET_PORT}.lock`);

/** A new folder, 0700, whose path is short enough for a unix socket: in the temporary folder, else in /tmp or /var/tmp. */
export async function makeSocketDirectory(): Promise<string> {
  let failure: unknown = 'no temporary folder has a path short enough for a unix socket';
  for (const base of [tmpdir(), '/tmp', '/var/tmp']) {
    if (Buffer.byteLength(join(base, LONGEST_NAME)) > SOCKET_PATH_LIMIT_BYTES) continue;
    try {
      return await mkdtemp(join(base, PREFIX));
    } catch (error) {
      failure = error;
    }
  }
  throw explainFailure(`make a folder for PostgreSQL's socket below ${tmpdir()}`, failure);
}

/** Removes a socket folder of ours; anything that does not look like one is left alone. */
export async function removeSocketDirectory(folder: string): Promise<void> {
  if (!basename(folder).startsWith(PREFIX)) return;
  const found = await lstat(folder).catch(() => null);
  if (found?.isDirectory()) await rm(folder, { recursive: true, force: true });
}
