import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { breakShop } from '../../src/demo/break-shop.ts';
import { type DemoChild, parseLine, startChild, waitForLine } from '../../src/demo/child-process.ts';
import { startTraffic } from '../../src/demo/traffic.ts';
import { freePort } from '../harness/free-port.ts';
import { startPrometheus } from './fake-prometheus.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const PROBE = 'shop-orders';

/** The real server beside the real shop of the demo, in a folder of their own. */
export type World = {
  address: string;
  /** One-time sign-in link of the first administrator. */
  firstLink: string;
  /** Calls the API as the local command line does. @throws Error with the answer's body when it is refused */
  call(method: string, path: string, body?: object): Promise<unknown>;
  /** Lets a forgotten transaction block the shop. */
  breakShop(): Promise<void>;
  /** Kills the server with SIGKILL, in the middle of whatever it does, and starts it again at the same address. */
  killAndRestart(): Promise<void>;
  /** Writes a runbook as its author would; the server sees it when it looks next. */
  writeRunbook(path: string, text: string): Promise<void>;
  stop(): Promise<void>;
};

export async function startWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'hf-browser-'));
  const cleanups: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const shop = await startShop(folder);
    cleanups.push(() => shop.child.stop());
    const traffic = startTraffic(shop.address);
    cleanups.push(() => traffic.stop());
    const metrics = await startPrometheus();
    cleanups.push(() => metrics.stop());
    const runbooks = join(folder, 'runbooks');
    await cp(fileURLToPath(new URL('./runbooks', import.meta.url)), runbooks, { recursive: true });
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const configFile = await writeConfig(folder, { shop, metrics: metrics.address, port });
    let server = await startServer(configFile, true);
    cleanups.push(() => server.child.stop());
    const firstLink = server.firstLink;
    if (firstLink === null) throw new Error('the server gave no first sign-in link');

    return {
      address,
      firstLink,
      async call(method, path, body) {
        const token = (await readFile(join(folder, 'holdfast', 'cli-token'), 'utf8')).trim();
        const response = await fetch(`${address}${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
          ...(body ? { body: JSON.stringify(body) } : {}),
        });
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
        const text = await response.text();
        return text === '' ? null : (JSON.parse(text) as unknown);
      },
      async breakShop() {
        const end = await breakShop(shop.databaseUrl);
        cleanups.push(end);
      },
      async killAndRestart() {
        const ended = new Promise((resolve) => server.child.process.once('close', resolve));
        server.child.process.kill('SIGKILL');
        await ended;
        server = await startServer(configFile, false);
      },
      writeRunbook: (path, text) => writeFile(join(runbooks, path), text),
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function startShop(folder: string): Promise<{ child: DemoChild; address: string; databaseUrl: string }> {
  const entry = join(ROOT, 'src/demo/shop-process.ts');
  const { child, picked } = await waitForLine(
    'the shop',
    (onLine) => startChild([entry, folder], { env: process.env, lines: 'stdout', onLine }),
    (line) => parseLine(line) as { address: string; databaseUrl: string } | null,
  );
  return { child, ...picked };
}

/** @param wantsLink at the first start the sign-in link is waited for too; it comes right after the address */
async function startServer(
  configFile: string,
  wantsLink: boolean,
): Promise<{ child: DemoChild; firstLink: string | null }> {
  let listening = false;
  let firstLink: string | null = null;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_') && name !== 'DATABASE_URL'),
  );
  const launcher = join(ROOT, 'bin/holdfast.js');
  const { child } = await waitForLine(
    'Holdfast',
    (onLine) =>
      startChild([launcher, 'serve', '--stop-with-stdin', '--config', configFile], { env, lines: 'stderr', onLine }),
    (line) => {
      const said = parseLine(line);
      if (typeof said?.['link'] === 'string') firstLink = said['link'];
      listening ||= said?.['msg'] === 'listening';
      return listening && (firstLink !== null || !wantsLink) ? true : null;
    },
  );
  return { child, firstLink };
}

async function writeConfig(
  folder: string,
  { shop, metrics, port }: { shop: { address: string; databaseUrl: string }; metrics: string; port: number },
): Promise<string> {
  const file = join(folder, 'holdfast.yaml');
  await mkdir(join(folder, 'holdfast'), { recursive: true, mode: 0o700 });
  const config = {
    listen: `127.0.0.1:${port}`,
    data: './holdfast',
    runbooks: ['./runbooks'],
    environments: { staging: { variables: { hosts: 'stage-1 stage-2' } } },
    embeddedPostgres: { sharedBuffers: '32MiB' },
    targets: {
      'shop-db': { kind: 'postgres', url: shop.databaseUrl },
      metrics: { kind: 'prometheus', url: metrics },
    },
    probes: {
      [PROBE]: {
        kind: 'http',
        title: 'The shop does not serve orders',
        url: `${shop.address}/health`,
        interval: '1s',
        timeout: '800ms',
        failures: 2,
        successes: 2,
        severity: 1,
      },
      'shop-port': {
        kind: 'tcp',
        title: 'Nothing listens at the shop’s address',
        address: new URL(shop.address).host,
        interval: '5s',
        severity: 2,
      },
    },
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}
