import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CalendarSpec, PolicySpec, ScheduleSpec, TeamSpec } from '../../src/contract/oncall.ts';
import { useStage } from './stage.ts';

const stage = await useStage();

describe('on-call is written in the browser', () => {
  let page: Page;
  const address = (path: string) => `${stage.world.address}${path}`;
  const specOf = async <Spec>(path: string) =>
    ((await stage.world.call('GET', `/api/v1/${path}`)) as unknown as { spec: Spec; version: number }).spec;
  beforeAll(async () => {
    if (!stage.open) return;
    for (const name of ['ada', 'grace']) await stage.world.call('POST', '/api/v1/users', { name, role: 'approver' });
    page = await (await stage.open({ timezoneId: 'Europe/Berlin' })).newPage();
  });

  it('a schedule with two people and hours of the week', async () => {
    await page.goto(address('/on-call'));
    await page.getByRole('link', { name: 'New schedule' }).click();
    await page.getByLabel('Name', { exact: true }).fill('night');
    await page.getByLabel('Person 1 of primary').fill('ada');
    await page.getByRole('button', { name: 'Add person' }).click();
    await page.getByLabel('Person 2 of primary').fill('grace');
    await page.getByRole('button', { name: 'Move grace up' }).click();
    await page.getByRole('button', { name: 'Add hours' }).click();
    await page.getByLabel('Saturday, hours 1').check();
    await page.getByLabel('From, hours 1').fill('18:00');
    await page.getByLabel('To, hours 1').fill('08:00');
    await page.getByRole('button', { name: 'Create schedule' }).click();
    await page.waitForURL(address('/on-call'));
    await page.getByRole('link', { name: 'Edit night' }).waitFor();
    const { timezone, layers } = await specOf<ScheduleSpec>('schedules/night');
    expect(timezone).toBe('Europe/Berlin');
    expect(layers[0]).toMatchObject({
      name: 'primary',
      participants: ['grace', 'ada'],
      rotation: { every: 'week', length: 1, handoverAt: '09:00' },
      only: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], from: '18:00', to: '08:00' }],
    });
  });

  it('never over the change of somebody else', async () => {
    await page.getByRole('link', { name: 'Edit night' }).click();
    await page.getByLabel('Description (optional)').fill('while the others sleep');
    const before = await specOf<ScheduleSpec>('schedules/night');
    await stage.world.call('PUT', '/api/v1/schedules/night', { ...before, description: 'written elsewhere' });
    await page.getByRole('button', { name: 'Save night' }).click();
    await page.getByRole('alert').first().waitFor();
    expect((await specOf<ScheduleSpec>('schedules/night')).description).toBe('written elsewhere');
    stage.complaints();
  });

  it('overrides come out of a calendar', async () => {
    await page.goto(address('/on-call/schedules/night'));
    const day = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    const event = ['BEGIN:VEVENT', 'UID:1@example', `DTSTART:${day}T190000Z`, `DTEND:${day}T210000Z`, 'SUMMARY:Ada L.'];
    const text = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:x', ...event, 'END:VEVENT', 'END:VCALENDAR', ''].join(
      '\r\n',
    );
    await page
      .getByLabel('iCalendar file (.ics)')
      .setInputFiles({ name: 'swap.ics', mimeType: 'text/calendar', buffer: Buffer.from(text) });
    await page.getByLabel('Whom its names mean (optional)').fill('Ada L. = ada');
    await page.getByRole('button', { name: 'Import swap.ics into night' }).click();
    await page.getByText('1 override imported').waitFor();
    const { items } = (await stage.world.call('GET', '/api/v1/schedules/night/overrides')) as unknown as {
      items: { user: string }[];
    };
    expect(items.map(({ user }) => user)).toEqual(['ada']);
  });

  it('a team, and a policy that addresses it', async () => {
    await page.goto(address('/on-call?show=teams'));
    await page.getByRole('link', { name: 'New team' }).click();
    await page.getByLabel('Name', { exact: true }).fill('shop');
    await page.getByLabel('Schedule').selectOption('night');
    await page.getByLabel('Name of member 1').fill('ada');
    await page.getByLabel('Roles of member 1').fill('lead, manager');
    await page.getByRole('button', { name: 'Create team' }).click();
    await page.getByRole('link', { name: 'shop' }).waitFor();
    expect(await specOf<TeamSpec>('teams/shop')).toEqual({
      members: [{ user: 'ada', roles: ['lead', 'manager'] }],
      schedule: 'night',
    });

    await page.getByRole('link', { name: 'Policies' }).click();
    await page.getByRole('link', { name: 'New policy' }).click();
    await page.getByLabel('Name', { exact: true }).fill('careful');
    await page.getByLabel('Time of moment 1 of Team lead').fill('10m');
    await page.getByLabel('Rank 1, Team lead').check();
    await page.getByLabel('Kind of action 1 of Team lead').selectOption('status-draft');
    await page.getByLabel('Text of action 1 of Team lead').fill('Orders may fail.');
    await page.getByRole('button', { name: 'Create policy' }).click();
    await page.getByRole('link', { name: 'Edit careful' }).waitFor();
    expect((await specOf<PolicySpec>('escalation-policies/careful')).steps).toEqual([
      { name: 'On call', when: [{ unackedAfter: '0s' }], to: [{ role: 'on-call' }], do: ['page'] },
      {
        name: 'Team lead',
        when: [{ unackedAfter: '10m' }],
        severities: [1],
        to: [{ role: 'lead' }],
        do: [{ 'status-draft': 'Orders may fail.' }],
      },
    ]);
  });

  it('a calendar, and routes by it', async () => {
    await page.goto(address('/on-call?show=teams'));
    await page.getByRole('link', { name: 'New calendar' }).click();
    await page.getByLabel('Name', { exact: true }).fill('default');
    await page.getByLabel('Friday, hours 1').uncheck();
    await page.getByLabel('Holidays').fill('2026-12-25\n\n2026-01-01');
    await page.getByRole('button', { name: 'Create calendar' }).click();
    await page.getByText('Europe/Berlin, 2 holidays').waitFor();
    expect(await specOf<CalendarSpec>('calendars/default')).toEqual({
      timezone: 'Europe/Berlin',
      hours: [{ days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '17:00' }],
      holidays: ['2026-01-01', '2026-12-25'],
    });

    await page.getByRole('link', { name: 'Policies' }).click();
    await page.getByRole('link', { name: 'Edit routes' }).click();
    for (const _each of [1, 2]) await page.getByRole('button', { name: 'Add route' }).click();
    await page.getByLabel('Rank 1, route 2').check();
    await page.getByLabel('Labels of route 2').fill('service=shop, region=eu');
    await page.getByLabel('Policy of route 2').selectOption('careful');
    await page.getByLabel('Team of route 2').selectOption('shop');
    await page.getByLabel('Scheme of route 2').selectOption('idp');
    await page.getByLabel('Policy of route 1').selectOption('idp');
    await page.getByRole('button', { name: 'Move route 2 up' }).click();
    await page.getByRole('button', { name: 'Save routes' }).click();
    await page.getByText('rank 1 and region=eu and service=shop').waitFor();
    const { routes } = (await stage.world.call('GET', '/api/v1/oncall/routes')) as { routes: unknown[] };
    expect(routes).toEqual([
      {
        match: { severities: [1], labels: { service: 'shop', region: 'eu' } },
        policy: 'careful',
        team: 'shop',
        scheme: 'idp',
      },
      { match: {}, policy: 'idp' },
    ]);
    // What comes next wants a team that nothing refers to.
    await stage.world.call('PUT', '/api/v1/oncall/routes', { routes: [] });
  });

  it('and is deleted by its name, while nothing refers to it', async () => {
    await page.goto(address('/on-call/teams/shop'));
    await page.getByRole('button', { name: 'Delete shop…' }).click();
    await page.getByLabel('Type shop to delete it').fill('shop');
    await page.getByRole('button', { name: 'Delete shop', exact: true }).click();
    await page.getByText('No team is written down').waitFor();
    expect(stage.complaints()).toEqual([]);
  });
});
