import pg from 'pg';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  act,
  apply,
  begin,
  declare,
  escalations,
  eventsOf,
  expectPaged,
  MINUTE_MS,
  paged,
  pager,
  pass,
  ROLES,
  read,
  staff,
  story,
  tellOnCallStories,
  told,
} from '../harness/on-call-story.ts';

/** The limits are for a busy machine; nothing here takes a second by itself. */
vi.setConfig({ testTimeout: 60_000 });
tellOnCallStories();

describe('nobody does anything', () => {
  it('architect, P1: on-call, manager and lead at once, director and VP after 15 minutes, the outage after 30', async () => {
    await begin('architect');
    await staff('architect');
    const { id } = await declare(1);
    await expectPaged(id, ['ada', 'manager', 'lead']);
    await pass(14);
    await expectPaged(id, ['ada', 'manager', 'lead']);
    await pass(1);
    await expectPaged(id, ['ada', 'manager', 'lead', 'director', 'vp-engineering']);
    await pass(15);
    await expect
      .poll(() => told(id, 'escalation.asked'), { timeout: 10_000 })
      .toEqual([
        'A person is asked to: Declare the outage (Holdfast has not done it)',
        'A person is asked to: Notify the customers (Holdfast has not done it)',
      ]);
    const [escalation] = await escalations(id);
    expect(escalation).toMatchObject({ policy: 'architect', team: 'platform', endedAt: null, toCome: [] });
    expect(escalation?.fired.map((step) => [step.step, step.cause])).toEqual([
      [0, 'unacked'],
      [1, 'severity'],
      [2, 'unresolved'],
      [3, 'unresolved'],
    ]);
    expect(await story.api('GET', '/api/v1/audit/verify')).toMatchObject({ ok: true });
  });

  it('and the policy says so: the public is told once, in the words of the policy', async () => {
    await begin('architect');
    await staff('architect');
    const publish = 'Payments may fail. We know of it.';
    await apply({
      policies: {
        public: {
          steps: [
            { name: 'on call', when: [{ unackedAfter: '0s' }], to: [{ user: 'ada' }] },
            { name: 'outage', when: [{ unresolvedAfter: '30m' }], to: [], do: [{ publish }] },
            { name: 'again', when: [{ unresolvedAfter: '60m' }], to: [], do: [{ publish }] },
          ],
        },
      },
      routes: [{ policy: 'public', match: { labels: { service: 'pay' } } }],
    });
    const { id } = await declare(1, { service: 'pay' });
    await pass(29);
    const notices = async () =>
      (
        await story.api<{ items: { name: string; impact: string; nextUpdateAt: string }[] }>(
          'GET',
          '/api/v1/status-page/notices',
        )
      ).items;
    expect(await notices()).toEqual([]);
    await pass(1);
    await expect.poll(notices, { timeout: 10_000 }).toMatchObject([{ name: 'Payments may fail.', impact: 'critical' }]);
    const page = JSON.stringify(await story.api('GET', '/api/v2/summary.json'));
    expect(page).toContain('We know of it.');
    expect(page).toContain('Next update by: 2026-03-01 11:00');
    await pass(30);
    await expect
      .poll(() => told(id, 'escalation.fired'), { timeout: 10_000 })
      .toContain('The public was told already: Payments may fail.');
    expect(await notices()).toHaveLength(1);
    await expect.poll(() => told(id, 'incident.noted')).toContainEqual(expect.stringContaining('it is overdue'));
  });

  it('and where the policy only drafts, a person publishes it: nothing of the draft is public before', async () => {
    await begin('architect');
    await staff('architect');
    const draft = 'Payments may fail. We know of it.';
    await apply({
      policies: {
        careful: {
          steps: [
            { name: 'on call', when: [{ unackedAfter: '0s' }], to: [{ user: 'ada' }] },
            { name: 'outage', when: [{ unresolvedAfter: '30m' }], to: [], do: [{ 'status-draft': draft }] },
            { name: 'again', when: [{ unresolvedAfter: '60m' }], to: [], do: [{ 'status-draft': draft }] },
          ],
        },
      },
      routes: [{ policy: 'careful', match: { labels: { service: 'pay' } } }],
    });
    const { id } = await declare(1, { service: 'pay' });
    await pass(30);
    type Draft = { id: string; incidentId: string; name: string; impact: string; message: string };
    const drafts = async () => (await story.api<{ items: Draft[] }>('GET', '/api/v1/status-page/drafts')).items;
    await expect
      .poll(drafts, { timeout: 10_000 })
      .toMatchObject([{ incidentId: id, name: 'Payments may fail.', impact: 'critical', message: draft }]);
    for (const path of ['/api/v2/summary.json', '/api/v2/incidents.json'])
      expect(JSON.stringify(await story.api('GET', path))).not.toContain('Payments');
    await pass(30);
    await expect
      .poll(() => told(id, 'escalation.fired'), { timeout: 10_000 })
      .toContain('A draft for the status page waits for a person already');
    await story.api('POST', '/api/v1/status-page/incidents', {
      name: 'Payments fail',
      impact: 'critical',
      incidentId: id,
      message: { impact: 'Payments fail', status: 'We are on it', nextUpdateMinutes: 15 },
    });
    expect(await drafts()).toEqual([]);
    await expect(story.api('DELETE', '/api/v1/status-page/drafts/dft_none')).rejects.toThrow(/404/);
  });

  it('driftmgr, P2: support, engineering, architecture, management, half an hour each', async () => {
    await begin('driftmgr');
    await staff('driftmgr');
    const { id } = await declare(2);
    const people: string[] = [];
    for (const role of ROLES.driftmgr) {
      people.push(role);
      await expectPaged(id, people);
      await pass(30);
    }
    expect((await escalations(id))[0]?.toCome).toEqual([]);
  });

  it('discovery-agent, P0: on-call, lead after 30 minutes, infrastructure and management after an hour', async () => {
    await begin('discovery-agent');
    await staff('discovery-agent');
    const { id, severity } = await declare(1);
    expect(severity).toMatchObject({ label: 'P0', respondWithinMs: 15 * MINUTE_MS });
    await expectPaged(id, ['ada']);
    await pass(30);
    await expectPaged(id, ['ada', 'lead']);
    await pass(30);
    await expectPaged(id, ['ada', 'lead', 'infrastructure', 'management']);
  });

  it('discovery-agent, P3: nobody is woken, a person is asked for a ticket, the response is due by the calendar', async () => {
    await begin('discovery-agent');
    await staff('discovery-agent', {
      calendars: {
        default: {
          timezone: 'Europe/Berlin',
          hours: [{ days: ['mon', 'tue'], to: '16:00' }],
          holidays: ['2026-03-02'],
        },
      },
    });
    const { id, severity, openedAt } = await declare(4);
    // It is Sunday, and Monday is a holiday.
    expect(Date.parse(openedAt) + severity.respondWithinMs!).toBe(Date.parse('2026-03-03T15:00:00Z'));
    expect(await told(id, 'escalation.asked')).toEqual([
      'A person is asked to: Open a ticket (Holdfast has not done it)',
    ]);
    expect(await paged(id)).toEqual([]);
  });

  it.each([
    [1, 5, ['cto', 'vp-engineering']],
    [2, 15, ['manager']],
    [3, 60, ['lead']],
    [4, 240, ['ada']],
  ] as const)('idp, SEV%i: after %i minutes %j', async (severity, minutes, last) => {
    await begin('idp');
    await staff('idp');
    const { id } = await declare(severity);
    await expectPaged(id, ['ada']);
    await pass(minutes);
    await expectPaged(id, ['ada', ...last]);
  });
});

