import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { UiState } from './http-deps.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';

let server: TestServer;
let parent: string;
let state: UiState = 'ready';
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'holdfast-ui-'));
  const folder = join(parent, 'dist');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(parent, 'secret.txt'), 'outside');
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>UI</title>');
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, '.env'), 'hidden');
  await writeFile(join(folder, 'assets', 'index-4f2a.js'), 'export {};');
  server = await startTestServer({ deps: { ui: { folder, state: () => state } } });
});
afterAll(async () => {
  await server.close();
  await rm(parent, { recursive: true });
});
const get = (url: string) => server.app.inject({ url });

it('answers every path of the UI with its page, which is asked for anew each time', async () => {
  for (const url of ['/', '/incidents', '/runs/run_1?tab=output', '/sign-in', '/apiary']) {
    const page = await get(url);
    expect([url, page.statusCode, page.headers['cache-control']]).toEqual([url, 200, 'no-cache']);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.body).toContain('<title>UI</title>');
  }
});

it('lets browsers keep hashed assets for a year and other files not at all', async () => {
  const asset = await get('/assets/index-4f2a.js');
  expect(asset.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'application/javascript; charset=utf-8',
  });
  expect((await get('/favicon.svg')).headers['cache-control']).toBe('public, max-age=0');
});

it.each([
  '/assets/gone-1a2b.js',
  '/api/v1/nothing',
  '/api',
  '/v2/enqueue',
  '/.env',
  '/..%2fsecret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/a%00.txt',
])('never answers %s with the page or a file', async (url) => {
  const answer = await get(url);
  expect(answer.statusCode).toBeGreaterThanOrEqual(400);
  expect(answer.headers['content-type']).toContain('application/problem+json');
});

it('a runbook’s page has an address with a dot; a script that is gone has none', async () => {
  const accept = 'text/html,application/xhtml+xml';
  const page = await server.app.inject({ url: '/runbooks/database/restart.md', headers: { accept } });
  expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('<title>UI</title>')]);
  expect((await get('/runbooks/database/restart.md')).statusCode).toBe(404);
  expect((await server.app.inject({ url: '/assets/gone.js', headers: { accept } })).statusCode).toBe(404);
});

it('does not answer a change with the page', async () => {
  expect((await server.app.inject({ method: 'POST', url: '/incidents' })).statusCode).toBe(404);
});

it.each([
  ['building', 503, 'is being built'],
  ['missing', 404, 'is not installed'],
  ['failed', 404, 'could not be built'],
] as const)('says so while the UI is %s', async (now, status, words) => {
  state = now;
  const page = await get('/');
  state = 'ready';
  expect([page.statusCode, page.headers['cache-control']]).toEqual([status, 'no-store']);
  expect(page.body).toContain(words);
});
