import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { addChecker, findFaults } from './find-faults.ts';
import { castOnCall } from './on-call-cast.ts';
import { type Cast, PAGES, until, visit } from './pages.ts';
import { useStage } from './stage.ts';

const stage = await useStage();
const MINE = PAGES.filter(
  ({ name }) => /^(?:on-call|incident-escalate|settings-contact|settings-calendars)/.test(name) || name === 'incident',
);

describe('on-call in the browser', () => {
  let page: Page;
  let incident: { id: string; number: string };
  beforeAll(async () => {
    if (!stage.open) return;
    page = await (await stage.open({ timezoneId: 'Europe/Berlin' })).newPage();
  });
  const address = (path: string) => `${stage.world.address}${path}`;

  it('says how to begin where nothing is written down, and shows what is applied without a reload', async () => {
    await page.goto(address('/'));
    await page.locator('main h1').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.waitForURL(address('/on-call'));
    await page.getByText('npx holdfast oncall apply -f oncall.yaml').waitFor();
    await stage.world.call('POST', '/api/v1/users', { name: 'ada', role: 'approver' });
    await castOnCall(stage.world);
    await page.getByRole('heading', { name: 'On call now' }).waitFor();
  });

  it('says who is on call, until when, who then, and why', async () => {
    const now = (await stage.world.call('GET', '/api/v1/schedules/primary/oncall')) as {
      user: string;
      next: string;
      explanation: string;
    };
    const row = page.getByRole('region', { name: 'On call now' }).getByRole('listitem').first();
    await row.getByText(now.user, { exact: false }).first().waitFor();
    await row.getByText(`, then ${now.next}`).waitFor();
    await row.getByText(`Why ${now.user}`).click();
    expect(await row.locator('details p').textContent()).toBe(now.explanation);
  });

  it('tells loudly what would go wrong, and shows the holes of a schedule', async () => {
    await page.getByText(/^\d+ more$/).click();
    await page.getByText(/nobody fills role "director" of policy "shop"/i).waitFor();
    const reports = page.getByRole('region', { name: 'reports' });
    await reports.getByText('As a table').click();
    expect(await reports.getByRole('row', { name: /^Nobody/ }).count()).toBeGreaterThan(3);
  });

  it('says in which zone times are, and keeps the choice in the address', async () => {
    const reports = page.getByRole('region', { name: 'reports' });
    await reports.getByText('Times in Europe/Berlin; the schedule keeps America/New_York').waitFor();
    await page.getByRole('link', { name: 'Each schedule’s time' }).click();
    await page.waitForURL(/zone=schedule/);
    await reports.getByText('Times in America/New_York', { exact: true }).waitFor();
    await reports
      .getByRole('row', { name: /^grace .*08:00/ })
      .first()
      .waitFor();
  });

  it('an override is refused in place, added, seen at once and removed', async () => {
    const primary = page.getByRole('region', { name: 'primary' });
    await page.getByRole('button', { name: 'Add override to primary…' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Who stands in').inputValue()).toBe('admin');
    await dialog.getByLabel('Who stands in').fill('nobody-here');
    await dialog.getByRole('button', { name: 'Add 1 override' }).click();
    await dialog.getByRole('alert').getByText('Nobody-here is no user').waitFor();
    await dialog.getByLabel('Who stands in').fill('ada');
    await dialog.getByLabel('From').fill('2099-03-01T10:00');
    await dialog.getByLabel('To', { exact: true }).fill('2099-03-01T09:00');
    await dialog.getByText('Must be after the start.').waitFor();
    await dialog.getByRole('button', { name: 'Add 1 override' }).click();
    await dialog.getByRole('alert').getByText('The override ends before it begins').waitFor();
    await dialog.getByLabel('To', { exact: true }).fill('2099-03-01T18:30');
    await dialog.getByRole('button', { name: 'Add 1 override' }).click();
    await dialog.waitFor({ state: 'detached' });
    const list = primary.getByRole('list', { name: 'Overrides of primary' });
    const added = list.getByRole('listitem').filter({ hasText: 'ada for whoever is on' });
    await added.waitFor();
    const kept = (await stage.world.call('GET', '/api/v1/schedules/primary/overrides')) as {
      items: { user: string; start: string; end: string }[];
    };
    expect(kept.items.find(({ user }) => user === 'ada')).toMatchObject({
      start: '2099-03-01T09:00:00.000Z',
      end: '2099-03-01T17:30:00.000Z',
    });
    await added.getByRole('button', { name: 'Remove override of ada in primary' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove 1 override' }).click();
    await added.waitFor({ state: 'detached' });
  });

  it('an override of now takes over at once', async () => {
    const now = page.getByRole('region', { name: 'On call now' }).getByRole('listitem').first();
    const start = new Date(Date.now() - 60_000).toISOString();
    const made = (await stage.world.call('POST', '/api/v1/schedules/primary/overrides', {
      user: 'grace',
      start,
      end: new Date(Date.now() + 3_600_000).toISOString(),
    })) as { id: string };
    await now.getByText('Why grace').waitFor();
    await stage.world.call('DELETE', `/api/v1/schedules/primary/overrides/${made.id}`);
    await now.getByText('Why grace').waitFor({ state: 'detached' });
  });

  it('previews whom a policy would tell of each rank', async () => {
    await page.getByRole('link', { name: 'Policies', exact: true }).click();
    const preview = page.getByRole('region', { name: 'What shop would do' });
    await preview.getByText('after 10 min').waitFor();
    await preview.getByText('grace and ada').waitFor();
    await preview.getByText('Also ask: Notify the customers').waitFor();
    await preview.getByRole('link', { name: '2 High' }).click();
    await page.waitForURL(/rank=2/);
    await preview.getByText('An incident of rank 2').waitFor();
    await preview.getByText('Also ask: Notify the customers').waitFor({ state: 'detached' });
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/policy=(?!shop)/);
  });

  it('says of a test page that there is no way to the person', async () => {
    await page.getByRole('button', { name: 'Send a test page…' }).click();
    await page.getByRole('dialog').getByLabel('To whom').fill('grace');
    await page.getByRole('button', { name: 'Send a test page to grace' }).click();
    await page.getByRole('status', { name: 'Test page' }).getByText('grace has no contact method').waitFor();
  });

  it('a contact method is verified by its code, used by a rule, and removed', async () => {
    await page.goto(address('/settings/contact'));
    const verify = page.getByRole('form', { name: 'Verify Night desk' });
    await verify.getByLabel(/^Code/).fill('12345');
    await verify.getByRole('button', { name: 'Verify Night desk' }).click();
    expect(await verify.locator('input:invalid').count()).toBe(1);
    await verify.getByRole('button', { name: 'Send a fresh code' }).click();
    await verify.getByRole('status').getByText('Code: Sent').waitFor();
    const inbox = (await stage.world.call('GET', '/api/v1/inbox')) as { items: { title: string }[] };
    const code = inbox.items.map(({ title }) => /^(\d{6}) is your code/.exec(title)?.[1]).find(Boolean) ?? '';
    await verify.getByLabel(/^Code/).fill(code === '000000' ? '000001' : '000000');
    await verify.getByRole('button', { name: 'Verify Night desk' }).click();
    await verify.getByRole('alert').getByText('This is not the code that was sent').waitFor();
    await verify.getByLabel(/^Code/).fill(code);
    await verify.getByRole('button', { name: 'Verify Night desk' }).click();
    await page.getByText('Verified', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Write a rule' }).click();
    await page.getByLabel('After minutes').fill('5');
    await page.getByRole('checkbox', { name: 'Low' }).uncheck();
    await page.getByRole('button', { name: 'Save 1 rule' }).click();
    await page.getByText('Night desk after 5 minutes without an answer, rank 1, 2, 3').waitFor();

    await page.getByRole('button', { name: 'Change the rules' }).click();
    await stage.world.call('PUT', '/api/v1/oncall/notification-rules?user=admin', { rules: [] });
    await page.getByLabel('After minutes').fill('7');
    await page.getByRole('button', { name: 'Save 1 rule' }).click();
    await page
      .getByRole('alert')
      .getByText(/changed by somebody else/)
      .waitFor();

    await page.getByRole('button', { name: 'Remove Night desk' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove Night desk' }).click();
    await page.getByText('You have no contact method').waitFor();
  });

  it('a calendar address is shown once, works, and is dead when it is revoked', async () => {
    await page.goto(address('/settings/calendars'));
    await page.getByRole('button', { name: 'Make 1 calendar address' }).click();
    const shown = page.getByRole('status').filter({ hasText: 'It is shown only now' });
    const url = (await shown.locator('code').textContent()) ?? '';
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toContain('text/calendar');
    expect(await answer.text()).toContain('BEGIN:VCALENDAR');
    await shown.getByRole('button', { name: /hide it/ }).click();
    await page.getByRole('button', { name: 'Revoke the calendar of admin' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke 1 calendar address' }).click();
    await page.getByText('Revoked', { exact: true }).waitFor();
    expect((await fetch(url)).status).toBe(404);
  });

  it('on a phone, answering and escalating stand where one thumb reaches, and say what they do', async () => {
    incident = (await stage.world.call('POST', '/api/v1/incidents', {
      title: 'The shop is slow',
      severity: 1,
    })) as typeof incident;
    const phone = await stage.open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const small = await phone.newPage();
    small.setDefaultTimeout(10_000);
    await small.goto(address(`/incidents/${incident.id}`));
    const bar = small.getByRole('region', { name: 'Answer' });
    const escalate = bar.getByRole('button', { name: 'Escalate now…' });
    const acknowledge = bar.getByRole('button', { name: `Acknowledge ${incident.number}` });
    for (const button of [escalate, acknowledge]) {
      const box = await button.boundingBox();
      expect(box?.y).toBeGreaterThan(844 / 2);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844 - 56);
      expect(box?.height).toBeGreaterThanOrEqual(44);
    }
    const strip = small.getByRole('region', { name: 'Escalation', exact: true }).first();
    await strip.getByText(/^Tells Manager and lead .* in (?:9|10) min/).waitFor();
    await escalate.tap();
    const dialog = small.getByRole('dialog');
    await dialog.getByText('Pages manager of platform and lead of platform at once').waitFor();
    await dialog.getByRole('button', { name: 'Escalate to “Manager and lead”' }).tap();
    await dialog.waitFor({ state: 'detached' });
    await strip.getByText(/^Tells Outage/).waitFor();
    await small.getByText(/Told .*grace.*; escalated by hand/).waitFor();
    await acknowledge.tap();
    await acknowledge.waitFor({ state: 'detached' });
    await strip.getByText(/^Tells Outage .* unless it is resolved$/).waitFor();
    await until(stage.world, `/api/v1/incidents/${incident.id}`, (found) => found['acknowledgedBy'] as string);
    await phone.close();
  });

  it('shows a method that waits for its code', async () => {
    const method = { user: 'admin', kind: 'inbox', address: 'night', label: 'Night desk' };
    await stage.world.call('POST', '/api/v1/oncall/contact-methods', method);
    await page.goto(address('/settings/contact'));
    await page.getByText('Not verified', { exact: true }).waitFor();
  });

  it.each(['light', 'dark'] as const)('has nothing that WCAG 2.2 AA forbids, in the %s theme', async (colorScheme) => {
    const context = await stage.open({ colorScheme, reducedMotion: 'reduce', bypassCSP: true });
    const checked = await context.newPage();
    const faults: string[] = [];
    for (const toSee of MINE) {
      await visit(checked, stage.world.address, toSee, { incident: incident.id } as Cast);
      await addChecker(checked);
      faults.push(...(await findFaults(checked)).map((fault) => `${toSee.name}: ${fault}`));
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  it('does not scroll sideways on a screen of 360 pixels, and obeys the content security policy', async () => {
    stage.complaints();
    const context = await stage.open({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    const narrow = await context.newPage();
    const wide: string[] = [];
    for (const toSee of MINE) {
      await visit(narrow, stage.world.address, toSee, { incident: incident.id } as Cast);
      const over = await narrow.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      if (Number(over) > 0) wide.push(`${toSee.name}: ${over} px`);
    }
    expect(wide).toEqual([]);
    expect(stage.complaints()).toEqual([]);
    await context.close();
  });
});
