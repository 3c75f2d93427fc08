import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { CreatedContactMethod, TestPageResult } from '../../src/contract/contacts.ts';
import type { Escalation } from '../../src/contract/escalation.ts';
import type { ApiKey } from '../../src/contract/identity.ts';
import type { Incident, IncidentSummary } from '../../src/contract/incident.ts';
import type { OnCallNow } from '../../src/contract/oncall.ts';
import type { AppliedOnCall } from '../../src/contract/oncall-api.ts';
import { type PagerReceiver, startPagerReceiver } from '../fakes/pager-receiver.ts';
import { beginStory, type Story } from '../harness/story.ts';

/** The limits are for a busy machine; nothing here takes a second by itself. */
vi.setConfig({ testTimeout: 60_000 });

const SECRET = 'a secret shared with the receiver';
const MINUTE_MS = 60_000;
let pager: PagerReceiver;
let story: Story;
beforeAll(async () => {
  pager = await startPagerReceiver(SECRET);
});
afterAll(() => pager.close());
afterEach(() => story.close());

/** Who fills which role: the person is called like the role. */
const ROLES = {
  architect: ['manager', 'lead', 'director', 'vp-engineering'],
  driftmgr: ['support', 'engineering', 'architecture', 'management'],
  'discovery-agent': ['lead', 'infrastructure', 'management'],
  idp: ['cto', 'vp-engineering', 'manager', 'lead'],
};
const ON_CALL = ['ada', 'grace', 'linus'];

const begin = async (scheme: string, extra: object = {}) => {
  pager.requests.length = 0;
  story = await beginStory({
    severityScheme: scheme,
    webhooks: { pager: { url: pager.url, secret: SECRET } },
    ...extra,
  });
};
const invite = async (...names: string[]) => {
  for (const name of names) await story.api('POST', '/api/v1/users', { name, role: 'operator' });
};
const apply = (file: object, options: object = {}) =>
  story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text: stringify(file), ...options });
const weekly = { every: 'week', startsOn: '2026-02-23', handoverAt: '09:00', handoverDay: 'mon' };

/** A team with everybody the policy speaks of, and three who are on call by turns. */
async function staff(policy: keyof typeof ROLES, extra: object = {}): Promise<void> {
  const roles = ROLES[policy];
  await invite(...ON_CALL, ...roles);
  const members = roles.map((role) => ({ user: role, roles: [role] }));
  await apply({
    schedules: {
      primary: { timezone: 'Europe/Berlin', layers: [{ name: 'primary', rotation: weekly, participants: ON_CALL }] },
    },
    teams: { platform: { schedule: 'primary', members } },
    routes: [{ policy, team: 'platform' }],
    ...extra,
  });
}
const declare = (severity: number, labels: object = {}) =>
  story.api<IncidentSummary>('POST', '/api/v1/incidents', { title: 'Checkout is down', severity, labels });
const read = (id: string) => story.api<Incident>('GET', `/api/v1/incidents/${id}`);
const act = (id: string, path: string, body: object = {}) =>
  story.api<Incident>('POST', `/api/v1/incidents/${id}/${path}`, body);
/** Lets minutes pass, in such steps that nothing due in between is skipped. */
async function pass(minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 1) story.clock.advanceBy(MINUTE_MS);
}
const paged = async (id: string) => (await read(id)).pages.map((page) => page.to).sort();
/** Waits until exactly these were paged. */
const expectPaged = async (id: string, people: string[]) => {
  await expect.poll(() => paged(id), { timeout: 10_000 }).toEqual([...people].sort());
  await expect
    .poll(async () => (await read(id)).pages.map((page) => page.state), { timeout: 10_000 })
    .not.toContain('queued');
};
const told = async (id: string, kind: string) =>
  (await story.timeline(id)).filter((entry) => entry.kind === kind).map((entry) => entry.text);
/** Kinds of what happened about an incident, in the order it was committed. */
async function eventsOf(id: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: story.connectionString });
  await client.connect();
  const { rows } = await client.query(`select kind from outbox where body->>'incidentId' = $1 order by id`, [id]);
  await client.end();
  return rows.map((row) => row.kind);
}
const escalations = async (id: string) =>
  (await story.api<{ items: Escalation[] }>('GET', `/api/v1/incidents/${id}/escalations`)).items;

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

