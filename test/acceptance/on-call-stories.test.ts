import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CreatedContactMethod, TestPageResult } from '../../src/contract/contacts.ts';
import type { ApiKey } from '../../src/contract/identity.ts';
import type { OnCallNow } from '../../src/contract/oncall.ts';
import {
  act,
  apply,
  begin,
  declare,
  expectPaged,
  invite,
  MINUTE_MS,
  ON_CALL,
  pager,
  pass,
  read,
  SECRET,
  staff,
  story,
  tellOnCallStories,
  told,
  weekly,
} from '../harness/on-call-story.ts';

/** The limits are for a busy machine; nothing here takes a second by itself. */
vi.setConfig({ testTimeout: 60_000 });
tellOnCallStories();

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

describe('calendars', () => {
  const onCallAt = (at: string) => story.api<OnCallNow>('GET', `/api/v1/schedules/primary/oncall?at=${at}`);

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

    // What repeats: a day that is excepted later is taken back, the others stay.
    const series = (...lines: string[]) =>
      ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:fridays', 'SUMMARY:ada', 'DTSTART;TZID=Europe/Berlin:20260306T090000']
        .concat('DURATION:PT8H', 'RRULE:FREQ=WEEKLY', ...lines, 'END:VEVENT', 'END:VCALENDAR')
        .join('\r\n');
    const bring = (body: string) =>
      story.api<{ overrides: { start: string }[]; repeatedUntil: string }>('POST', '/api/v1/schedules/primary/import', {
        text: body,
      });
    const fridays = await bring(series());
    expect(fridays.overrides).toHaveLength(52);
    expect(fridays.repeatedUntil).toBe('2027-03-02T10:00:00.000Z');
    const before = await onCallAt('2026-04-03T12:00:00.000Z');
    expect(before.user).toBe('ada');
    await bring(series('EXDATE;TZID=Europe/Berlin:20260403T090000'));
    expect((await onCallAt('2026-04-03T12:00:00.000Z')).overrideId).toBeNull();
    expect((await onCallAt('2026-04-10T12:00:00.000Z')).overrideId).not.toBeNull();
    await bring(series('STATUS:CANCELLED'));
    expect((await onCallAt('2026-04-10T12:00:00.000Z')).overrideId).toBeNull();

    await story.api('DELETE', `/api/v1/oncall/feeds/${feed.id}`);
    expect((await fetch(url)).status).toBe(404);
  });
});
