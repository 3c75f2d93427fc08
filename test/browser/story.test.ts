import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from './pages.ts';
import { useStage } from './stage.ts';

const stage = await useStage({ signIn: false });
const PASSWORD = 'a rope, an anchor, a buoy';

describe('the night the shop stops serving orders', () => {
  let page: Page;
  beforeAll(async () => {
    if (!stage.open) return;
    const context = await stage.open({ signedIn: false, viewport: { width: 390, height: 844 } });
    page = await context.newPage();
  });

  it('a one-time link sets a password and signs in, and leaves no token in the address', async () => {
    await page.goto(stage.world.firstLink);
    await page.getByText('whose role is admin').waitFor();
    expect(page.url()).toBe(`${stage.world.address}/sign-in`);
    await page.getByLabel('New password').fill('short');
    expect(await page.getByRole('button', { name: 'Set password and sign in' }).isDisabled()).toBe(true);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set password and sign in' }).click();
    await page.waitForURL(`${stage.world.address}/`);
  });

  it('a quiet day looks calm and says when the last check was', async () => {
    await until(stage.world, '/api/v1/probes/shop-orders', (probe) => probe['state'] === 'healthy');
    await page.getByRole('heading', { name: 'Nothing is broken' }).waitFor();
    await page.getByText(/Last check .*: 2 of 2 probes healthy/).waitFor();
  });

  it('the incident appears without a reload, and says who has it and what happens next', async () => {
    await page.evaluate('window.notReloaded = true');
    await stage.world.breakShop();
    await page.getByRole('heading', { name: '1 incident open' }).waitFor();
    await page.getByText('Nobody has it.').waitFor();
    await page.getByText(/^Approval needed: “End the forgotten transactions.*” on shop-db\.$/).waitFor();
    expect(await page.evaluate('window.notReloaded')).toBe(true);
  });

  it('acknowledging it takes it', async () => {
    await page.getByRole('button', { name: /^Acknowledge INC-/ }).click();
    await page.getByText('admin has it').waitFor();
    expect(await page.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(0);
  });

  it('the approval shows exactly what will be done before it can be given', async () => {
    await page.getByRole('link', { name: 'Review and approve' }).click();
    await page.getByRole('heading', { name: 'Database connections exhausted', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Review and approve…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('pg_terminate_backend(blocker.pid) as ended').waitFor();
    await dialog.getByText(/Exactly this is approved: sha256 [0-9a-f]{64}/).waitFor();
    expect(await dialog.getByText('idle_seconds', { exact: true }).count()).toBe(1);
    await dialog.getByLabel('Reason').fill('the report can be run again');
    await dialog.getByRole('button', { name: /^Approve: End the forgotten transactions/ }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('the output unfolds under its step, and the run succeeds', async () => {
    const step = page.locator('#step-end-blockers');
    await step.getByRole('region', { name: 'Output of attempt 1' }).getByText('stock-report').waitFor();
    await page.locator('header').getByText('Succeeded').waitFor();
    await step.getByText(/^Attempt 1 succeeded, exit code 0/).click();
    await step.getByText(/by admin \(“the report can be run again”\)/).waitFor();
  });

  it('the incident is resolved by what noticed it, and its timeline tells everything', async () => {
    await page.getByRole('link', { name: 'For its incident' }).click();
    await page.locator('header').getByText('Resolved').waitFor({ timeout: 40_000 });
    const timeline = page.getByRole('region', { name: 'Timeline' });
    for (const text of ['Opened by a finding', 'Acknowledged', 'the report can be run again', 'Resolved: verified']) {
      await timeline.getByText(text).first().waitFor();
    }
  });

  it('a note can be added, also about something earlier', async () => {
    await page.getByLabel('Note for the timeline').fill('Called the author of the report.');
    await page.getByRole('button', { name: 'It happened earlier' }).click();
    await page.getByLabel('When it happened').fill('2026-01-02T03:04');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('Called the author of the report.').waitFor();
    await page.getByRole('heading', { name: 'Friday, 2 January 2026' }).waitFor();
    await page.getByText(/written down .* later/).waitFor();
  });

  it('signing out ends it, and the password opens it again where it was', async () => {
    const here = page.url();
    await page.getByRole('button', { name: /Signed in as admin/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(here);
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(here);
    await page.getByRole('region', { name: 'Timeline' }).waitFor();
  });
});
