import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { addChecker, findFaults } from './find-faults.ts';
import { type Cast, castIncident, PAGES, visit } from './pages.ts';
import { useStage } from './stage.ts';

const stage = await useStage();

// Each goes through all pages, one after the other.
describe('every page', { timeout: 300_000 }, () => {
  let cast: Cast;
  beforeAll(async () => {
    if (!stage.open) return;
    cast = await castIncident(stage.world);
  }, 300_000);

  it('has nothing that WCAG 2.2 AA forbids, in both themes', async () => {
    // Only for the checker: it is injected, which the server's policy forbids.
    const context = await stage.open({ reducedMotion: 'reduce', bypassCSP: true });
    const page = await context.newPage();
    const faults: string[] = [];
    for (const toSee of PAGES) {
      await page.emulateMedia({ colorScheme: 'light' });
      await visit(page, stage.world.address, toSee, cast);
      await addChecker(page);
      faults.push(...(await findFaults(page)).map((fault) => `${toSee.name}: ${fault}`));
      // All that a theme changes is colours.
      await showDark(page);
      faults.push(...(await findFaults(page, ['color-contrast'])).map((fault) => `${toSee.name}, dark: ${fault}`));
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  it('does not scroll sideways on a screen of 360 pixels', async () => {
    const context = await stage.open({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    const page = await context.newPage();
    const wide: string[] = [];
    for (const toSee of PAGES) {
      await visit(page, stage.world.address, toSee, cast);
      const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      if (Number(over) > 0) wide.push(`${toSee.name}: ${over} px`);
    }
    expect(wide).toEqual([]);
    await context.close();
  });

  it('obeys the content security policy, logs no error, and has a title of its own and one first heading', async () => {
    stage.complaints();
    const context = await stage.open();
    const page = await context.newPage();
    const titled: string[] = [];
    for (const toSee of PAGES) {
      await visit(page, stage.world.address, toSee, cast);
      const headings = await page.locator('h1').count();
      if (!/.+ · Holdfast$/.test(await page.title()) || headings !== 1)
        titled.push(`${toSee.name}: ${await page.title()}, ${headings} first headings`);
    }
    expect(stage.complaints()).toEqual([]);
    expect(titled).toEqual([]);
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

/** Lets the system prefer dark colours, and waits until a page that follows it by script has done so. */
async function showDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForFunction(`[null, 'dark'].includes(document.documentElement.getAttribute('data-theme'))`);
}
