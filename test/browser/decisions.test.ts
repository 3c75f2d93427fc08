import { describe, expect, it } from 'vitest';
import { startRun, until } from './pages.ts';
import { useStage } from './stage.ts';

const stage = await useStage();

describe('what a person decides on the page of a run', () => {
  it('output streams while the step runs, without the colours of a terminal; then a choice, a value and work by hand are answered', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    const run = await startRun(stage.world, 'order-export.md', { lines: '30' });
    await page.goto(`${stage.world.address}/runs/${run}`);
    const output = page.locator('#step-watch-export').getByRole('region', { name: /^Output/ });
    await output.getByText('batch 2 written, 500 orders').waitFor();
    expect(await page.locator('header').getByText('Running').count()).toBe(1);
    expect(await output.textContent()).not.toContain('[32m');
    await output.getByText('batch 30 written').waitFor();

    const bar = page.getByRole('region', { name: 'Next decision' });
    await bar.getByRole('button', { name: 'Start it again' }).click();
    await page.getByText('the export begins anew', { exact: true }).waitFor();
    await bar.getByLabel(/How long can the customer wait/).fill('soon');
    await bar.getByRole('button', { name: 'Set deadline and go on' }).click();
    await bar
      .getByRole('alert')
      .getByText(/is not a duration/)
      .waitFor();
    await bar.getByLabel(/How long can the customer wait/).fill('2h');
    await bar.getByRole('button', { name: 'Set deadline and go on' }).click();
    await bar.getByText('By hand: Call the customer’s operations desk'.replace('’', "'")).waitFor();
    await bar.getByLabel('What you did or saw').fill('they wait until nine');
    await bar.getByRole('button', { name: 'It is done, go on' }).click();
    await page.locator('header').getByText('Succeeded').waitFor();
    await context.close();
  });

  it('a step in doubt shows what was sent and what each choice will do, and waits for a reason', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    const run = await startRun(stage.world, 'fragile-migration.md', {});
    await page.goto(`${stage.world.address}/runs/${run}`);
    await page.locator('#step-move-orders').getByText('moving 4211 orders to').last().waitFor();
    await stage.world.killAndRestart();
    const panel = page.getByRole('form', { name: 'Decide what happened to Move the old orders' });
    await panel.waitFor({ timeout: 40_000 });
    await panel.getByText('the run goes on with “Count what is left”', { exact: false }).waitFor();
    expect(await panel.getByRole('radio', { name: /^Roll back/ }).isDisabled()).toBe(true);
    await panel.getByRole('radio', { name: /^It was done/ }).check();
    expect(await panel.getByRole('button', { name: 'Mark as done' }).isDisabled()).toBe(true);
    await panel.getByLabel('How do you know?').fill('the file is in the archive');
    await panel.getByRole('button', { name: 'Mark as done' }).click();
    await page.locator('header').getByText('Succeeded').waitFor();
    await context.close();
  });

  it('who starts a run alone confirms its approval a second time, by typing what it does', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runs/new?runbook=database-connections.md`);
    await page.getByText('needs 1 approval').waitFor();
    await page.getByRole('button', { name: 'Start run of Database connections exhausted' }).click();
    await page.getByRole('button', { name: 'Review and approve…' }).click();
    const dialog = page.getByRole('dialog');
    const approve = dialog.getByRole('button', { name: /^Approve: End the forgotten transactions/ });
    await approve.waitFor();
    expect(await approve.isDisabled()).toBe(true);
    await dialog.getByLabel(/You started this run/).fill((await dialog.locator('strong').last().textContent()) ?? '');
    await approve.click();
    await page.locator('header').getByText('Succeeded').waitFor();
    await context.close();
  });

  it('the starter only sees that another must decide once there is another approver', async () => {
    await stage.world.call('POST', '/api/v1/users', { name: 'grace', role: 'approver' });
    const link = (await stage.world.call('POST', '/api/v1/users', { name: 'ada', role: 'approver' })) as {
      link: { url: string };
    };
    const ada = await stage.open({ signedIn: false });
    const adasPage = await ada.newPage();
    await adasPage.goto(link.link.url);
    await adasPage.getByLabel('New password').fill('a rope, an anchor, a buoy');
    await adasPage.getByRole('button', { name: 'Set password and sign in' }).click();
    await adasPage.waitForURL(`${stage.world.address}/`);

    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runs/new?runbook=database-connections.md`);
    await page.getByRole('button', { name: 'Start run of Database connections exhausted' }).click();
    await page.getByText('You started this run: another approver decides.').waitFor();
    expect(await page.getByRole('button', { name: 'Review and approve…' }).isDisabled()).toBe(true);

    await adasPage.goto(page.url());
    await adasPage.getByRole('button', { name: 'Reject…' }).click();
    await adasPage.getByRole('dialog').getByLabel('Reason').fill('nothing is blocked');
    await adasPage.getByRole('button', { name: 'Reject, and let the run fail' }).click();
    await page.locator('header').getByText('Failed', { exact: true }).waitFor();
    await page.getByText('Rejected by ada: nothing is blocked').first().waitFor();
    await ada.close();
    await context.close();
  });

  it('a run is paused, resumed, and a step skipped with a reason', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    const run = await startRun(stage.world, 'order-export.md', { lines: '2' });
    await until(stage.world, `/api/v1/runs/${run}`, (found) => found['waitingFor'] === 'choice');
    await page.goto(`${stage.world.address}/runs/${run}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Pause run' }).click();
    await page.getByRole('button', { name: 'Resume run' }).click();
    const bar = page.getByRole('region', { name: 'Next decision' });
    await bar.getByRole('button', { name: 'Let it finish' }).waitFor();
    await page.getByRole('button', { name: 'Skip Call the customer…' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('nobody is there');
    await page.getByRole('button', { name: 'Skip this step' }).click();
    await page.locator('section', { hasText: 'by hand' }).getByText('Skipped').first().waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Cancel run…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel this run' }).click();
    await page.locator('header').getByText('Cancelled').waitFor();
    await context.close();
  });
});