describe('who is on call', () => {
  beforeEach(() => begin('architect'));

  it('is looked up when a step fires: a handover in between counts, and an override', async () => {
    await invite(...ON_CALL, 'margaret');
    const step = (name: string, after: string) => ({
      name,
      when: [{ unackedAfter: after }],
      to: [{ schedule: 'primary' }],
    });
    await apply({
      schedules: {
        primary: {
          timezone: 'UTC',
          layers: [
            {
              name: 'p',
              rotation: { every: 'hour', startsOn: '2026-03-01', handoverAt: '10:00' },
              participants: ON_CALL,
            },
          ],
        },
      },
      policies: { again: { steps: [step('first', '0s'), step('second', '70m'), step('third', '130m')] } },
      routes: [{ policy: 'again', match: { labels: { service: 'shop' } } }],
    });
    const start = story.clock.now().getTime();
    const at = (hours: number) => new Date(start + hours * 60 * MINUTE_MS).toISOString();
    await story.api('POST', '/api/v1/schedules/primary/overrides', {
      user: 'margaret',
      start: at(2),
      end: at(3),
      replaces: 'linus',
    });
    const { id } = await declare(2, { service: 'shop' });
    await expectPaged(id, ['ada']);
    await pass(70);
    await expectPaged(id, ['ada', 'grace']);
    await pass(60);
    await expectPaged(id, ['ada', 'grace', 'margaret']);
    const now = await story.api<OnCallNow>('GET', '/api/v1/schedules/primary/oncall');
    expect(now).toMatchObject({ user: 'margaret', until: at(3), next: 'ada' });
    expect(now.explanation).toMatch(
      /position 3 of 3: linus; override ovr_\w+ for linus: margaret until 2026-03-01 13:00 UTC$/,
    );
    // No route fits another service: everybody of the configuration is told, as without any policy.
    const other = await declare(2, { service: 'billing' });
    await expectPaged(other.id, ['on-call', 'pager']);
  });

  it('is nobody: the next level is told at once, loudly, and at the end whoever is left', async () => {
    await invite('ada', 'grace');
    await story.api('POST', '/api/v1/users', { name: 'linus', role: 'operator' });
    await apply({
      schedules: {
        office: {
          timezone: 'Europe/Berlin',
          layers: [
            {
              name: 'office',
              rotation: weekly,
              participants: ['ada'],
              only: [{ days: ['mon'], from: '09:00', to: '17:00' }],
            },
          ],
        },
      },
      teams: { platform: { members: [{ user: 'grace', roles: ['lead'] }] } },
      policies: {
        path: {
          steps: [
            { name: 'on call', when: [{ unackedAfter: '0s' }], to: [{ schedule: 'office' }] },
            { name: 'lead', when: [{ unackedAfter: '30m' }], to: [{ role: 'lead' }] },
          ],
        },
        hollow: { steps: [{ name: 'manager', when: [{ unackedAfter: '0s' }], to: [{ role: 'manager' }] }] },
        kept: {
          steps: [{ name: 'x', when: [{ unackedAfter: '0s' }], to: [{ role: 'x' }] }],
          fallback: [{ user: 'linus' }],
        },
      },
      routes: [
        { policy: 'path', team: 'platform', match: { severities: [1] } },
        { policy: 'hollow', team: 'platform', match: { severities: [2] } },
        { policy: 'kept', team: 'platform' },
      ],
    });
    const first = await declare(1);
    await expectPaged(first.id, ['grace']);
    expect(await told(first.id, 'escalation.found-nobody')).toEqual([
      expect.stringContaining('schedule "office": nobody: layer "office"'),
      'grace has no verified contact method: told in the inbox only',
    ]);
    const second = await declare(2);
    await expectPaged(second.id, ['on-call', 'pager']);
    expect((await told(second.id, 'escalation.found-nobody')).at(-1)).toBe(
      'Nobody was found by the escalation policy: told inbox, webhook:pager instead',
    );
    await expectPaged((await declare(3)).id, ['linus']);
    const { items } = await story.api<{ items: { message: string }[] }>('GET', '/api/v1/oncall/problems');
    expect(items.map((problem) => problem.message)).toContain(
      'nobody fills role "manager" of policy "hollow" in team "platform"',
    );
  });
});

