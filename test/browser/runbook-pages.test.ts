import { beforeAll, describe, expect, it } from 'vitest';
import { writeVersions } from './pages.ts';
import { useStage } from './stage.ts';

const stage = await useStage();

describe('the page of a runbook', () => {
  it('says in the strip what it may do and what is wrong with it, and beside each line which', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runbooks/restore-orders.md`);
    const strip = page.locator('main dl').first();
    await strip.getByText('3 errors').waitFor();
    await strip.getByText('2 warnings').waitFor();
    await strip.getByText('destroy', { exact: true }).waitFor();
    const document = page.getByRole('article', { name: 'Restore the orders' });
    const note = document.locator('summary', { hasText: 'When pg_dump fails' });
    await note.click();
    await document.getByRole('region', { name: 'The fix at line 17' }).getByText('pipefail').waitFor();
    expect(await document.locator('[data-line="17"]').textContent()).toMatch(/^17Error: pg_dump/);
    await document.getByText('Port 5432 is open to every address').waitFor();
    // A never-ending command says by what it is bounded.
    await document
      .getByText(/^(Never ends by itself|Ended after)/)
      .first()
      .waitFor();
    await context.close();
  });

  it('shows the findings alone, walked through by keyboard, each leading to its line', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runbooks/restore-orders.md?show=findings&severity=error`);
    const list = page.getByRole('region', { name: 'Findings' });
    await list.getByText('This query does not parse').waitFor();
    expect(await list.getByText('open to every address').count()).toBe(0);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await list.getByText('psql-goes-on-after-errors').last().waitFor();
    await list.locator('details[open]').getByRole('link', { name: 'Show it in the document' }).click();
    await page.waitForURL(/\/runbooks\/restore-orders\.md#L31$/);
    await page.locator('article [data-line="31"]').waitFor();
    expect(await page.locator('article [data-line="31"]').getAttribute('class')).toContain('border-accent');
    expect(await isOnScreen(page.locator('article [data-line="31"]'))).toBe(true);
    await context.close();
  });

  it('is found by the words in it, and by risk and lint', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runbooks`);
    await page.getByLabel('Search the text of all runbooks').fill('createdb orders');
    const results = page.getByRole('region', { name: 'Search results' });
    await results.getByRole('link', { name: 'Restore the orders' }).waitFor();
    await results
      .locator('strong', { hasText: /createdb/i })
      .first()
      .waitFor();
    expect(new URL(page.url()).search).toBe('?q=createdb+orders');
    await page.goto(`${stage.world.address}/runbooks?lint=errors`);
    await page.getByRole('link', { name: 'Restore the orders' }).waitFor();
    expect(await page.getByRole('link', { name: 'Order export stalls' }).count()).toBe(0);
    await context.close();
  });
});

describe('the versions of a runbook', () => {
  beforeAll(async () => {
    if (!stage.world) return;
    await writeVersions(stage.world);
  });

  it('say which became riskier, in words, step by step, and keep the older text', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/runbooks/purge-cache.md?show=versions`);
    const versions = page.getByRole('list', { name: 'Versions' });
    await versions.getByText('Riskier').waitFor();
    await versions.getByText('Safer').waitFor();
    await versions.getByText('the first kept').waitFor();
    await versions
      .getByRole('link', { name: /^What changed/ })
      .first()
      .click();
    const step = page.getByRole('region', { name: 'Make room', exact: true });
    const commands = step.getByRole('region', { name: 'Commands of Make room, before and after' });
    expect(await commands.textContent()).toMatch(/−removed: systemctl reload redis\+added: .*flushall/);
    expect(await step.locator('p').first().textContent()).toMatch(/change.*to.*destroy/);
    expect(await page.getByText('Look how full it is').count()).toBe(0);
    await versions.locator('li').nth(1).locator('a').first().click();
    await page.getByText('This is an older text').waitFor();
    await page.getByText('systemctl reload redis').waitFor();
    expect(await page.getByRole('link', { name: 'Start a run…' }).count()).toBe(0);
    await context.close();
  });
});

/** Whether the middle of an element can be seen. */
async function isOnScreen(element: { boundingBox(): Promise<{ y: number; height: number } | null> }): Promise<boolean> {
  const box = await element.boundingBox();
  return box !== null && box.y > 0 && box.y + box.height < 720;
}
