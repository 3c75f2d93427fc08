import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StatusSubscriber } from '../../src/contract/status-page.ts';
import { type RecordingServer, startRecordingServer } from '../fakes/recording-http-server.ts';
import { type SmtpFake, startSmtpServer } from '../fakes/smtp-server.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { runHoldfast } from './cli-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = '';
let mail: SmtpFake;
let hook: RecordingServer;
let server: ServerProcess;
const config = () => ({
  statusPage: { name: 'Shop' },
  contacts: { email: { server: `127.0.0.1:${mail.port}`, from: 'status@example.org', tls: 'none' } },
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-subscribers-'));
  [mail, hook] = await Promise.all([startSmtpServer(), startRecordingServer()]);
  server = await startServerProcess({ folder, config: config() });
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([mail?.close(), hook?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const mailsTo = (address: string) =>
  mail.mails
    .filter(({ to }) => to.includes(address))
    .map(({ data }) => data.replaceAll('=\r\n', '').replaceAll('=3D', '='));
const linkIn = (data: string | undefined, path: string) =>
  new RegExp(`http://[^\\s>]+/status/${path}\\?token=[\\w-]+`).exec(data ?? '')?.[0] ?? '';
const ask = (email: string) =>
  fetch(`${server.address}/status/subscribe`, { method: 'POST', body: new URLSearchParams({ email }) });
const publish = (name: string) =>
  server.api<{ id: string }>('POST', '/api/v1/status-page/incidents', {
    name,
    impact: 'major',
    status: 'investigating',
    message: { impact: 'Cards are refused', status: 'We look', affectedPercent: null, nextUpdateMinutes: 15 },
  });
const subscribers = async () =>
  (await server.api<{ items: StatusSubscriber[] }>('GET', '/api/v1/status-page/subscribers')).items;

const cli = (...args: string[]) =>
  runHoldfast(['status', 'subscribers', ...args], {
    cwd: folder,
    environment: { HOLDFAST_SERVER: server.address, HOLDFAST_TOKEN: server.token },
  });

describe('subscribers of the status page', () => {
  it('hear of updates once they confirmed, and of none after they left', async () => {
    const page = await fetch(`${server.address}/status/subscribe`);
    expect(await page.text()).toContain('<label for="email">');
    expect((await ask('ada@example.org')).status).toBe(200);
    await expect.poll(() => mailsTo('ada@example.org').length).toBe(1);
    await publish('Before');
    const confirm = linkIn(mailsTo('ada@example.org')[0], 'confirm');
    // Looking is not saying yes: programs open every link of a mail.
    expect(await (await fetch(confirm)).text()).toContain('<button type="submit">Confirm</button>');
    expect((await subscribers())[0]).toMatchObject({ address: 'ada@example.org', confirmedAt: null });
    expect(await (await fetch(confirm, { method: 'POST' })).text()).toContain('You are subscribed');

    const { id } = await publish('Payments fail');
    await expect.poll(() => mailsTo('ada@example.org').length).toBe(2);
    const told = mailsTo('ada@example.org')[1];
    expect(told).toContain('Subject: [Shop] Payments fail: investigating');
    expect(told).toContain('Impact: Cards are refused');
    expect(told).toContain(`/status#${id}`);
    expect(told).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    await server.api('POST', `/api/v1/status-page/notices/${id}/updates`, {
      status: 'resolved',
      message: { impact: 'None', status: 'Repaired', affectedPercent: null, nextUpdateMinutes: 0 },
    });
    await expect.poll(() => mailsTo('ada@example.org').length).toBe(3);

    const leave = linkIn(told, 'unsubscribe');
    expect(await (await fetch(leave)).text()).toContain('Unsubscribe</button>');
    const oneClick = await fetch(leave, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    });
    expect(oneClick.status).toBe(200);
    expect(await subscribers()).toEqual([]);
    // Twice is once.
    expect((await fetch(leave, { method: 'POST' })).status).toBe(200);
    expect((await fetch(confirm, { method: 'POST' })).status).toBe(404);
  });

  it('cannot be made of people who did not ask, again and again', async () => {
    const answers = [];
    for (let index = 0; index < 5; index += 1) answers.push(await (await ask('Grace@example.org')).text());
    expect(new Set(answers).size).toBe(1);
    await publish('Nobody asked her');
    await expect.poll(() => mailsTo('Grace@example.org').length).toBe(1);
    expect((await ask('not an address')).status).toBe(400);
    expect((await ask('a@example.org,b@example.org')).status).toBe(400);
    expect((await ask('a@example.org\r\nBcc: b@example.org')).status).toBe(400);
  });

  it('may be webhooks, which get what Statuspage sends, and survive a restart and a receiver that is down', async () => {
    expect(await cli('add', 'webhook', `${hook.url}/secret-path`)).toMatchObject({ code: 0 });
    let answers = 0;
    hook.answer = (response) => {
      answers += 1;
      response.statusCode = answers === 1 ? 503 : 200;
      response.setHeader('retry-after', '1');
      response.end();
    };
    const { id } = await publish('Search is slow');
    await expect.poll(() => hook.requests.length).toBe(1);
    await server.stop();
    server = await startServerProcess({ folder, config: config() });
    await expect.poll(() => hook.requests.length, { timeout: 20_000 }).toBe(2);
    const [first, second] = hook.requests;
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(JSON.parse(second?.body ?? '')).toMatchObject({
      meta: { unsubscribe: expect.stringContaining('/status/unsubscribe?token=') },
      page: { status_indicator: 'major' },
      incident: {
        id,
        name: 'Search is slow',
        status: 'investigating',
        incident_updates: [{ status: 'investigating' }],
      },
    });
    const listed = (await subscribers()).find(({ kind }) => kind === 'webhook');
    expect(listed).toMatchObject({ address: `${hook.url}/***`, failed: 0 });
    expect(JSON.stringify(await (await fetch(`${server.address}/api/v2/summary.json`)).text())).not.toContain(
      'example.org',
    );
  });

  it('are seen and removed on the command line', async () => {
    const list = await cli('ls');
    expect(list.stdout).toContain('Grace@example.org');
    expect(list.stdout).toContain('not yet');
    for (const { id } of await subscribers()) expect((await cli('rm', id)).code).toBe(0);
    expect((await cli('ls')).stdout).toContain('Nobody subscribed yet.');
    expect((await cli('rm', 'sub_none')).code).not.toBe(0);
  });
});