describe('somebody acknowledges', () => {
  beforeEach(async () => {
    await begin('architect');
    await staff('architect');
  });

  it('and the escalation stops, but for what waits for a resolve', async () => {
    const { id } = await declare(3);
    await expectPaged(id, ['ada']);
    await pass(4);
    await act(id, 'ack');
    await pass(10);
    await expectPaged(id, ['ada']);
    expect((await escalations(id))[0]?.toCome.map((step) => step.name)).toEqual([
      'Level 3: director and VP engineering',
    ]);
    await pass(1);
    await expectPaged(id, ['ada', 'director', 'vp-engineering']);
    await act(id, 'status', { status: 'resolved', override: true, reason: 'verified by hand' });
    await pass(60);
    expect((await escalations(id))[0]).toMatchObject({ endedBecause: 'the incident is resolved', toCome: [] });
    expect((await paged(id)).length).toBe(3);
  });

  it('at the very moment a level is due: either it was told before, or nobody hears of it', async () => {
    for (let n = 0; n < 6; n += 1) {
      const { id } = await declare(3);
      await expectPaged(id, ['ada']);
      await pass(4);
      story.clock.advanceBy(MINUTE_MS);
      await new Promise((resolve) => setTimeout(resolve, n * 4));
      await act(id, 'ack');
      await pass(5);
      const events = await eventsOf(id);
      const acknowledged = events.indexOf('incident.acknowledged');
      expect(acknowledged).toBeGreaterThan(0);
      expect(events.slice(acknowledged)).not.toContain('page.sent');
      expect(events.slice(acknowledged)).not.toContain('escalation.fired');
    }
  });

  it('and later the severity is raised: what it asks for happens at once', async () => {
    const { id } = await declare(3);
    await expectPaged(id, ['ada']);
    await act(id, 'ack');
    await act(id, 'severity', { rank: 1, reason: 'payments are lost' });
    await expectPaged(id, ['ada', 'manager', 'lead']);
    expect((await read(id)).severity.label).toBe('P1');
  });
});

