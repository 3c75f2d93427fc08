import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SUPERUSER } from '../platform/db/embedded/initialise-cluster.ts';
import { SOCKET_PORT } from '../platform/db/embedded/socket-directory.ts';

const DATABASE = 'holdfast';

/**
 * How to reach the embedded PostgreSQL that a running server of this data folder has started: through its socket, which
 * only its own account and root may open. Null where none runs; the cluster's lock is left to its owner.
 */
export async function findLiveDatabase(dataFolder: string): Promise<string | null> {
  try {
    const owner = JSON.parse(await readFile(join(dataFolder, 'holdfast.lock'), 'utf8')) as {
      pid?: unknown;
      socketDir?: unknown;
    };
    if (typeof owner.pid !== 'number' || typeof owner.socketDir !== 'string') return null;
    process.kill(owner.pid, 0);
    await access(join(owner.socketDir, `.s.PGSQL.${SOCKET_PORT}`));
    const query = new URLSearchParams({ host: owner.socketDir, port: String(SOCKET_PORT), sslmode: 'disable' });
    return `postgresql://${SUPERUSER}@/${DATABASE}?${query.toString().replaceAll('+', '%20')}`;
  } catch {
    // No lock, a lock left by a crash, or somebody else's process: starting the cluster will tell which.
    return null;
  }
}
