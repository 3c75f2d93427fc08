import type { Page } from 'playwright-core';
import { castOnCall } from './on-call-cast.ts';
import { castTelemetry, type TelemetryCast } from './telemetry-cast.ts';
import type { World } from './world.ts';

/** What the pages of a world in the middle of an incident are about. */
export type Cast = {
  incident: string;
  waitingRun: string;
  askingRun: string;
  doubtfulRun: string;
  /** Half-way through a foreach. */
  drainingRun: string;
  failedRun: string;
  rolledBackRun: string;
  dryRun: string;
  finding: string;
} & TelemetryCast;

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
  {
    name: 'run-foreach',
    path: ({ drainingRun }) => `/runs/${drainingRun}`,
    open: (page) => showAtTop(page, '#step-each-host'),
  },
  { name: 'run-failed', path: ({ failedRun }) => `/runs/${failedRun}` },
  {
    name: 'run-failed-item',
    path: ({ failedRun }) => `/runs/${failedRun}`,
    open: (page) => showAtTop(page, '#step-each-host'),
  },
  { name: 'run-rolled-back', path: ({ rolledBackRun }) => `/runs/${rolledBackRun}` },
  { name: 'run-dry', path: ({ dryRun }) => `/runs/${dryRun}` },
  {
    name: 'run-gate',
    path: ({ dryRun }) => `/runs/${dryRun}`,
    open: (page) => showAtTop(page, '#step-errors-low'),
  },
  { name: 'incidents', path: () => '/incidents' },
  { name: 'declare-incident', path: () => '/incidents/new' },
  { name: 'inbox', path: () => '/inbox' },
  {
    name: 'runbooks',
    path: () => '/runbooks',
    open: (page) => page.getByText('reading…').first().waitFor({ state: 'detached', timeout: 60_000 }),
  },
  {
    name: 'runbooks-search',
    path: () => '/runbooks?q=orders',
    open: (page) => page.getByRole('region', { name: 'Search results' }).waitFor(),
  },
  { name: 'runbook', path: () => '/runbooks/database-connections.md' },
  {
    name: 'runbook-lint',
    path: () => '/runbooks/restore-orders.md',
    open: async (page) => {
      const finding = page.locator('article summary', { hasText: 'When pg_dump fails' });
      await finding.dispatchEvent('click');
      await showAtTop(page, '#doc-restore-from-the-dump-p1');
    },
  },
  {
    name: 'runbook-findings',
    path: () => '/runbooks/restore-orders.md?show=findings',
    open: async (page) => {
      await page.locator('main summary').nth(1).dispatchEvent('click');
    },
  },
  {
    name: 'runbook-versions',
    path: () => '/runbooks/purge-cache.md?show=versions',
    open: async (page) => {
      await page
        .getByRole('link', { name: /^What changed/ })
        .first()
        .dispatchEvent('click');
      await page.getByRole('heading', { name: /^From / }).waitFor();
    },
  },
  { name: 'runs', path: () => '/runs' },
  { name: 'start-run', path: () => '/runs/new?runbook=database-connections.md' },
  {
    name: 'plan',
    path: () => '/runs/new?runbook=drain-web.md&environment=staging',
    open: (page) => showAtTop(page, '#plan'),
  },
  {
    name: 'alerts',
    path: () => '/alerts',
    open: (page) => page.getByText('told to holdfast').first().waitFor(),
  },
  {
    name: 'alerts-silence-dialog',
    path: () => '/alerts',
    open: async (page) => {
      await page.getByRole('button', { name: 'Silence group…' }).first().dispatchEvent('click');
      await page.getByText(/^Keeps \d+ alerts? quiet/).waitFor();
    },
  },
  {
    name: 'alerts-silences',
    path: () => '/alerts?show=silences',
    open: (page) => page.getByText('replacement ordered').waitFor(),
  },
  {
    name: 'status-editor',
    path: () => '/status-page',
    open: (page) => page.getByText('Orders cannot be placed').waitFor(),
  },
  {
    name: 'status-editor-update',
    path: () => '/status-page',
    open: async (page) => {
      await page.getByRole('button', { name: 'Update…' }).first().dispatchEvent('click');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'on-call',
    path: () => '/on-call',
    open: (page) => page.getByRole('list', { name: 'Overrides of primary' }).waitFor(),
  },
  {
    name: 'on-call-override-dialog',
    path: () => '/on-call?zone=schedule&weeks=4',
    open: async (page) => {
      await page.getByRole('button', { name: 'Add override to primary…' }).dispatchEvent('click');
      await page.getByRole('heading', { name: 'What changes' }).waitFor();
    },
  },
  {
    name: 'on-call-policies',
    path: () => '/on-call?show=policies',
    open: (page) => page.getByText('Also ask: Notify the customers').waitFor(),
  },
  { name: 'on-call-teams', path: () => '/on-call?show=teams' },
  {
    name: 'on-call-schedule-editor',
    path: () => '/on-call/schedules/primary',
    open: (page) => page.getByRole('button', { name: 'Save primary' }).waitFor(),
  },
  {
    name: 'on-call-team-editor',
    path: () => '/on-call/teams/new',
    open: (page) => page.getByRole('button', { name: 'Create team' }).waitFor(),
  },
  {
    name: 'on-call-policy-editor',
    path: () => '/on-call/policies/new',
    open: (page) => page.getByRole('button', { name: 'Create policy' }).waitFor(),
  },
  {
    name: 'on-call-routes-editor',
    path: () => '/on-call/routes',
    open: (page) => page.getByRole('button', { name: /^Save/ }).waitFor(),
  },
  {
    name: 'on-call-calendar-editor',
    path: () => '/on-call/calendars/new',
    open: (page) => page.getByRole('button', { name: /^Create/ }).waitFor(),
  },
  { name: 'incidents-measures', path: () => '/incidents/measures' },
  {
    name: 'incident-escalate-dialog',
    path: ({ incident }) => `/incidents/${incident}`,
    open: async (page) => {
      await page.getByRole('button', { name: 'Escalate now…' }).dispatchEvent('click');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'postmortem', path: ({ incident }) => `/incidents/${incident}/postmortem` },
  { name: 'findings', path: () => '/findings' },
  { name: 'finding', path: ({ finding }) => `/findings/${finding}` },
  { name: 'anomalies', path: () => '/anomalies' },
  { name: 'anomaly', path: ({ anomaly }) => `/anomalies/${anomaly}` },
  { name: 'streams', path: () => '/streams' },
  {
    name: 'stream',
    path: ({ stream }) => `/streams/${stream}`,
    open: (page) => page.locator('.uplot canvas').waitFor(),
  },
  {
    name: 'stream-settings-dialog',
    path: ({ stream }) => `/streams/${stream}`,
    open: async (page) => {
      await page.getByRole('button', { name: 'Change settings…' }).dispatchEvent('click');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'probes', path: () => '/probes' },
  { name: 'probe', path: () => '/probes/shop-orders' },
  { name: 'settings', path: () => '/settings' },
  {
    name: 'settings-contact',
    path: () => '/settings/contact',
    open: (page) => page.getByRole('form', { name: 'Verify Night desk' }).waitFor(),
  },
  { name: 'settings-calendars', path: () => '/settings/calendars' },
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

/** Scrolls so that what is meant stands at the top, below the line that stays there. */
async function showAtTop(page: Page, selector: string): Promise<void> {
  const place = page.locator(selector);
  await place.waitFor();
  await place.evaluate((element) => (element as { scrollIntoView(): void }).scrollIntoView());
}

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
  await castOnCall(world);
  await writeVersions(world);
  const dry = await startRun(world, 'drain-web.md', {}, { dryRun: true, environment: 'staging' });
  const failed = await startRun(world, 'drain-web.md', { bad: 'web-3' });
  const rolledBack = await startRun(world, 'drain-web.md', { bad: 'web-5' });
  for (const id of [dry, failed, rolledBack]) {
    await until(world, `/api/v1/runs/${id}`, (run) => run['endedAt'] as string | null);
  }
  await world.call('POST', `/api/v1/runs/${rolledBack}/rollback`, {});
  await until(world, `/api/v1/runs/${rolledBack}`, (run) => run['status'] === 'rolled-back');
  const doubtful = await startRun(world, 'fragile-migration.md', {});
  const asking = await startRun(world, 'order-export.md', { lines: '4' });
  await until(world, `/api/v1/runs/${doubtful}`, (run) => stepOf(run, 'move-orders').attempts[0]?.output.bytes);
  await until(world, `/api/v1/runs/${asking}`, (run) => run['waitingFor'] === 'choice');
  await world.killAndRestart();
  const draining = await startRun(world, 'drain-web.md', { slow: 'web-6 web-7' });
  await until(world, `/api/v1/runs/${draining}`, (run) => stepOf(run, 'drain[5]').attempts[0]?.output.bytes);
  await until(world, `/api/v1/runs/${doubtful}`, (run) => run['status'] === 'in-doubt');
  await world.breakShop();
  const approval = await until(world, '/api/v1/approvals?status=pending', (list) => listOf(list)[0]);
  const findings = await until(world, '/api/v1/findings', (list) => listOf(list)[0]);
  await sendAlerts(world);
  const telemetry = await castTelemetry(world);
  await tellPublic(world);
  return {
    incident: String(approval['incidentId']),
    waitingRun: String(approval['runId']),
    askingRun: asking,
    doubtfulRun: doubtful,
    drainingRun: draining,
    failedRun: failed,
    rolledBackRun: rolledBack,
    dryRun: dry,
    finding: String(findings['id']),
    ...telemetry,
  };
}

/** What monitoring reports beside the incident: nothing that opens another one. */
async function sendAlerts(world: World): Promise<void> {
  const alert = (alertname: string, labels: Record<string, string>, summary: string) => ({
    labels: { alertname, severity: 'info', service: 'shop', ...labels },
    annotations: { summary },
    // Without an end it would be over after five minutes, and all pages take longer on a busy machine.
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await world.call('POST', '/api/v2/alerts', [
    ...['db-1', 'db-2', 'db-3'].map((node) =>
      alert('DiskFillsUp', { node, mount: '/var/lib/postgresql' }, 'The disk is full within four days'),
    ),
    alert('BackupLate', { job: 'nightly' }, 'The last backup is 26 hours old'),
    alert('CertificateEnds', { host: 'shop.example.org' }, 'The certificate ends in 12 days'),
  ] as unknown as object);
  await world.call('POST', '/api/v2/silences', {
    matchers: [
      { name: 'alertname', value: 'DiskFillsUp', isRegex: false },
      { name: 'node', value: 'db-2', isRegex: false },
    ],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 8 * 3_600_000).toISOString(),
    createdBy: 'ada',
    comment: 'replacement ordered, arrives on Monday',
  });
}

/** The public hears of the incident, too. */
async function tellPublic(world: World): Promise<void> {
  const page = '/api/v1/status-page';
  for (const [name, group] of [
    ['Orders', 'Shop'],
    ['Payments', 'Shop'],
    ['Help desk', null],
  ] as const)
    await world.call('POST', `${page}/components`, { name, group });
  await world.call('POST', `${page}/incidents`, {
    name: 'Orders cannot be placed',
    impact: 'major',
    affected: [{ component: 'Orders', status: 'major_outage' }],
    message: {
      impact: 'New orders are refused; orders already placed are safe',
      status: 'The cause is known and is being put right',
      affectedPercent: 100,
      nextUpdateMinutes: 15,
    },
  });
}

export async function startRun(
  world: World,
  runbook: string,
  inputs: Record<string, string>,
  how: { dryRun?: boolean; environment?: string } = {},
): Promise<string> {
  const run = (await world.call('POST', '/api/v1/runs', { runbook, inputs, ...how })) as { id: string };
  return run.id;
}

/** One runbook three times: it becomes safer, then riskier. */
export async function writeVersions(world: World): Promise<void> {
  const commands = ['redis-cli --host cache-1 flushdb', 'systemctl reload redis', 'redis-cli --host cache-1 flushall'];
  for (const [index, command] of commands.entries()) {
    await world.writeRunbook('purge-cache.md', purgeRunbook(command));
    await until(world, '/api/v1/runbooks/versions?path=purge-cache.md', (list) => listOf(list).length > index);
  }
}

/** A runbook whose one step does what is given. */
function purgeRunbook(command: string): string {
  return `# Make room in the cache

Customers are signed out when the sessions go: tell the help desk first.

1. **Look how full it is**

   \`\`\`sh {name=look}
   redis-cli --host cache-1 info memory
   \`\`\`

2. **Make room**

   \`\`\`sh {name=make-room}
   ${command}
   \`\`\`
`;
}

type Json = Record<string, unknown>;
export const listOf = (list: Json) => list['items'] as Json[];
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
