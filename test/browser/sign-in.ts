import type { BrowserContext } from 'playwright-core';
import type { World } from './world.ts';

export const PASSWORD = 'a rope, an anchor, a buoy';

/** Uses the one-time link as a person does, and leaves the context signed in. */
export async function signInByLink(context: BrowserContext, world: World): Promise<void> {
  const page = await context.newPage();
  await page.goto(world.firstLink);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set password and sign in' }).click();
  await page.waitForURL(`${world.address}/`);
  await page.close();
}
