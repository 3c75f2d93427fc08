import { execFile } from 'node:child_process';
import { chmod, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { HoldfastError } from '../../errors/holdfast-error.ts';

/**
 * As whom the server runs. PostgreSQL refuses root, so root either hides behind a user namespace that shows it as
 * nobody (files stay root's, nothing needs a chown), or where those are forbidden gives the cluster to another user.
 */
export type ServerAccount =
  | { kind: 'ourselves' }
  | { kind: 'namespace' }
  | { kind: 'user'; name: string; uid: number; gid: number };

/** A command as that account runs it. */
export type AccountCommand = { file: string; args: string[]; ids: { uid?: number; gid?: number } };

const NOBODY = 65534;
/** Whom root gives the cluster to, best first: a user of its own, one made for PostgreSQL, the one every system has. */
const PREFERRED_USERS = ['holdfast', 'postgres', 'nobody'] as const;
/** The server gets no environment but this: PGPORT, PGDATA and their like would change what it does. */
export const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';
const TRIAL_TIMEOUT_MS = 10_000;

export function commandAs(account: ServerAccount, program: string, args: readonly string[]): AccountCommand {
  if (account.kind === 'namespace') {
    const mapping = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--', program];
    return { file: 'unshare', args: [...mapping, ...args], ids: {} };
  }
  const ids = account.kind === 'user' ? { uid: account.uid, gid: account.gid } : {};
  return { file: program, args: [...args], ids };
}

export function serverEnvironment(libraries: string | null): Record<string, string> {
  const env: Record<string, string> = { PATH: SEARCH_PATH, LC_ALL: 'C', TZ: 'UTC' };
  if (libraries !== null) env[process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'] = libraries;
  return env;
}

/**
 * Chooses the account by trying `postgres --version` in the cluster's folder as each candidate, which also proves that
 * the programs load and the folder can be reached. Returns it with the server's major version.
 */
export async function chooseAccount(options: {
  postgres: string;
  clusterDir: string;
  workDir: string;
  libraries: string | null;
}): Promise<{ account: ServerAccount; majorVersion: number }> {
  const failures: string[] = [];
  for (const account of await listCandidates(options.clusterDir)) {
    const closeAgain = account.kind === 'user' ? await letThrough(options.workDir) : undefined;
    const output = await tryAccount(account, options);
    const major = /^postgres \(PostgreSQL\) (\d+)/.exec(output)?.[1];
    if (major !== undefined) return { account, majorVersion: Number(major) };
    await closeAgain?.();
    failures.push(`${describe(account)}: ${output.trim().split('\n').at(-1)}`);
  }
  throw new HoldfastError({
    code: 'database.cannot-run',
    kind: 'unavailable',
    message: `the PostgreSQL server cannot be run here (${failures.join('; ')})`,
    hint: 'Run Holdfast as an ordinary user that owns the data directory (as root, every folder above it must let other users through), or use another PostgreSQL with DATABASE_URL.',
  });
}

/** Lets another user pass through root's data directory (not read it; what lies in it has its own modes). */
async function letThrough(workDir: string): Promise<(() => Promise<void>) | undefined> {
  const { mode } = await stat(workDir);
  if ((mode & 0o001) !== 0) return undefined;
  await chmod(workDir, (mode & 0o7777) | 0o001);
  return () => chmod(workDir, mode & 0o7777);
}

async function listCandidates(clusterDir: string): Promise<ServerAccount[]> {
  const uid = process.getuid?.();
  if (uid !== 0) {
    // initdb asks for its user's name, and in a container the user may have none.
    return hasName() ? [{ kind: 'ourselves' }] : [{ kind: 'namespace' }, { kind: 'ourselves' }];
  }
  const existing = await stat(clusterDir).catch(() => null);
  if (existing !== null && existing.uid !== 0) {
    return [{ kind: 'user', name: `user ${existing.uid}`, uid: existing.uid, gid: existing.gid }];
  }
  return [{ kind: 'namespace' }, ...(await listUsers())];
}

function hasName(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

async function listUsers(): Promise<ServerAccount[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  return PREFERRED_USERS.flatMap((name): ServerAccount[] => {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? [];
    return Number(uid) > 0 ? [{ kind: 'user', name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

function tryAccount(
  account: ServerAccount,
  { postgres, workDir, libraries }: { postgres: string; workDir: string; libraries: string | null },
): Promise<string> {
  const { file, args, ids } = commandAs(account, postgres, ['--version']);
  return new Promise((resolve) => {
    const options = { ...ids, cwd: workDir, env: serverEnvironment(libraries), timeout: TRIAL_TIMEOUT_MS };
    try {
      execFile(file, args, options, (error, stdout, stderr) =>
        resolve(error === null ? stdout : stderr || error.message),
      );
    } catch (error) {
      resolve(String(error));
    }
  });
}

function describe(account: ServerAccount): string {
  if (account.kind === 'user') return `as ${account.name}`;
  return account.kind === 'namespace' ? 'as nobody in a user namespace' : 'as this user';
}
