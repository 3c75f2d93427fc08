import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** No sandbox: root in a container has none. Nothing is fetched from outside. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium of this machine: HOLDFAST_TEST_CHROMIUM, else the first on the PATH; null when there is none. */
export async function findChromium(): Promise<string | null> {
  const named = process.env['HOLDFAST_TEST_CHROMIUM'];
  if (named) return named;
  for (const name of NAMES) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const file = join(folder, name);
      const there = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (there) return file;
    }
  }
  return null;
}

export async function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: ARGS });
}