describe('a receiver', () => {
  it('that is quiet stops nobody else: the next level is told in time, and the page once it answers', async () => {
    await begin('architect');
    await staff('architect', {
      policies: {
        architect: {
          steps: [
            { name: 'pager', when: [{ unackedAfter: '0s' }], to: [{ channel: 'webhook:pager' }] },
            { name: 'lead', when: [{ unackedAfter: '5m' }], to: [{ role: 'lead' }] },
          ],
        },
      },
    });
    pager.misbehave(Array.from({ length: 3 }, () => 'lose-answer' as const));
    const { id } = await declare(1);
    await expect.poll(async () => (await read(id)).pages[0]?.state, { timeout: 10_000 }).toBe('uncertain');
    await pass(5);
    await expect.poll(() => paged(id), { timeout: 10_000 }).toEqual(['lead', 'pager']);
    await story.until(async () => (await read(id)).pages.every((page) => page.state === 'sent'));
    // However often it was sent, a person was told once.
    expect(pager.told()).toHaveLength(1);
    expect(pager.requests.length).toBeGreaterThan(1);
    pager.misbehave([], { forget: true });
  });
});

describe('a policy that cannot be carried out', () => {
  it('leaves no incident untold: everybody of the configuration hears of it, and the timeline says why', async () => {
    await begin('architect');
    await staff('architect');
    const client = new pg.Client({ connectionString: story.connectionString });
    await client.connect();
    // As a version that is rolled back would find it.
    await client.query(`update oncall_definitions set spec = '{"steps": "of another time"}' where kind = 'team'`);
    await client.end();
    const { id } = await declare(1);
    await expectPaged(id, ['on-call', 'pager']);
    const [text] = await told(id, 'escalation.found-nobody');
    expect(text).toContain('The escalation policy could not be begun');
    expect(await escalations(id)).toEqual([]);
  });
});

describe('a running escalation', () => {
  it('keeps the policy it began with, and goes on after a restart', async () => {
    await begin('architect');
    await staff('architect');
    const { id } = await declare(3);
    await expectPaged(id, ['ada']);
    await apply({
      policies: { architect: { steps: [{ name: 'quiet', when: [{ unackedAfter: '9h' }], to: [{ user: 'ada' }] }] } },
    });
    await story.restart(16 * MINUTE_MS);
    await expectPaged(id, ['ada', 'manager', 'lead', 'director', 'vp-engineering']);
    expect((await escalations(id))[0]).toMatchObject({ policyVersion: 0 });
    const later = await declare(3);
    expect(await paged(later.id)).toEqual([]);
    expect((await escalations(later.id))[0]).toMatchObject({ policyVersion: 1 });
  });

  it('can be hurried by a person', async () => {
    await begin('architect');
    await staff('architect');
    const { id } = await declare(3);
    await expectPaged(id, ['ada']);
    await act(id, 'escalate', { reason: 'ada is on a plane' });
    await expectPaged(id, ['ada', 'manager', 'lead']);
    expect((await escalations(id))[0]?.fired.map((step) => step.cause)).toEqual(['unacked', 'by-hand']);
    await pass(10);
    await expectPaged(id, ['ada', 'manager', 'lead']);
  });
});