describe('the clocks change', () => {
  const nightly = (handoverAt: string) => ({
    primary: {
      timezone: 'Europe/Berlin',
      layers: [{ name: 'p', rotation: { every: 'week', startsOn: '2026-02-22', handoverAt }, participants: ON_CALL }],
    },
  });
  const policy = {
    hourly: {
      steps: ['0s', '40m', '100m'].map((after) => ({
        name: after,
        when: [{ unackedAfter: after }],
        to: [{ schedule: 'primary' }],
      })),
    },
  };

  it('forward: the handover at an hour that is skipped happens as the hour after it, and pages go to whoever is on', async () => {
    await begin('architect');
    await invite(...ON_CALL);
    await apply({ schedules: nightly('02:30'), policies: policy, routes: [{ policy: 'hourly' }] });
    // At 01:00 UTC two becomes three; the handover of 02:30 is at 03:30, which is 01:30 UTC.
    story.clock.advanceTo(new Date('2026-03-29T00:45:00.000Z'));
    const { id } = await declare(2);
    await expectPaged(id, ['grace']);
    await pass(40);
    await expectPaged(id, ['grace', 'grace']);
    await pass(60);
    await expectPaged(id, ['grace', 'grace', 'linus']);
    const shifts = await story.api<{ items: { start: string }[] }>(
      'GET',
      '/api/v1/schedules/primary/shifts?from=2026-03-22T00:00:00.000Z&to=2026-04-06T00:00:00.000Z',
    );
    expect(shifts.items.map((shift) => shift.start)).toContain('2026-03-29T01:30:00.000Z');
  });

  it('back: the handover at an hour that comes twice happens once, the first time', async () => {
    await begin('architect');
    await invite(...ON_CALL);
    await apply({ schedules: nightly('02:30'), policies: policy, routes: [{ policy: 'hourly' }] });
    // 02:30 comes at 00:30 UTC and again at 01:30 UTC.
    story.clock.advanceTo(new Date('2026-10-25T00:15:00.000Z'));
    const { id } = await declare(2);
    await expectPaged(id, ['grace']);
    await pass(40);
    await expectPaged(id, ['grace', 'linus']);
    await pass(60);
    await expectPaged(id, ['grace', 'linus', 'linus']);
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

describe('the example of the documentation', () => {
  it('is a file that can be applied', async () => {
    await begin('architect');
    await invite(...ON_CALL, 'margaret');
    const text = /```yaml\n([\s\S]*?)```/.exec(
      readFileSync(new URL('../../docs/oncall.md', import.meta.url), 'utf8'),
    )![1]!;
    const { changes } = await story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text });
    expect(changes.map((change) => change.change)).toEqual(['created', 'created', 'created', 'created', 'created']);
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

describe('contact methods', () => {
  const keyOf = async (user: string) => {
    const made = await story.api<{ key: ApiKey; secret: string }>('POST', '/api/v1/keys', {
      name: `of-${user}`,
      role: 'operator',
      owner: user,
    });
    return { authorization: `Bearer ${made.secret}` };
  };
  const inbox = async () => (await story.api<{ items: { title: string }[] }>('GET', '/api/v1/inbox')).items;
  const codeIn = (title: string) => /^\d{6}/.exec(title)![0];

  it('are used once their owner entered the code sent there, by the owner’s rules', async () => {
    await begin('architect');
    await staff('architect');
    const ada = await keyOf('ada');
    const add = async (body: object) => {
      const answer = await story.call<CreatedContactMethod>('POST', '/api/v1/oncall/contact-methods', body, ada);
      expect(answer).toMatchObject({ status: 201, body: { code: { outcome: 'sent' } } });
      return answer.body.method.id;
    };
    const verify = (id: string, code: string, headers = ada) =>
      story.call<{ code: string }>('POST', `/api/v1/oncall/contact-methods/${id}/verify`, { code }, headers);

    const first = await add({ kind: 'inbox', address: 'mine' });
    const code = codeIn((await inbox())[0]!.title);
    expect((await verify(first, code, await keyOf('grace'))).status).toBe(403);
    const wrong = code === '000000' ? '000001' : '000000';
    expect(await verify(first, wrong)).toMatchObject({ status: 409, body: { code: 'contact.code-wrong' } });
    const hook = await add({ kind: 'webhook', address: pager.url, secret: SECRET });
    // Whoever knows such an address can send there: it is shown without its path, to its owner, too.
    const own = await story.call<{ items: { address: string }[] }>(
      'GET',
      '/api/v1/oncall/contact-methods',
      undefined,
      ada,
    );
    expect(JSON.stringify(own.body)).toContain(`${new URL(pager.url).origin}/***`);
    expect(JSON.stringify(own.body)).not.toContain('/pages');
    // Not verified yet: the incident goes where it can be seen at least.
    const before = await declare(3);
    await expectPaged(before.id, ['ada']);
    expect(await told(before.id, 'escalation.found-nobody')).toEqual([
      'ada has no verified contact method: told in the inbox only',
    ]);

    expect((await verify(first, code)).status).toBe(200);
    const sent = pager.requests.at(-1) as unknown as { title: string; kind: string };
    expect(sent.kind).toBe('verification');
    expect((await verify(hook, codeIn(sent.title))).status).toBe(200);
    const rules = [
      { method: first, severities: [3, 4] },
      { method: hook, severities: [3, 4], afterMinutes: 3 },
      { method: hook, severities: [1, 2] },
    ];
    expect((await story.call('PUT', '/api/v1/oncall/notification-rules', { rules }, ada)).status).toBe(200);

    const { id } = await declare(3);
    await expect
      .poll(async () => (await read(id)).pages.map((page) => `${page.channel} ${page.state}`).sort())
      .toEqual(['inbox sent', 'webhook queued']);
    await act(id, 'ack');
    await pass(4);
    expect((await read(id)).pages.map((page) => page.state).sort()).toEqual(['acked', 'cancelled']);
    const patient = await declare(3);
    await pass(3);
    await expect
      .poll(async () => (await read(patient.id)).pages.map((page) => `${page.channel} ${page.state}`).sort())
      .toEqual(['inbox sent', 'webhook sent']);
    const urgent = await declare(2);
    await expect
      .poll(async () =>
        (await read(urgent.id)).pages
          .filter((page) => page.to === 'ada')
          .map((page) => `${page.channel} ${page.state}`),
      )
      .toEqual(['webhook sent']);

    const test = await story.api<TestPageResult>('POST', '/api/v1/oncall/test-page', { user: 'ada' });
    expect(test.results.map((result) => `${result.kind} ${result.outcome}`).sort()).toEqual([
      'inbox sent',
      'webhook sent',
    ]);
  });

  it('are refused where they could not work', async () => {
    await begin('architect');
    await invite('ada');
    const refuse = (body: object) =>
      story.call<{ detail: string }>('POST', '/api/v1/oncall/contact-methods', { user: 'ada', ...body });
    expect((await refuse({ kind: 'sms', address: '+49 30 1' })).body.detail).toBe(
      'sms does not work on this installation',
    );
    expect((await refuse({ kind: 'pigeon', address: 'x' })).body.detail).toBe('there is no kind "pigeon"');
    expect((await refuse({ kind: 'webhook', address: 'example.com' })).status).toBe(400);
    expect((await refuse({ kind: 'webhook', address: pager.url })).body.detail).toBe('webhook needs a secret');
  });
});

describe('definitions', () => {
  beforeEach(() => begin('architect'));

  it('are applied as a whole or not at all, with the line of what is wrong; again changes nothing', async () => {
    await invite('ada');
    const text = [
      'schedules:',
      '  primary:',
      '    timezone: Europe/Berlin',
      '    layers:',
      '      - name: primary',
      '        rotation: { every: week, startsOn: 2026-01-05 }',
      '        participants: [ada, adda]',
      'teams:',
      '  platform: { schedule: primry }',
      'routes:',
      '  - policy: achitect',
      '',
    ].join('\n');
    const refused = await story.call<{ code: string; detail: string }>('POST', '/api/v1/oncall/apply', { text });
    expect(refused).toMatchObject({ status: 400, body: { code: 'oncall.file-invalid' } });
    expect(
      refused.body.detail
        .split('\n')
        .slice(1)
        .map((line) => line.trim())
        .sort(),
    ).toEqual([
      'oncall.yaml:11:13: routes.0.policy: there is no escalation policy "achitect"; did you mean architect?',
      'oncall.yaml:7:29: schedules.primary.layers.0.participants.1: there is no user "adda"; did you mean ada?',
      'oncall.yaml:9:25: teams.platform.schedule: there is no schedule "primry"; did you mean primary?',
    ]);
    expect((await story.api<{ items: unknown[] }>('GET', '/api/v1/schedules')).items).toEqual([]);

    const right = text.replace(', adda', '').replace('primry', 'primary').replace('achitect', 'architect');
    const dry = await story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text: right, dryRun: true });
    expect(dry.changes.map((change) => change.change)).toEqual(['created', 'created', 'created']);
    expect((await story.api<{ items: unknown[] }>('GET', '/api/v1/schedules')).items).toEqual([]);
    const applied = await story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text: right });
    expect(applied.changes.map((change) => change.change)).toEqual(['created', 'created', 'created']);
    expect(applied.warnings).toContain(
      'schedules.primary: ada has no verified contact method and is told in the inbox only',
    );
    const { text: exported } = await story.api<{ text: string }>('GET', '/api/v1/oncall/file');
    const again = await story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text: exported, prune: true });
    expect(again.changes.map((change) => change.change)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect((await story.call('DELETE', '/api/v1/schedules/primary')).body).toMatchObject({
      code: 'oncall.refused',
      detail: 'teams.platform.schedule: there is no schedule "primary"',
    });
  });

  it.each([
    ['schedules: [1]', 'oncall.yaml:1:12: schedules: '],
    ['schedule: {}', 'oncall.yaml:1:1: schedule: is not known here; did you mean schedules?'],
    ['schedules: {a: {layers: []}}', 'timezone: is required'],
    [
      'policies: {p: {steps: [{name: x, when: [{unackedAfter: 5}], to: [{user: a}]}]}}',
      'must be one of unackedAfter, unresolvedAfter, severityAtOnce',
    ],
    [
      'policies: {p: {steps: [{name: x, when: [{unackedAfter: 5m}], do: [{status-draft: hello}]}]}}',
      '"status-draft" cannot be done by this installation; write `ask: …`',
    ],
    ['policies: {p: {steps: [{name: x, when: [{unackedAfter: 5m}]}]}}', 'a step that pages must say whom'],
    ['a: [', 'is not valid YAML'],
    ['- 1', 'must be a map'],
  ])('that are wrong say so: %s', async (text, message) => {
    const answer = await story.call<{ detail: string }>('POST', '/api/v1/oncall/apply', { text });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(message);
  });

  it('have versions: an edit of what changed meanwhile is refused', async () => {
    const spec = { members: [] };
    expect((await story.call('PUT', '/api/v1/teams/a', spec, { 'if-match': '"0"' })).status).toBe(200);
    expect(
      (await story.call('PUT', '/api/v1/teams/a', { members: [], description: 'x' }, { 'if-match': '"0"' })).status,
    ).toBe(412);
    expect(await story.api('GET', '/api/v1/teams/a')).toMatchObject({ version: 1, spec });
    expect((await story.call('DELETE', '/api/v1/teams/a')).status).toBe(204);
    expect((await story.call('GET', '/api/v1/teams/a')).status).toBe(404);
  });
});

describe('whatever is sent', () => {
  it('is answered, never with a failure of the server, and leaves what there is readable', async () => {
    await begin('architect');
    await invite(...ON_CALL);
    const text = fc.oneof(
      fc.constantFrom(
        '',
        'ada',
        'primary',
        '2026-01-05',
        '9999-12-31',
        '0000-01-01',
        '24:00',
        '02:30',
        '5m',
        'response time',
        'UTC',
      ),
      fc.constantFrom(
        '9999-12-31T23:59:59.999Z',
        '0001-01-01T00:00:00.000Z',
        '\u0000',
        '\ud800',
        '__proto__',
        'Pacific/Apia',
      ),
      fc.string({ maxLength: 8 }),
    );
    const right = {
      schedules: {
        timezone: 'UTC',
        layers: [{ name: 'p', rotation: weekly, participants: ON_CALL, only: [{ from: '22:00', to: '06:00' }] }],
      },
      teams: { members: [{ user: 'ada', roles: ['lead'] }] },
      calendars: { timezone: 'UTC', hours: [{ days: ['mon'], to: '17:00' }], holidays: ['2026-12-25'] },
      'escalation-policies': {
        steps: [{ name: 'x', when: [{ unackedAfter: '5m' }], to: [{ user: 'ada' }], do: ['page', { ask: 'what' }] }],
      },
    };
    /** A right body with one leaf, anywhere, that is something else. */
    const spoil = (body: unknown, at: number, by: unknown): unknown => {
      let place = at;
      const walk = (value: unknown): unknown => {
        if (typeof value === 'object' && value !== null)
          return Array.isArray(value)
            ? value.map(walk)
            : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)]));
        place -= 1;
        return place === -1 ? by : value;
      };
      return walk(body);
    };
    const kinds = Object.keys(right) as (keyof typeof right)[];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.nat(14),
        fc.oneof(text, fc.anything()),
        text,
        async (kind, place, by, query) => {
          const body = JSON.stringify(spoil(right[kind], place, typeof by === 'bigint' ? 7 : by), (_key, value) =>
            typeof value === 'bigint' ? 7 : value,
          );
          const time = encodeURIComponent(query.toWellFormed());
          for (const [method, path, sent] of [
            ['PUT', `/api/v1/${kind}/any`, body],
            ['GET', `/api/v1/${kind}/any`, undefined],
            ['GET', `/api/v1/schedules/any/shifts?from=${time}`, undefined],
            ['GET', `/api/v1/oncall?at=${time}`, undefined],
            ['POST', '/api/v1/schedules/any/overrides', JSON.stringify({ user: 'ada', start: query, end: query })],
            ['POST', '/api/v1/schedules/any/import', JSON.stringify({ text: `BEGIN:VCALENDAR\n${query}` })],
            ['GET', `/calendars/${time}`, undefined],
          ] as const) {
            const answer = await story.call(method, path, sent);
            expect(
              answer.status,
              `${method} ${path} ${sent} ${JSON.stringify(answer.body).slice(0, 200)}`,
            ).toBeLessThan(500);
          }
        },
      ),
      { numRuns: 120 },
    );
    const { items } = await story.api<{ items: unknown[] }>('GET', '/api/v1/oncall/problems');
    expect(Array.isArray(items)).toBe(true);
  });
});

