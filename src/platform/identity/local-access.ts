import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createToken } from './secret-token.ts';

/** Where the server of a data folder is, for the command line on the same machine. */
export type LocalServer = { address: string; pid: number };

const SERVER_FILE = 'server.json';
const TOKEN_FILE = 'cli-token';

/**
 * A new command-line token at each start: whoever may read the data folder is administrator, until the next start.
 * @returns the token, to be given to the HTTP server
 */
export async function writeCliToken(dataFolder: string): Promise<string> {
  // With a database and a master key from elsewhere, this is the first file of the folder.
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const token = createToken('hfc');
  await writePrivately(join(dataFolder, TOKEN_FILE), `${token}\n`);
  return token;
}

/** Call once listening: a command that finds this file may use it at once. */
export async function writeLocalServer(dataFolder: string, server: LocalServer): Promise<void> {
  await writePrivately(join(dataFolder, SERVER_FILE), `${JSON.stringify(server)}\n`);
}

/** At a stop. A file another process has written meanwhile is left alone. */
export async function removeLocalServer(dataFolder: string, pid: number): Promise<void> {
  const found = await readLocalServer(dataFolder);
  if (found?.pid !== pid) return;
  await rm(join(dataFolder, SERVER_FILE), { force: true });
  await rm(join(dataFolder, TOKEN_FILE), { force: true });
}

/** @returns null when no server has written into this folder; the process may be gone all the same */
export async function readLocalServer(dataFolder: string): Promise<(LocalServer & { token: string | null }) | null> {
  const text = await readFile(join(dataFolder, SERVER_FILE), 'utf8').catch(() => null);
  if (text === null) return null;
  const token = await readFile(join(dataFolder, TOKEN_FILE), 'utf8').catch(() => null);
  try {
    const { address, pid } = JSON.parse(text) as Partial<LocalServer>;
    if (typeof address !== 'string' || typeof pid !== 'number') return null;
    return { address, pid, token: token?.trim() ?? null };
  } catch {
    return null;
  }
}

/** 0600 from its first moment, and whole for whoever reads it. */
async function writePrivately(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  await rename(draft, file);
}
