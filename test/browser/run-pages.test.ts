import { describe, expect, it } from 'vitest';
import { startRun, until } from './pages.ts';
import { useStage } from './stage.ts';

const stage = await useStage();

const startAndOpen = async (inputs: Record<string, string>) => {
  const id = await startRun(stage.world, 'drain-web.md', inputs);
  const context = await stage.open();
  const page = await context.newPage();
  await page.goto(`${stage.world.address}/runs/${id}`);
  return { id, context, page };
};

describe('a run over many items', () => {
  it('shows them under the step that goes over them, and how far it is', async () => {
    const { id, context, page } = await startAndOpen({ slow: 'web-5' });
    const each = page.locator('#step-each-host');
    await each.getByText(/^11 of 12 done, 1 running$/).waitFor();
    const items = each.getByRole('list', { name: /^Items of/ });
    expect(await items.locator('summary').first().textContent()).toContain('web-5');
    await items.locator('summary').first().click();
    await items.getByText('web-5: 214 connections').waitFor();
    await page.locator('main dl').first().getByText('11 of 12 done').waitFor();
    await stage.world.call('POST', `/api/v1/runs/${id}/cancel`, {});
    await page.locator('header').getByText('Cancelled').waitFor();
    await context.close();
  });

  it('passes its gate look by look, its lock, and the runbook it calls', async () => {
    const { context, page } = await startAndOpen({ hosts: 'web-1 web-2' });
    await page.locator('header').getByText('Succeeded').waitFor();
    const gate = page.locator('#step-errors-low');
    await gate.getByText(/^Last broken at .*: no data$/).waitFor();
    await gate.getByText(/^Holds for \d+ looks in a row; must hold for 2 s/).waitFor();
    await page.locator('[id="step-outside/front-page"]').getByText('shop: 200 in 41 ms').waitFor();
    await page.getByText('All web servers run nginx 1.28.1: web-1 web-2').first().waitFor();
    await context.close();
  });

  it('opens the item that failed, offers to roll back, and tells what became of each', async () => {
    const { context, page } = await startAndOpen({ hosts: 'web-1 web-2 web-3', bad: 'web-2' });
    await page.locator('header').getByText('Failed', { exact: true }).waitFor();
    const items = page.getByRole('list', { name: /^Items of/ });
    expect(await items.locator('summary').first().textContent()).toContain('web-2');
    await items.getByText('no space left on /var/cache/apt').waitFor();
    const rollback = page.getByRole('region', { name: 'Rollback' });
    await rollback.getByText('These are done and can be undone').waitFor();
    await page.getByRole('button', { name: /^Roll back \d steps…$/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Roll back \d steps$/ })
      .click();
    await page.locator('header').getByText('Rolled back').waitFor();
    await rollback.getByText('Take a server out (web-1)').waitFor();
    expect(await rollback.getByText('not undone').count()).toBe(0);
    await context.close();
  });

  it('waits for a lock and says who has it', async () => {
    const first = await startRun(stage.world, 'drain-web.md', { hosts: 'web-1', slow: 'web-1' });
    await until(stage.world, `/api/v1/runs/${first}`, (run) => run['status'] === 'running');
    const { id, context, page } = await startAndOpen({ hosts: 'web-2' });
    await page.locator('header').getByText('Waits for the lock web-fleet').waitFor();
    const bar = page.getByRole('region', { name: 'Next decision' });
    expect(await bar.getByRole('link', { name: 'Another run' }).getAttribute('href')).toBe(`/runs/${first}`);
    await stage.world.call('POST', `/api/v1/runs/${first}/cancel`, {});
    await page.locator('header').getByText('Succeeded').waitFor();
    await stage.world.call('GET', `/api/v1/runs/${id}`);
    await context.close();
  });

  it('is walked through by keyboard', async () => {
    const { id, context, page } = await startAndOpen({ hosts: 'web-1' });
    await page.locator('header').getByText('Succeeded').waitFor();
    const focused = () => page.evaluate('document.activeElement?.id');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await focused()).toBe('step-drain');
    for (let steps = 0; (await focused()) !== 'step-outside/front-page' && steps < 20; steps += 1) {
      await page.keyboard.press('j');
    }
    const output = page.locator('[id="step-outside/front-page"] details[data-output]');
    expect(await output.getAttribute('open')).not.toBeNull();
    await page.keyboard.press('o');
    expect(await output.getAttribute('open')).toBeNull();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('On a run: go to what is to be decided').waitFor();
    await page.keyboard.press('Escape');
    const asking = await startRun(stage.world, 'order-export.md', { lines: '1' });
    await until(stage.world, `/api/v1/runs/${asking}`, (run) => run['waitingFor'] === 'choice');
    await page.goto(`${stage.world.address}/runs/${asking}`);
    await page.getByRole('button', { name: 'Let it finish', exact: true }).waitFor();
    await page.keyboard.press('a');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Let it finish');
    expect(id).toMatch(/^run_/);
    await context.close();
  });
});

