import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { HoldfastConfig } from '../platform/config/load-config.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { readLocalServer } from '../platform/identity/local-access.ts';
import { findPackage } from '../platform/package/package-root.ts';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const LOOK_EVERY_MS = 50;
const KEPT_LINES = 5;

/** A server for the time of one run, with a database of its own in a temporary folder. */
export type TemporaryServer = { address: string; token: string; stop(): Promise<void> };

/**
 * Starts a server that knows the connections, credentials and environments of the configuration, and the given runbooks. It ends with this process, however that ends; `stop` removes its folder too.
 * @throws HoldfastError unavailable `server.not-started`
 */
export async function startTemporaryServer(options: {
  /** Path below its runbooks folder -> text. */
  files: ReadonlyMap<string, string>;
  config: Pick<HoldfastConfig, 'targets' | 'secrets' | 'environments' | 'timezone'>;
  environment: NodeJS.ProcessEnv;
}): Promise<TemporaryServer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-run-'));
  const configFile = join(folder, 'holdfast.yaml');
  const data = join(folder, 'data');
  const runbooks = join(folder, 'runbooks');
  for (const [path, text] of options.files) {
    await mkdir(dirname(join(runbooks, path)), { recursive: true });
    await writeFile(join(runbooks, path), text);
  }
  const { targets, secrets, environments, timezone } = options.config;
  const config = {
    listen: '127.0.0.1:0',
    data,
    timezone,
    ui: { build: false },
    runbooks: [runbooks],
    targets: withoutNulls(targets),
    secrets: withoutNulls(secrets),
    environments,
  };
  // Passwords of targets are in it: for nobody else's eyes, and gone with the folder.
  await writeFile(configFile, stringify(config), { mode: 0o600 });
  const launcher = join(findPackage().root, 'bin', 'holdfast.js');
  const { HOLDFAST_CONFIG: _config, HOLDFAST_DATA: _data, HOLDFAST_DATABASE_URL: _url, ...rest } = options.environment;
  const child = spawn(process.execPath, [launcher, 'serve', '--stop-with-stdin', '--config', configFile], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: rest,
    // Ctrl-C is for this process alone: the run is cancelled first, then the server stops.
    detached: true,
  });
  child.stdin?.on('error', () => {});
  const lines: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lines.push(...text.trim().split('\n'));
    lines.splice(0, lines.length - KEPT_LINES);
  });
  const stop = async () => {
    await endChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await waitForServer(child, data, lines)), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function waitForServer(
  child: ChildProcess,
  data: string,
  lines: readonly string[],
): Promise<{ address: string; token: string }> {
  const until = performance.now() + START_LIMIT_MS;
  while (child.exitCode === null && child.signalCode === null && performance.now() < until) {
    const local = await readLocalServer(data).catch(() => null);
    if (local?.token) return { address: local.address, token: local.token };
    await sleep(LOOK_EVERY_MS);
  }
  throw new HoldfastError({
    code: 'server.not-started',
    kind: 'unavailable',
    message: `the server for this run could not be started: ${lines.join(' ').slice(-600)}`,
    hint: 'Start one yourself with `holdfast serve`, and leave out --local.',
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  child.stdin?.end();
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(limit);
}

/** What is not given is left out of a file rather than written as null. */
function withoutNulls(entries: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [
      name,
      Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null)),
    ]),
  );
}
