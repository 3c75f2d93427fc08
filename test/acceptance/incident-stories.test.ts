import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Incident } from '../../src/contract/incident.ts';
import type { Run } from '../../src/contract/run.ts';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import { type PagerReceiver, startPagerReceiver } from '../fakes/pager-receiver.ts';
import { beginStory, type Story } from '../harness/story.ts';

/** The limits are for a busy machine; nothing here takes a second by itself. */
vi.setConfig({ testTimeout: 60_000 });

const SECRET = 'a secret shared with the receiver';
let service: BreakableService;
let pager: PagerReceiver;
let story: Story;
beforeAll(async () => {
  service = await startBreakableService();
  pager = await startPagerReceiver(SECRET);
});
afterAll(() => Promise.all([service.close(), pager.close()]));
beforeEach(async () => {
  pager.requests.length = 0;
  service.repair();
  story = await beginStory({
    probes: {
      shop: {
        kind: 'http',
        url: `${service.address}/health`,
        interval: '1s',
        timeout: '500ms',
        failures: 3,
        successes: 2,
        severity: 1,
        title: 'The shop is down',
      },
    },
    webhooks: { pager: { url: pager.url, secret: SECRET } },
  });
});
afterEach(() => story.close());

const runbook = (steps: string, head = 'triggers:\n  - probe: shop') =>
  `---\ntitle: Shop down\n${head}\n---\n# Shop down\n\n${steps}\n`;
const LOOK = `1. **Look**\n   \`\`\`sh {name=look}\n   echo looking\n   \`\`\`\n`;
const repairStep = () =>
  `2. **Repair**\n   \`\`\`http {name=repair risk=change}\n   POST ${service.address}/repair?by=holdfast\n   \`\`\`\n`;
const CHECK = `3. **Look again**\n   \`\`\`check {name=again}\n   probe: shop\n   within: 20s\n   \`\`\`\n`;

const opened = () => story.until(() => story.incident());
const is = (status: Incident['status']) => async () => {
  const incident = await story.incident();
  return incident?.status === status ? incident : null;
};
const pages = (state: string) => async () => {
  const incident = await story.incident();
  return incident?.pages.every((page) => page.state === state) ? incident : null;
};
const runOf = async (incident: Incident) => story.api<Run>('GET', `/api/v1/runs/${incident.runs[0]?.id}`);
const runIs =
  (status: Run['status'], waitingFor: Run['waitingFor'] = null) =>
  async () => {
    const incident = await story.incident();
    if (!incident?.runs[0]) return null;
    const run = await runOf(incident);
    return run.status === status && run.waitingFor === waitingFor ? run : null;
  };
const approve = async (run: Run) => {
  const pending = run.approvals.find((approval) => approval.status === 'pending');
  await story.api('POST', `/api/v1/approvals/${pending?.id}/approve`, {});
};
const told = async (incident: Incident) => (await story.timeline(incident.id)).map((entry) => entry.kind);
const letPass = async (ms: number) => {
  const end = story.clock.now().getTime() + ms;
  await story.until(async () => story.clock.now().getTime() >= end);
};

/** Lets the time for one more look pass, and waits for what the probe saw. */
async function lookOnce(afterMs = 1_000): Promise<void> {
  const lastLook = async () =>
    (await story.api<{ lastCheckedAt: string | null }>('GET', '/api/v1/probes/shop')).lastCheckedAt;
  const before = afterMs === 0 ? null : await lastLook();
  story.clock.advanceBy(afterMs);
  await expect.poll(lastLook, { timeout: 5_000 }).not.toBe(before);
}

describe('the shop goes down', () => {
  it('is noticed, told, looked at, repaired once a person agrees, verified and over', async () => {
    story.writeRunbook('shop-down.md', runbook(LOOK + repairStep() + CHECK));
    service.break();
    const incident = await opened();
    expect(incident).toMatchObject({
      number: 'INC-20260301-001',
      title: 'The shop is down',
      severity: { label: 'P1' },
    });

    const asking = await story.until(runIs('waiting', 'approval'));
    expect(asking.steps.map((step) => step.status)).toEqual(['succeeded', 'waiting', 'pending']);
    expect(service.repairs).toEqual([]);
    expect(pager.told()).toHaveLength(1);
    await approve(asking);
    const over = await story.until(is('resolved'));
    expect(service.repairs).toEqual(['holdfast']);
    expect(over.runs).toEqual([expect.objectContaining({ status: 'succeeded', automatic: true, startedBy: 'system' })]);
    expect(over.findings).toEqual([expect.objectContaining({ status: 'fixed' })]);

    const kinds = await told(over);
    const order = [
      'incident.opened',
      'run.started',
      'approval.requested',
      'approval.granted',
      'step.succeeded',
      'finding.fixed',
      'incident.resolved',
    ];
    expect(kinds.filter((kind) => order.includes(kind))).toEqual(order);
    expect(kinds).toContain('page.sent');
    const entries = await story.timeline(over.id);
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_entry, index) => index + 1));
    expect(entries.at(-1)?.text).toBe('Resolved: verified healthy (The shop is down)');
    expect(await story.api('GET', '/api/v1/audit/verify')).toMatchObject({ ok: true });
  });

  it('is acknowledged while the pager is away: nobody is paged after that', async () => {
    pager.misbehave(Array.from({ length: 50 }, () => 'busy' as const));
    service.break();
    const incident = await opened();
    await story.until(async () => (await story.incident())?.pages.some((page) => page.attempts >= 2));
    await story.api('POST', `/api/v1/incidents/${incident.id}/ack`, { reason: 'on it' });
    await story.until(async () =>
      (await story.incident())?.pages.every((page) => ['acked', 'cancelled'].includes(page.state)),
    );
    const before = pager.asked();
    await letPass(30_000);
    story.clock.advanceBy(3_600_000);
    await letPass(1_000);
    expect(pager.asked()).toBe(before);
    expect(pager.told()).toEqual([]);
    expect(await story.incident()).toMatchObject({ status: 'investigating', acknowledgedBy: 'cli:local' });
    pager.misbehave([], { forget: true });
  });

  it('only flaps: nobody hears of it', async () => {
    await lookOnce(0);
    for (let look = 0; look < 12; look += 1) {
      if (look % 3 === 2) service.repair();
      else service.break();
      await lookOnce();
    }
    expect(await story.incident()).toBeNull();
    expect(pager.told()).toEqual([]);
  });

  it('comes back by itself: the incident is over, and its next failure is a new one', async () => {
    service.break();
    const first = await opened();
    service.repair();
    await story.until(is('resolved'));
    service.break();
    const second = await story.until(async () => {
      const incident = await story.incident();
      return incident && incident.id !== first.id ? incident : null;
    });
    expect(second.number).toBe('INC-20260301-002');
    await story.until(pages('sent'));
    expect(pager.told()).toHaveLength(2);
  });
});

