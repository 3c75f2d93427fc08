import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { type LocalServer, readLocalServer } from '../platform/identity/local-access.ts';
import type { CliContext } from './cli-context.ts';

/** Which server a command talks to, as whom, and how it was found. */
export type ServerPlace = { address: string; token: string | null; dataFolder: string | null };

/**
 * The server named by `--server` or `HOLDFAST_SERVER`, else the one that serves the data folder on this machine. The
 * local token goes to the server that wrote it and to no other.
 * @throws HoldfastError unavailable `server.none`, invalid `server.bad-address`
 */
export async function findServer(context: CliContext): Promise<ServerPlace> {
  const { server, token } = context.globals();
  const named = server ?? (context.environment['HOLDFAST_SERVER'] || undefined);
  const ownToken = token ?? (context.environment['HOLDFAST_TOKEN'] || null);
  if (named !== undefined) {
    const address = parseAddress(named);
    return { address, token: ownToken ?? (await tokenOfLocalServer(context, address)), dataFolder: null };
  }
  const dataFolder = await findDataFolder(context);
  const local = await readLocalServer(dataFolder);
  if (local === null) {
    throw new HoldfastError({
      code: 'server.none',
      kind: 'unavailable',
      message: `no server runs on the data folder ${dataFolder}`,
      hint: 'Start one with `holdfast serve`, or name one: --server URL, or --data FOLDER of a server on this machine.',
    });
  }
  return { address: local.address, token: ownToken ?? local.token, dataFolder };
}

/** A server of this data folder whose process is there; null when there is none. */
export async function findRunningServer(dataFolder: string): Promise<(LocalServer & { token: string | null }) | null> {
  const local = await readLocalServer(dataFolder);
  return local !== null && isAlive(local.pid) ? local : null;
}

/**
 * The data folder of this command line. What only needs a server must work while the configuration is being repaired:
 * a mistake in it is said, and does not stop `incident ls`.
 */
export async function findDataFolder(context: CliContext): Promise<string> {
  const { data } = context.globals();
  if (data !== undefined) return resolve(data);
  const { environment } = context;
  const configured = context.globals().config !== undefined || Boolean(environment['HOLDFAST_CONFIG']);
  // Nothing is written anywhere: the commonest case, and the configuration need not even be loaded.
  if (!configured && !existsSync('holdfast.yaml')) return resolve(environment['HOLDFAST_DATA'] || 'data');
  const { validateConfig } = await import('../platform/config/load-config.ts');
  const verdict = validateConfig(context.configInput());
  if (verdict.valid) return verdict.config.data;
  const fallback = resolve(environment['HOLDFAST_DATA'] || 'data');
  context
    .output()
    .note(`The configuration is not valid (\`holdfast validate-config\`); looking for a server of ${fallback}.`);
  return fallback;
}

async function tokenOfLocalServer(context: CliContext, address: string): Promise<string | null> {
  const local = await readLocalServer(await findDataFolder(context));
  return local !== null && parseAddress(local.address) === address ? local.token : null;
}

function parseAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href.replace(/\/+$/, '');
  throw new HoldfastError({
    code: 'server.bad-address',
    kind: 'invalid',
    message: `"${text}" is no address of a server`,
    hint: 'Write it with its scheme: --server https://holdfast.example.com',
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}
