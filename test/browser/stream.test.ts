import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useStage } from './stage.ts';

const stage = await useStage();

function countStreams(pages: readonly Page[]): () => number {
  let opened = 0;
  for (const page of pages) {
    page.on('request', (request) => {
      if (request.url().endsWith('/api/v1/events')) opened += 1;
    });
  }
  return () => opened;
}

describe('the event stream of a browser', () => {
  it('is one for all tabs, and goes over to another tab when its own is closed', async () => {
    const context = await stage.open();
    const [first, second] = [await context.newPage(), await context.newPage()];
    const opened = countStreams([first, second]);
    for (const page of [first, second]) {
      await page.goto(`${stage.world.address}/incidents`);
      await page.getByText('Live', { exact: true }).waitFor();
    }
    expect(opened()).toBe(1);
    await stage.world.call('POST', '/api/v1/incidents', { title: 'Both tabs hear of this', severity: 4 });
    for (const page of [first, second]) await page.getByText('Both tabs hear of this').waitFor({ timeout: 5_000 });

    await first.close();
    await expect.poll(opened, { timeout: 10_000 }).toBe(2);
    await second.getByText('Live', { exact: true }).waitFor();
    await stage.world.call('POST', '/api/v1/incidents', { title: 'The other tab hears of this', severity: 4 });
    await second.getByText('The other tab hears of this').waitFor({ timeout: 5_000 });
    await context.close();
  });

  it('says that what is shown is stale while the server is away, and catches up when it is back', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/incidents`);
    await page.getByText('Live', { exact: true }).waitFor();
    const restarted = stage.world.killAndRestart();
    await page.getByText('Stale, reconnecting').waitFor({ timeout: 5_000 });
    await restarted;
    await stage.world.call('POST', '/api/v1/incidents', { title: 'Declared after the restart', severity: 4 });
    await page.getByText('Declared after the restart').waitFor({ timeout: 20_000 });
    await page.getByText('Live', { exact: true }).waitFor();
    await context.close();
  });
});