describe('a runbook for it', () => {
  it('that cannot be read is told on the timeline and holds nothing up', async () => {
    story.writeRunbook('shop-down.md', runbook('```check {name=broken}\nprobe:\n```'));
    service.break();
    await opened();
    const incident = await story.until(pages('sent'));
    const entries = await story.until(async () => {
      const found = await story.timeline(incident.id);
      return found.some((entry) => entry.kind === 'run.suggested') ? found : null;
    });
    expect(entries.find((entry) => entry.kind === 'run.suggested')?.text).toContain('shop-down.md');
    service.repair();
    await story.until(is('resolved'));
  });

  it('that needs a value nobody gave says which', async () => {
    story.writeRunbook('shop-down.md', runbook('```sh\nkubectl get pods -n <namespace>\n```'));
    service.break();
    const incident = await opened();
    const suggestion = await story.until(async () =>
      (await story.timeline(incident.id)).find((entry) => entry.kind === 'run.suggested'),
    );
    expect(suggestion.text).toBe('shop-down.md would handle this, but needs namespace');
  });

  it('that fails leaves the incident to people, who cannot resolve it without a verification', async () => {
    story.writeRunbook('shop-down.md', runbook('```sh {name=look}\nexit 3\n```'));
    service.break();
    await opened();
    const failed = await story.until(runIs('failed'));
    expect(failed.steps[0]?.attempts[0]).toMatchObject({ exitCode: 3, reason: 'exit code 3' });
    const incident = (await story.incident())!;
    expect(incident.resolveBlockers).toEqual(['finding still open: The shop is down']);
    const resolve = (body: object) =>
      story.call<{ code?: string }>('POST', `/api/v1/incidents/${incident.number}/status`, {
        status: 'resolved',
        ...body,
      });
    expect(await resolve({ reason: 'I think it is fine' })).toMatchObject({
      status: 409,
      body: { code: 'incident.not-verified' },
    });
    expect((await resolve({ override: true, reason: 'the shop is closed today' })).status).toBe(200);
    expect((await story.timeline(incident.id)).at(-1)?.text).toContain(
      'Resolved by override of cli:local: the shop is closed today',
    );
  });
});

describe('Holdfast is restarted', () => {
  it('while a person is asked: the question is still there, and the answer carries on', async () => {
    story.writeRunbook('shop-down.md', runbook(LOOK + repairStep() + CHECK));
    service.break();
    await opened();
    await story.until(runIs('waiting', 'approval'));
    await story.restart(60_000);
    // What the file says by now is none of the run's business.
    story.writeRunbook('shop-down.md', runbook('```sh\nexit 1\n```'));
    await approve(await story.until(runIs('waiting', 'approval')));
    await story.until(is('resolved'));
    expect(pager.told()).toHaveLength(1);
    expect(service.repairs).toEqual(['holdfast']);
  });

  it('while a run waits: it goes on at its time, neither sooner nor from the beginning', async () => {
    const wait =
      '1. **Wait**\n   ```wait {name=pause}\n   10m\n   ```\n2. **Look**\n   ```sh {name=look}\n   echo over\n   ```\n';
    story.writeRunbook('patience.md', runbook(wait, 'severity: P3'));
    const { id } = await story.api<Run>('POST', '/api/v1/runs', { runbook: 'patience.md' });
    const read = () => story.api<Run>('GET', `/api/v1/runs/${id}`);
    const waiting = await story.until(async () => ((await read()).waitingFor === 'wait' ? read() : null));
    await story.restart(5 * 60_000);
    await letPass(1_000);
    expect(await read()).toMatchObject({ status: 'waiting', waitingFor: 'wait' });
    await story.restart(5 * 60_000);
    const done = await story.until(async () => ((await read()).status === 'succeeded' ? read() : null));
    const [pause, look] = done.steps;
    expect(Date.parse(pause!.endedAt!) - Date.parse(waiting.steps[0]!.startedAt!)).toBe(10 * 60_000);
    expect(look!.attempts).toHaveLength(1);
  });
});
