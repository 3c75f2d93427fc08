import type { Page } from 'playwright-core';
import type { World } from './world.ts';

/** What the pages of a world in the middle of an incident are about. */
export type Cast = { incident: string; waitingRun: string; askingRun: string; doubtfulRun: string; finding: string };

export type PageToSee = {
  name: string;
  path: (cast: Cast) => string;
  /** Opens what the page does not show by itself. */
  open?: (page: Page) => Promise<void>;
};

/** Every page, in the order a reader meets them. */
export const PAGES: readonly PageToSee[] = [
  { name: 'now', path: () => '/' },
  { name: 'incident', path: ({ incident }) => `/incidents/${incident}` },
  { name: 'run-approval', path: ({ waitingRun }) => `/runs/${waitingRun}` },
  {
    name: 'run-approve-dialog',
    path: ({ waitingRun }) => `/runs/${waitingRun}`,
    open: async (page) => {
      // An event instead of a click: for that the driver would scroll the document first.
      await page.getByRole('button', { name: 'Review and approve' }).dispatchEvent('click');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'run-choice', path: ({ askingRun }) => `/runs/${askingRun}` },
  {
    name: 'run-in-doubt',
    path: ({ doubtfulRun }) => `/runs/${doubtfulRun}`,
    open: async (page) => {
      await page.getByRole('link', { name: 'See what is known' }).dispatchEvent('click');
    },
  },
  { name: 'incidents', path: () => '/incidents' },
  { name: 'declare-incident', path: () => '/incidents/new' },
  { name: 'inbox', path: () => '/inbox' },
  { name: 'runbooks', path: () => '/runbooks' },
  { name: 'runbook', path: () => '/runbooks/database-connections.md' },
  { name: 'runs', path: () => '/runs' },
  { name: 'start-run', path: () => '/runs/new?runbook=database-connections.md' },
  { name: 'findings', path: () => '/findings' },
  { name: 'finding', path: ({ finding }) => `/findings/${finding}` },
  { name: 'probes', path: () => '/probes' },
  { name: 'probe', path: () => '/probes/shop-orders' },
  { name: 'settings', path: () => '/settings' },
  { name: 'settings-keys', path: () => '/settings/keys' },
  { name: 'settings-users', path: () => '/settings/users' },
  { name: 'settings-audit', path: () => '/settings/audit' },
  {
    name: 'search',
    path: () => '/',
    open: async (page) => {
      await page.keyboard.press('ControlOrMeta+k');
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'keyboard',
    path: () => '/',
    open: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
];

/** Goes to a page and waits until it shows what it is about. */
export async function visit(page: Page, address: string, toSee: PageToSee, cast: Cast): Promise<void> {
  await page.goto(address + toSee.path(cast));
  await page.locator('main h1').waitFor();
  // Bars stand where lines are still waited for.
  await page.locator('main .pulse').first().waitFor({ state: 'detached' });
  await toSee.open?.(page);
}

/** Brings a world into the middle of an incident: a run waits for approval, one asks, one is in doubt. */
export async function castIncident(world: World): Promise<Cast> {
  await world.call('POST', '/api/v1/users', { name: 'ada', role: 'approver' });
  await world.call('POST', '/api/v1/keys', { name: 'ci-deploy', role: 'operator' });
  const doubtful = await startRun(world, 'fragile-migration.md', {});
  const asking = await startRun(world, 'order-export.md', { lines: '4' });
  await until(world, `/api/v1/runs/${doubtful}`, (run) => stepOf(run, 'move-orders').attempts[0]?.output.bytes);
  await until(world, `/api/v1/runs/${asking}`, (run) => run['waitingFor'] === 'choice');
  await world.killAndRestart();
  await until(world, `/api/v1/runs/${doubtful}`, (run) => run['status'] === 'in-doubt');
  await world.breakShop();
  const approval = await until(world, '/api/v1/approvals?status=pending', (list) => listOf(list)[0]);
  const findings = await until(world, '/api/v1/findings', (list) => listOf(list)[0]);
  return {
    incident: String(approval['incidentId']),
    waitingRun: String(approval['runId']),
    askingRun: asking,
    doubtfulRun: doubtful,
    finding: String(findings['id']),
  };
}

export async function startRun(world: World, runbook: string, inputs: Record<string, string>): Promise<string> {
  const run = (await world.call('POST', '/api/v1/runs', { runbook, inputs })) as { id: string };
  return run.id;
}

type Json = Record<string, unknown>;
const listOf = (list: Json) => list['items'] as Json[];
const stepOf = (run: Json, id: string) =>
  (run['steps'] as { id: string; attempts: { output: { bytes: number } }[] }[]).find((step) => step.id === id) ?? {
    attempts: [],
  };

const LIMIT_MS = 40_000;
const LOOK_AGAIN_MS = 150;

/** Asks the API until it answers as wanted. @throws Error with the last answer after 40 s */
export async function until<Found>(
  world: World,
  path: string,
  pick: (answer: Json) => Found | null | undefined | false | 0,
): Promise<Found> {
  const limit = performance.now() + LIMIT_MS;
  let last: unknown = null;
  while (performance.now() < limit) {
    last = await world.call('GET', path).catch((thrown: unknown) => String(thrown));
    const found = typeof last === 'object' && last !== null ? pick(last as Json) : null;
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  throw new Error(`${path} did not become what was waited for: ${JSON.stringify(last).slice(0, 500)}`);
}
