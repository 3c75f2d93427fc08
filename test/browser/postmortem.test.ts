import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { addChecker, findFaults } from './find-faults.ts';
import { type Cast, PAGES, type PageToSee, until, visit } from './pages.ts';
import { useStage } from './stage.ts';

type Ref = { id: string; number: string };

const stage = await useStage();
const WAIT_MS = 10_000;

describe('after an incident, in the browser', () => {
  let page: Page;
  let incident: Ref;
  let merged: Ref;
  let survivor: Ref;
  const address = (path: string) => `${stage.world.address}${path}`;
  const declare = (title: string) =>
    stage.world.call('POST', '/api/v1/incidents', { title, severity: 3 }) as Promise<Ref>;
  const tell = (id: string, command: string, body: object) =>
    stage.world.call('POST', `/api/v1/incidents/${id}/${command}`, body);
  const saved = () => stage.world.call('GET', `/api/v1/incidents/${incident.id}/postmortem`) as Promise<object>;
  const openPostmortem = async () => {
    const opened = await (await stage.open({ timezoneId: 'Europe/Berlin' })).newPage();
    opened.setDefaultTimeout(WAIT_MS);
    await opened.goto(address(`/incidents/${incident.id}/postmortem`));
    await opened.getByRole('form', { name: 'Postmortem' }).waitFor();
    return opened;
  };
  const openMerge = async (on: Page, id: string) => {
    await on.goto(address(`/incidents/${id}`));
    await on.getByRole('button', { name: 'More actions for this incident' }).click();
    await on.getByRole('menuitem', { name: 'Merge into…' }).click();
    return on.getByRole('dialog');
  };
  beforeAll(async () => {
    if (!stage.open) return;
    page = await (await stage.open({ timezoneId: 'Europe/Berlin' })).newPage();
    page.setDefaultTimeout(WAIT_MS);
    incident = await declare('Orders are refused');
  });

  it('is a draft from the record, one step away from the incident before and after it is over', async () => {
    await page.goto(address(`/incidents/${incident.id}`));
    await page.getByText('Respond, 0–5 min').waitFor();
    await page.getByRole('button', { name: 'More actions for this incident' }).click();
    await page.getByRole('menuitem', { name: 'Postmortem' }).click();
    await page.waitForURL(address(`/incidents/${incident.id}/postmortem`));
    await page.getByText('not over yet').waitFor();
    await tell(incident.id, 'ack', {});
    await tell(incident.id, 'status', { status: 'identified', reason: 'switch 7 lost its power supply' });
    await tell(incident.id, 'status', { status: 'mitigated', reason: 'moved to switch 8' });
    await tell(incident.id, 'status', { status: 'resolved', override: true, reason: 'orders go through' });

    await page.goto(address(`/incidents/${incident.id}`));
    await page.getByRole('link', { name: 'Postmortem', exact: true }).click();
    await page.getByText('Draft from the timeline').waitFor();
    expect(await page.getByLabel('Root cause', { exact: true }).inputValue()).toBe('switch 7 lost its power supply');
    const moments = page.getByLabel('Moment');
    for (const moment of ['alert', 'acknowledged', 'root-cause', 'mitigated', 'restored']) {
      await moments.locator(`option[value="${moment}"]:checked`).first().waitFor({ state: 'attached' });
    }
    expect(await page.getByRole('group', { name: /^Action item \d+$/ }).count()).toBe(4);
  });

  it('what is written is there after a reload', async () => {
    await page.getByLabel('Summary').fill('No order for ten minutes.\n\n- nobody lost data');
    await page.getByLabel('Services affected').fill('shop\npayments');
    await page.getByLabel('Resolution').fill('Moved to switch 8.');
    await page.getByRole('button', { name: 'Add a line' }).click();
    const line = page.getByRole('group', { name: /^Line \d+ of the timeline$/ }).last();
    // The keyboard goes on in the row that was added.
    await line.locator('input[type="datetime-local"]:focus').waitFor();
    await line.getByLabel('When').fill('2026-01-02T03:04');
    await line.getByLabel('What happened').fill('The power supply was 9 years old');
    await page.getByRole('button', { name: 'Remove action item 4' }).click();
    const first = page.getByRole('group', { name: 'Action item 1' });
    await first.getByLabel('What to do').fill('Replace the supplies older than 5 years');
    await first.getByLabel('Owner').fill('ada');
    await first.getByLabel('Due').fill('2026-12-24');
    await page.getByRole('group', { name: 'Action item 2' }).getByRole('checkbox', { name: 'Done' }).check();
    await page.getByLabel('Address of a graph, log or ticket').fill('https://graphs.example.com/7');
    await page.getByLabel('What it shows').fill('the packets');
    await page.getByRole('button', { name: 'Add link' }).click();
    await page.getByRole('button', { name: 'Save version 1' }).click();
    await page.getByText('Saved as version 1').waitFor();

    await page.reload();
    await page.getByText(/^1, by /).waitFor();
    expect(await page.getByLabel('Summary').inputValue()).toContain('No order for ten minutes.');
    expect(await page.getByLabel('Services affected').inputValue()).toBe('shop\npayments');
    expect(await first.getByLabel('Owner').inputValue()).toBe('ada');
    expect(await first.getByLabel('Due').inputValue()).toBe('2026-12-24');
    // It happened first, so it stands first; it was typed in the time of Berlin.
    expect(await page.getByLabel('What happened').first().inputValue()).toBe('The power supply was 9 years old');
    expect(await saved()).toMatchObject({
      version: 1,
      writtenBy: 'user:admin',
      services: ['shop', 'payments'],
      timeline: expect.arrayContaining([
        { at: '2026-01-02T02:04:00.000Z', moment: 'note', text: 'The power supply was 9 years old' },
      ]),
      actionItems: [
        { text: 'Replace the supplies older than 5 years', owner: 'ada', due: '2026-12-24', done: false },
        { done: true },
        { done: false },
      ],
      evidence: [{ kind: 'link', text: 'the packets', ref: null, url: 'https://graphs.example.com/7' }],
    });
  });

  it('can be had as Markdown and as a page', async () => {
    for (const [name, ending, begins] of [
      ['Markdown', 'md', `# ${incident.number}: Orders are refused`],
      ['HTML', 'html', '<!doctype html>'],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name, exact: true }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`${incident.number}-postmortem.${ending}`);
      const text = await readFile(await download.path(), 'utf8');
      expect(text.slice(0, begins.length).toLowerCase()).toBe(begins.toLowerCase());
      expect(text).toContain('Replace the supplies older than 5 years');
    }
  });

  it('asks before what was typed is lost', async () => {
    await page.getByLabel('Summary').fill('half a sentence');
    await page.getByRole('main').getByRole('link', { name: 'Incidents' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave it as it is' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const [asked] = await Promise.all([
      page.waitForEvent('dialog'),
      page.evaluate('setTimeout(() => location.reload())'),
    ]);
    expect(asked.type()).toBe('beforeunload');
    await asked.dismiss();
    expect(await page.getByLabel('Summary').inputValue()).toBe('half a sentence');
    await page.getByRole('main').getByRole('link', { name: 'Incidents' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave and lose my changes' }).click();
    await page.waitForURL(address('/incidents'));
  });

  it('two people write: the second is told, loses nothing, and keeps both', async () => {
    const [mine, theirs] = [await openPostmortem(), await openPostmortem()];
    // Cut off from what others save, so that the server has to refuse.
    await mine.route('**/postmortem', (route) =>
      route.request().method() === 'GET' ? route.abort() : route.continue(),
    );
    await mine.getByLabel('Resolution').fill('My resolution');
    await theirs.getByLabel('Root cause', { exact: true }).fill('Their cause');
    await theirs.getByRole('button', { name: 'Save version 2' }).click();
    await theirs.getByText('Saved as version 2').waitFor();
    await mine.getByRole('button', { name: 'Save version 2' }).click();
    await mine
      .getByRole('form', { name: 'Postmortem' })
      .getByRole('alert')
      .getByText(/changed by somebody else/)
      .waitFor();
    expect(await mine.getByLabel('Resolution').inputValue()).toBe('My resolution');

    await mine.unroute('**/postmortem');
    // Whatever happens next makes the page read again.
    await tell(incident.id, 'timeline', { text: 'The supplier was asked' });
    const told = mine.getByRole('alert').filter({ hasText: 'while you were writing' });
    await told.getByText('Changed there: root cause.').waitFor();
    await told.getByRole('button', { name: 'Drop my changes…' }).click();
    await mine.getByRole('dialog').getByRole('button', { name: 'Leave it as it is' }).click();
    await told.getByRole('button', { name: 'Take in version 2' }).click();
    expect(await mine.getByLabel('Root cause', { exact: true }).inputValue()).toBe('Their cause');
    expect(await mine.getByLabel('Resolution').inputValue()).toBe('My resolution');
    await mine.getByRole('button', { name: 'Save version 3' }).click();
    await mine.getByText('Saved as version 3').waitFor();
    expect(await saved()).toMatchObject({ version: 3, rootCause: 'Their cause', resolution: 'My resolution' });
    for (const done of [mine, theirs]) await done.context().close();
  });

  it('an incident is merged into another: said before, refused in place, and shown on both', async () => {
    merged = await declare('Payments are slow');
    survivor = await declare('The network drops packets');
    const gone = await declare('Nobody can sign in');
    const dialog = await openMerge(page, merged.id);
    await dialog.getByRole('radio', { name: new RegExp(gone.number) }).check();
    await dialog.getByText(`its findings and runs move to ${gone.number}, which goes on`).waitFor();
    await dialog.getByLabel('Reason').fill('both hang on switch 7');
    await tell(gone.id, 'status', { status: 'resolved', override: true, reason: 'a false alarm' });
    await dialog.getByRole('button', { name: `Merge into ${gone.number}` }).click();
    await dialog
      .getByRole('alert')
      .getByText(/nothing can be merged into it/)
      .waitFor();
    await dialog.getByRole('radio', { name: new RegExp(survivor.number) }).check();
    await dialog.getByRole('button', { name: `Merge into ${survivor.number}` }).click();
    await dialog.waitFor({ state: 'detached' });

    await page.getByText(`Merged into ${survivor.number}: The network drops packets`).waitFor();
    await page.getByRole('link', { name: `Go on in ${survivor.number}` }).click();
    await page.waitForURL(address(`/incidents/${survivor.id}`));
    const side = page.getByRole('region', { name: /^Merged into it/ });
    await side.getByRole('link', { name: merged.number }).waitFor();
    await until(stage.world, `/api/v1/incidents/${merged.id}`, (found) => found['status'] === 'closed');
  });

  it('findings of another cause are split off: chosen, said before, and gone on with on a page of their own', async () => {
    // Begun long ago, so nobody waits for more of their groups.
    const startsAt = new Date(Date.now() - 3_600_000).toISOString();
    const alerts = ['LinkLost', 'DiskFull'].map((alertname) => ({
      labels: { alertname, severity: 'warning' },
      startsAt,
    }));
    await stage.world.call('POST', '/api/v2/alerts', alerts);
    const opened = (title: string) =>
      until(stage.world, '/api/v1/incidents', (found) =>
        (found['items'] as (Ref & { title: string })[]).find((each) => each.title === title),
      );
    const [link, disk] = [await opened('LinkLost'), await opened('DiskFull')];
    await tell(disk.id, 'merge', { into: link.id, reason: 'seemed to be one' });
    await page.goto(address(`/incidents/${link.id}`));
    await page.getByRole('button', { name: 'More actions for this incident' }).click();
    await page.getByRole('menuitem', { name: 'Split off findings…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Choose what belongs to another cause.').waitFor();
    await dialog.getByRole('checkbox', { name: 'DiskFull' }).check();
    await dialog.getByLabel('Title').fill('The disk is full');
    await dialog.getByLabel('Reason').fill('nothing to do with the link');
    await dialog.getByRole('button', { name: 'Split off 1 finding' }).click();
    await page.getByRole('heading', { name: 'The disk is full' }).waitFor();
    expect(page.url()).not.toContain(link.id);
    await page.getByText(`Split from ${link.number}: nothing to do with the link`).waitFor();
  });

  const toSee = (): PageToSee[] => [
    ...PAGES.filter(({ name }) => name === 'postmortem'),
    { name: 'merged', path: () => `/incidents/${merged.id}` },
    { name: 'survivor', path: () => `/incidents/${survivor.id}` },
    {
      name: 'merge-dialog',
      path: () => `/incidents/${survivor.id}`,
      open: async (on) => {
        await (await openMerge(on, survivor.id)).getByRole('radio').first().waitFor();
      },
    },
  ];

  it.each(['light', 'dark'] as const)('has nothing that WCAG 2.2 AA forbids, in the %s theme', async (colorScheme) => {
    await declare('Another one to choose');
    const context = await stage.open({ colorScheme, reducedMotion: 'reduce', bypassCSP: true });
    const checked = await context.newPage();
    const faults: string[] = [];
    for (const each of toSee()) {
      await visit(checked, stage.world.address, each, { incident: incident.id } as Cast);
      await addChecker(checked);
      faults.push(...(await findFaults(checked)).map((fault) => `${each.name}: ${fault}`));
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  it('does not scroll sideways on a screen of 360 pixels, and obeys the content security policy', async () => {
    stage.complaints();
    const context = await stage.open({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    const narrow = await context.newPage();
    const wide: string[] = [];
    for (const each of toSee()) {
      await visit(narrow, stage.world.address, each, { incident: incident.id } as Cast);
      const over = await narrow.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      if (Number(over) > 0) wide.push(`${each.name}: ${over} px`);
    }
    expect(wide).toEqual([]);
    expect(stage.complaints()).toEqual([]);
    await context.close();
  });
});
