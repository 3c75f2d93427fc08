import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchBrowser } from './browser.ts';
import { setup } from './build-ui.ts';
import { castIncident, PAGES, until, visit } from './pages.ts';
import { shrinkPng } from './shrink-png.ts';
import { signInByLink } from './sign-in.ts';
import { startWorld } from './world.ts';

// Draws every page of a real server in the middle of an incident into docs/screenshots: desktop and phone, light and
// dark. Look at them after a change. Usage: node test/browser/take-screenshots.ts [NAME…]

const FOLDER = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
const THEMES = ['light', 'dark'] as const;

type View = { suffix: string; page: Page };

async function main(only: readonly string[]): Promise<void> {
  const chromium = await findChromium();
  if (!chromium) throw new Error('no Chromium on the PATH; set HOLDFAST_TEST_CHROMIUM');
  const wanted = (name: string) => only.length === 0 || only.includes(name);
  if (only.length === 0) await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const shoot = async (views: readonly View[], name: string, arrange: (page: Page) => Promise<void>) => {
    if (!wanted(name)) return;
    for (const { page, suffix } of views) {
      await arrange(page);
      const png = await page.screenshot({ animations: 'disabled' });
      await writeFile(join(FOLDER, `${name}-${suffix}.png`), shrinkPng(png));
    }
  };

  setup();
  const world = await startWorld();
  const browser = await launchBrowser(chromium);
  try {
    const outside = await openViews(browser, undefined);
    await shoot(outside, 'sign-in', async (page) => {
      await page.goto(`${world.address}/sign-in`);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });
    await shoot(outside, 'set-password', async (page) => {
      await page.goto('about:blank');
      await page.goto(world.firstLink);
      await page.getByLabel('New password').waitFor();
    });
    const context = await browser.newContext();
    await signInByLink(context, world);
    const state = await context.storageState();
    const views = await openViews(browser, state);
    await until(world, '/api/v1/probes/shop-orders', (probe) => probe['state'] === 'healthy');
    await shoot(views, 'now-quiet', async (page) => {
      await page.goto(world.address);
      await page.getByText('No incident is open').waitFor();
    });

    const cast = await castIncident(world);
    await shoot(outside, 'status-page', async (page) => {
      await page.goto(`${world.address}/status`);
      await page.getByRole('heading', { name: 'Components' }).waitFor();
    });
    await shoot(outside, 'status-subscribe', async (page) => {
      await page.goto(`${world.address}/status/subscribe`);
      await page.getByRole('heading').first().waitFor();
    });
    for (const toSee of PAGES) {
      await shoot(views, toSee.name, (page) => visit(page, world.address, toSee, cast));
    }
    const approval = await until(
      world,
      '/api/v1/approvals?status=pending',
      (list) => (list['items'] as { id: string }[])[0],
    );
    await world.call('POST', `/api/v1/approvals/${approval.id}/approve`, { reason: 'the report can be run again' });
    await until(world, `/api/v1/incidents/${cast.incident}`, (incident) => incident['status'] === 'resolved');
    for (const [name, path] of [
      ['run-succeeded', `/runs/${cast.waitingRun}`],
      ['incident-resolved', `/incidents/${cast.incident}`],
    ] as const) {
      await shoot(views, name, (page) => visit(page, world.address, { name, path: () => path }, cast));
    }
  } finally {
    await browser.close();
    await world.stop();
  }
}

async function openViews(
  browser: Browser,
  storageState: Awaited<ReturnType<import('playwright-core').BrowserContext['storageState']>> | undefined,
): Promise<View[]> {
  const views: View[] = [];
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of THEMES) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        reducedMotion: 'reduce',
        ...(storageState ? { storageState } : {}),
      });
      views.push({ suffix: `${size}-${colorScheme}`, page: await context.newPage() });
    }
  }
  return views;
}

await main(process.argv.slice(2));
