import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { findFaults } from './find-faults.ts';
import { type Cast, castIncident, PAGES, visit } from './pages.ts';
import { useStage } from './stage.ts';

const stage = await useStage();

// Each goes through all pages, one after the other.
describe('every page', { timeout: 300_000 }, () => {
  let cast: Cast;
  const pages = new Map<string, Page>();
  beforeAll(async () => {
    if (!stage.open) return;
    cast = await castIncident(stage.world);
    for (const colorScheme of ['light', 'dark'] as const) {
      // Only for the checker: it is injected, which the server's policy forbids.
      const context = await stage.open({ colorScheme, reducedMotion: 'reduce', bypassCSP: true });
      pages.set(colorScheme, await context.newPage());
    }
    const narrow = await stage.open({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    pages.set('narrow', await narrow.newPage());
  }, 300_000);

  it.each(['light', 'dark'])('has nothing that WCAG 2.2 AA forbids, in the %s theme', async (theme) => {
    const faults: string[] = [];
    for (const toSee of PAGES) {
      const page = pages.get(theme)!;
      await visit(page, stage.world.address, toSee, cast);
      faults.push(...(await findFaults(page)).map((fault) => `${toSee.name}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });

  it('does not scroll sideways on a screen of 360 pixels', async () => {
    const wide: string[] = [];
    for (const toSee of PAGES) {
      const page = pages.get('narrow')!;
      await visit(page, stage.world.address, toSee, cast);
      const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      if (Number(over) > 0) wide.push(`${toSee.name}: ${over} px`);
    }
    expect(wide).toEqual([]);
  });

  it('obeys the content security policy and logs no error', async () => {
    stage.complaints();
    const context = await stage.open();
    const page = await context.newPage();
    for (const toSee of PAGES) await visit(page, stage.world.address, toSee, cast);
    expect(stage.complaints()).toEqual([]);
    await context.close();
  });

  it('has a title of its own and one first heading', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    for (const toSee of PAGES) {
      await visit(page, stage.world.address, toSee, cast);
      expect(await page.title()).toMatch(/.+ · Holdfast$/);
      expect(await page.locator('h1').count()).toBe(1);
    }
    await context.close();
  });

  it('remembers a chosen theme over a reload, before anything is painted', async () => {
    const context = await stage.open({ colorScheme: 'light' });
    const page = await context.newPage();
    await page.goto(stage.world.address);
    await page.getByRole('button', { name: /Signed in as/ }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.reload({ waitUntil: 'commit' });
    await page.locator('body').waitFor({ state: 'attached' });
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await context.close();
  });

  it('can be walked by keyboard alone', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runs`);
    await page.locator('main [data-row]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stage.world.address}/runs/${cast.waitingRun}`);
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL(`${stage.world.address}/incidents`);
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').fill('audit');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stage.world.address}/settings/audit`);
    await page.getByText(/The log is whole/).waitFor();
    await context.close();
  });
});