describe('starting a run', () => {
  it('as a dry run somewhere else: the plan says what is left out, and so does the run', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runs/new?runbook=drain-web.md`);
    const plan = page.getByRole('region', { name: 'What it will do' });
    await plan.getByText('for each HOST in web-1').waitFor();
    await plan.getByText('waits until no other run holds web-fleet').waitFor();
    await plan.getByText('must hold for 2 s, asked every 500 ms, within 20 s').waitFor();
    await plan.getByText('can be rolled back').waitFor();
    await page.getByLabel('Environment').selectOption('staging');
    await page.getByLabel('Dry run').check();
    await plan.getByText('left out by the dry run').first().waitFor();
    await page.getByRole('button', { name: /^Start dry run of/ }).click();
    await page.locator('header').getByText('Succeeded').waitFor();
    const banner = page.getByRole('note', { name: 'About this run' });
    await banner.getByText('Dry run.').waitFor();
    await banner.getByText('staging').waitFor();
    await page.getByText('Left out: a dry run only observes.').first().waitFor();
    await page
      .getByRole('list', { name: /^Items of/ })
      .getByText('stage-2', { exact: true })
      .waitFor();
    await context.close();
  });

  it('from a later step leaves out those before it', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runs/new?runbook=drain-web.md&from=outside`);
    await page.getByText('left out: it begins later').first().waitFor();
    expect(await page.getByLabel('Start at').inputValue()).toBe('outside');
    await page.getByRole('button', { name: /^Start run of/ }).click();
    await page.locator('header').getByText('Succeeded').waitFor();
    await page.getByText('Left out: the run began at a later step.').first().waitFor();
    await page.locator('[id="step-outside/front-page"]').getByText('shop: 200 in 41 ms').waitFor();
    await context.close();
  });

  it('in an environment that is not configured says so, and loses nothing that was typed', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runs/new?runbook=drain-web.md&environment=nowhere`);
    await page.getByText('The configuration has no environment “nowhere”.').waitFor();
    await page.getByLabel('bad').fill('web-9');
    await page.getByRole('button', { name: /^Start run of/ }).click();
    await page.getByRole('alert').getByText('nowhere').waitFor();
    expect(await page.getByLabel('bad').inputValue()).toBe('web-9');
    await context.close();
  });
});

describe('the keys of programs', () => {
  it('have an owner, and are rotated with an overlap', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/settings/keys`);
    await page.getByLabel('Name').fill('ci-rotate');
    await page.getByLabel('Owner').selectOption('admin');
    await page.getByRole('button', { name: 'Create key' }).click();
    const first = await page.getByRole('status').locator('code').textContent();
    await page.getByRole('button', { name: 'I have stored it, hide it' }).click();
    const row = page.getByRole('row', { name: /ci-rotate/ });
    expect(await row.textContent()).toContain('admin');
    await row.getByRole('button', { name: 'Rotate…' }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/^The old secret/)
      .selectOption({ label: 'ends at once' });
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate ci-rotate' }).click();
    const second = await page.getByRole('status').locator('code').textContent();
    expect(second).not.toBe(first);
    const ask = async (secret: string | null) =>
      (await fetch(`${stage.world.address}/api/v1/runs`, { headers: { authorization: `Bearer ${secret}` } })).status;
    expect(await ask(second)).toBe(200);
    await expect.poll(() => ask(first), { timeout: 5_000 }).toBe(401);
    await context.close();
  });
});