describe('calendars', () => {
  it('are read by their secret address until it is revoked, and come back as overrides', async () => {
    await begin('architect');
    await invite(...ON_CALL);
    const schedule = { timezone: 'Europe/Berlin', layers: [{ name: 'p', rotation: weekly, participants: ON_CALL }] };
    await apply({
      schedules: {
        primary: schedule,
        empty: { ...schedule, layers: [{ ...schedule.layers[0], rotation: { ...weekly, startsOn: '2030-01-01' } }] },
      },
    });
    const { feed, url } = await story.api<{ feed: { id: string }; url: string }>('POST', '/api/v1/oncall/feeds', {
      schedule: 'primary',
    });
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const text = await answer.text();
    expect(text).toContain('SUMMARY:grace on call: primary');

    const imported = await story.api<{ overrides: { user: string; start: string }[] }>(
      'POST',
      '/api/v1/schedules/empty/import',
      { text },
    );
    expect(imported.overrides[1]).toMatchObject({ user: 'grace', start: '2026-03-02T08:00:00.000Z' });
    await story.api('POST', '/api/v1/schedules/empty/import', { text });
    const { items } = await story.api<{ items: unknown[] }>('GET', '/api/v1/schedules/empty/overrides');
    expect(items).toHaveLength(imported.overrides.length);
    expect(await story.api('GET', '/api/v1/schedules/empty/oncall?at=2026-03-04T00:00:00.000Z')).toMatchObject({
      user: 'grace',
    });

    await story.api('DELETE', `/api/v1/oncall/feeds/${feed.id}`);
    expect((await fetch(url)).status).toBe(404);
  });
});
