import { describe, expect, it } from 'vitest';
import { useStage } from './stage.ts';

const stage = await useStage();

const HOSTILE = `# Hostile

<script>window.broken = true</script>

<img src=x onerror="window.broken = true">

Restart <service-name> now. [a](javascript:window.broken=true) [b](data:text/html,x) [c](//evil.example.com)
[d](https://wiki.example.com/d) ![e](https://tracker.example.com/pixel.png)

| <b onclick="window.broken=true">x</b> |
|---|
| \`<i>\` |

\`\`\`sh
echo "<script>window.broken = true</script>"
\`\`\`
`;

describe('what comes from outside', () => {
  it('a runbook is shown as text: nothing in it runs, nothing is fetched from elsewhere, links say where they lead', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).host));
    await page.route('**/api/v1/runbooks/document?*', async (route) => {
      const answer = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...answer, text: HOSTILE } });
    });
    await page.goto(`${stage.world.address}/runbooks/order-export.md`);
    await page.getByText('Restart <service-name> now.').waitFor();
    expect(await page.evaluate('window.broken')).toBeUndefined();
    const links: (string | null)[][] = [];
    // Beside the text stand links to its own lines.
    for (const link of await page.locator('article a:not([href^="#L"])').all()) {
      links.push([await link.getAttribute('href'), await link.getAttribute('rel')]);
    }
    expect(links).toEqual([
      ['https://wiki.example.com/d', 'noopener noreferrer'],
      ['https://tracker.example.com/pixel.png', 'noopener noreferrer'],
    ]);
    expect(await page.locator('article :is(script, img, iframe, b, i)').count()).toBe(0);
    expect(new Set(asked)).toEqual(new Set([new URL(stage.world.address).host]));
    await context.close();
  });

  it('after signing in nobody is sent to another site', async () => {
    const context = await stage.open({ signedIn: false });
    const page = await context.newPage();
    for (const next of [
      '//evil.example.com',
      'https://evil.example.com',
      '/\\evil.example.com',
      'javascript:alert(1)',
    ]) {
      await page.goto(`${stage.world.address}/sign-in?next=${encodeURIComponent(next)}`);
      await page.getByLabel('Name').fill('admin');
      await page.getByLabel('Password').fill('a rope, an anchor, a buoy');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(`${stage.world.address}/`);
      await context.clearCookies();
    }
    await context.close();
  });

  it('a server that everybody may use says so on every page', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.route('**/api/v1/session', async (route) => {
      const session = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...session, by: 'no-auth' } });
    });
    for (const path of ['/', '/runs', '/settings']) {
      await page.goto(stage.world.address + path);
      await page.getByText('everybody who reaches this address is administrator').waitFor();
    }
    await context.close();
  });

  it('an error says what happened, what to do, and under which request to ask', async () => {
    const context = await stage.open();
    const page = await context.newPage();
    await page.goto(`${stage.world.address}/incidents/inc_0none`);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/no incident.*request req_/i);
    await page.goto(`${stage.world.address}/nowhere`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await context.close();
  });
});
