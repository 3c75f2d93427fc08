import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Event } from '../contract/events.ts';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';
import { findPackage } from '../platform/package/package-root.ts';
import { breakShop } from './break-shop.ts';
import { type DemoChild, parseLine, startChild, waitForLine } from './child-process.ts';
import { takeDemoFolder } from './demo-folder.ts';
import { type EventFollower, followEvents } from './event-follower.ts';
import type { Narrator } from './narrator.ts';
import { tellEvent } from './tell-event.ts';
import { startTraffic } from './traffic.ts';

export type DemoOptions = {
  /** Everything of the demo lies in its subfolder `demo`, which is removed at the end. */
  dataFolder: string;
  once: boolean;
  narrator: Narrator;
  environment: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C: what was started is stopped. */
  signal: AbortSignal;
};

/** Each part of the story has this long before the demo gives up and says so. */
const PART_LIMIT_MS = 60_000;
const HEALTHY_FOR_MS = 1_500;
const PROBE = 'shop-orders';

/**
 * The whole loop on a real service: starts Holdfast and the shop, breaks the shop, answers the approval, and ends well
 * only when customers are served again.
 * @throws HoldfastError `demo.*` when a part of the story did not happen
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const demoFolder = await takeDemoFolder(resolve(options.dataFolder));
  const cleanups: (() => unknown)[] = [];
  const interrupted = new Promise<never>((_resolve, reject) => {
    options.signal.addEventListener('abort', () => reject(new DOMException('interrupted', 'AbortError')), {
      once: true,
    });
  });
  interrupted.catch(() => {});
  try {
    await Promise.race([tellStory(demoFolder.path, options, cleanups), interrupted]);
  } catch (thrown) {
    if (options.signal.aborted) return;
    throw thrown instanceof HoldfastError
      ? thrown
      : new HoldfastError({
          code: 'demo.failed',
          kind: 'bug',
          message: `the demo did not get to its end: ${messageOf(thrown)}`,
          cause: thrown,
        });
  } finally {
    for (const cleanup of cleanups.reverse()) await Promise.resolve(cleanup()).catch(() => {});
    await demoFolder.remove();
  }
}

async function tellStory(folder: string, options: DemoOptions, cleanups: (() => unknown)[]): Promise<void> {
  const { narrator } = options;
  narrator.aside('Starting a small shop with a PostgreSQL of its own, and Holdfast with another…');
  const startingShop = startShop(folder, options.environment);
  const shop = await startingShop;
  cleanups.push(() => shop.child.stop());
  const holdfast = await startServer(folder, shop, options.environment);
  cleanups.push(() => holdfast.child.stop());
  narrator.aside(`The shop takes orders at ${shop.address}; Holdfast runs at ${holdfast.address}`);

  const traffic = startTraffic(shop.address);
  cleanups.push(() => traffic.stop());
  await traffic.next('served');
  await waitUntilProbed(holdfast);
  await pause(HEALTHY_FOR_MS);
  const before = traffic.take();
  narrator.tell(
    'service.healthy',
    `The shop serves its customers: ${before.served} orders taken, ${before.failed} failed`,
    before,
  );

  // What Holdfast notices is told after what we did to the service, however quick it is.
  const held: Event[] = [];
  let told = (event: Event): void => void held.push(event);
  const tell = (event: Event) => {
    const text = tellEvent(event);
    if (text) narrator.tell(event.kind, text, { position: event.position, ...event.body });
  };
  const follower = followEvents({ connection: () => holdfast, onEvent: (event) => told(event) });
  cleanups.push(() => follower.stop());
  const endBlocker = await breakShop(shop.databaseUrl);
  cleanups.push(endBlocker);
  await traffic.next('failed');
  narrator.tell(
    'service.broken',
    'A report changed every stock row and forgot to commit: orders wait for its locks, connections pile up, customers leave',
  );
  told = tell;
  for (const event of held.splice(0)) tell(event);

  const opened = await follower.until((event) => event.kind === 'incident.opened', PART_LIMIT_MS);
  const incidentUrl = `${holdfast.address}/incidents/${String(opened.body['incidentId'])}`;
  await approveWhenAsked(follower, holdfast, narrator);
  await follower
    .until((event) => event.kind === 'incident.resolved' || event.kind === 'run.failed', PART_LIMIT_MS)
    .then(assertResolved);

  traffic.take();
  await traffic.next('served');
  await pause(HEALTHY_FOR_MS);
  const after = traffic.take();
  if (after.served === 0 || after.failed > after.served) {
    throw new HoldfastError({
      code: 'demo.not-repaired',
      kind: 'bug',
      message: `the incident is resolved, but the shop took ${after.served} orders and failed ${after.failed}`,
    });
  }
  narrator.tell(
    'service.repaired',
    `Customers are served again: ${after.served} orders taken, ${after.failed} failed`,
    after,
  );
  await tellTimeline(holdfast, opened, narrator);
  if (options.once) return;
  narrator.aside('');
  narrator.aside(`Look around: ${holdfast.firstLink ?? holdfast.address} (one-time sign-in), then ${incidentUrl}`);
  narrator.aside('Ctrl-C ends the demo and removes everything it made.');
  await new Promise<void>(() => {});
}

function assertResolved(event: Event): void {
  if (event.kind === 'incident.resolved') return;
  throw new HoldfastError({
    code: 'demo.run-failed',
    kind: 'bug',
    message: `the run failed: ${String(event.body['reason'])}`,
  });
}

type Shop = { child: DemoChild; address: string; databaseUrl: string };
type Server = { child: DemoChild; address: string; token: string; firstLink: string | null };

async function startShop(folder: string, environment: NodeJS.ProcessEnv): Promise<Shop> {
  const entry = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? './shop-process.ts' : './shop-process.js', import.meta.url),
  );
  const { child, picked } = await waitForLine(
    'the shop',
    (onLine) => startChild([entry, folder], { env: environment, lines: 'stdout', onLine }),
    (line) => parseLine(line) as { address: string; databaseUrl: string } | null,
  );
  return { child, ...picked };
}

async function startServer(folder: string, shop: Shop, environment: NodeJS.ProcessEnv): Promise<Server> {
  const configFile = join(folder, 'holdfast.yaml');
  await writeFile(configFile, stringify(demoConfig(shop)), { mode: 0o600 });
  const launcher = join(findPackage().root, 'bin', 'holdfast.js');
  const env = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('HOLDFAST_') && name !== 'DATABASE_URL'),
  );
  let firstLink: string | null = null;
  let address: string | null = null;
  const { child } = await waitForLine(
    'Holdfast',
    (onLine) =>
      startChild([launcher, 'serve', '--stop-with-stdin', '--config', configFile], { env, lines: 'stderr', onLine }),
    (line) => {
      const said = parseLine(line);
      if (said?.['msg'] === 'listening') address = String(said['address']);
      if (typeof said?.['link'] === 'string') firstLink = said['link'];
      return address !== null && firstLink !== null ? true : null;
    },
  );
  const token = (await readFile(join(folder, 'holdfast', 'cli-token'), 'utf8')).trim();
  return { child, address: address ?? '', token, firstLink };
}

function demoConfig(shop: Shop): object {
  return {
    listen: '127.0.0.1:0',
    data: './holdfast',
    embeddedPostgres: { sharedBuffers: '32MiB' },
    targets: { 'shop-db': { kind: 'postgres', url: shop.databaseUrl } },
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
    },
  };
}

async function waitUntilProbed(server: Server): Promise<void> {
  const until = performance.now() + PART_LIMIT_MS;
  while (performance.now() < until) {
    const probe = (await callApi(server, 'GET', `/api/v1/probes/${PROBE}`)) as { state: string };
    if (probe.state === 'healthy') return;
    await pause(100);
  }
  throw new HoldfastError({
    code: 'demo.not-probed',
    kind: 'bug',
    message: `the probe ${PROBE} did not become healthy`,
  });
}

/** The demo plays the person who is asked: reads what would be done, and approves it. */
async function approveWhenAsked(follower: EventFollower, server: Server, narrator: Narrator): Promise<void> {
  const asked = await follower.until((event) => event.kind === 'approval.requested', PART_LIMIT_MS);
  const id = String(asked.body['approvalId']);
  const approval = (await callApi(server, 'GET', `/api/v1/approvals/${id}`)) as {
    effect: { title: string; target: string };
  };
  narrator.aside(`The demo plays the approver: "${approval.effect.title}" on ${approval.effect.target}`);
  await callApi(server, 'POST', `/api/v1/approvals/${id}/approve`, { reason: 'the report can be run again' });
}

async function tellTimeline(server: Server, opened: Event, narrator: Narrator): Promise<void> {
  const { items } = (await callApi(
    server,
    'GET',
    `/api/v1/incidents/${String(opened.body['incidentId'])}/timeline`,
  )) as { items: { at: string; text: string }[] };
  narrator.aside('');
  narrator.aside(`Timeline of ${String(opened.body['number'])}`);
  for (const entry of items) narrator.aside(`  ${entry.at.slice(11, 19)}  ${entry.text}`);
}

async function callApi(
  server: Pick<Server, 'address' | 'token'>,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${server.address}${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  throw new HoldfastError({
    code: 'demo.refused',
    kind: 'bug',
    message: `${method} ${path}: HTTP ${response.status} ${JSON.stringify(answer)}`,
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
