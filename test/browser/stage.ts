import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { requireServer } from '../harness/require-server.ts';
import { findChromium, launchBrowser } from './browser.ts';
import { signInByLink } from './sign-in.ts';
import { startWorld, type World } from './world.ts';

type Context = Awaited<ReturnType<Browser['newContext']>>;
type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>;

export type Stage = {
  world: World;
  /** A context of its own: as another browser, signed in as the first administrator unless told otherwise. */
  open(options?: ContextOptions & { signedIn?: boolean }): Promise<BrowserContext>;
  /** What pages complained about since the last call: errors, refused content, unexpected answers. */
  complaints(): string[];
};

/**
 * A world and a browser for the tests of a file; skipped with a reason where there is no Chromium.
 * @param options.signIn false leaves the one-time link unused
 */
export async function useStage(options: { signIn?: boolean } = {}): Promise<Stage> {
  const executable = await findChromium();
  const chromium = await requireServer('chromium', () => (executable ? null : 'no Chromium on the PATH'));
  const stage = { complaints: () => said.splice(0) } as Stage;
  const said: string[] = [];
  let browser: Browser | null = null;
  let state: Awaited<ReturnType<Context['storageState']>> | undefined;

  beforeAll(async () => {
    if (!executable) return;
    browser = await launchBrowser(executable);
    stage.world = await startWorld();
    stage.open = async ({ signedIn = true, ...rest } = {}) => {
      if (!browser) throw new Error('the browser has ended');
      const context = await browser.newContext({ ...(signedIn && state ? { storageState: state } : {}), ...rest });
      context.on('page', (page) => listen(page, said));
      return context;
    };
    if (options.signIn === false) return;
    const context = await stage.open({ signedIn: false });
    await signInByLink(context, stage.world);
    state = await context.storageState();
    await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await stage.world?.stop();
  });
  beforeEach((context) => chromium.skipUnlessThere(context));
  return stage;
}

function listen(page: Page, said: string[]): void {
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      said.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
}
