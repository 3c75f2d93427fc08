import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hash } from 'bcryptjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AlertmanagerProcess, sendAlerts, startAlertmanager } from '../harness/alertmanager-process.ts';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { runHoldfast } from './cli-process.ts';

const openssl = await requireServer('openssl', programOnPath('openssl'));
const run = promisify(execFile);
const CONFIG = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';
const LIMIT = { timeout: 60_000 };

let root: string;
let folders = 0;
const running: AlertmanagerProcess[] = [];
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-am-flags-'));
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function start(flags: string[]): Promise<AlertmanagerProcess> {
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(folder, { mode: 0o700 });
  const started = await startAlertmanager({ folder, config: CONFIG, flags });
  running.push(started);
  return started;
}
const silence = (comment = 'c') =>
  JSON.stringify({
    matchers: [{ name: 'alertname', value: 'foo', isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: 'me',
    comment,
  });
const post = (url: string, body: string) =>
  fetch(`${url}/api/v2/silences`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

describe('the limits of Alertmanager', LIMIT, () => {
  it('hold for silences, in its words', async () => {
    const am = await start(['--silences.max-silences=1', '--silences.max-silence-size-bytes=200']);
    const large = await post(am.url, silence('x'.repeat(300)));
    expect(large.status).toBe(400);
    expect(await large.json()).toMatch(/^silence exceeded maximum size: 4\d\d bytes \(limit: 200 bytes\)$/);
    expect((await post(am.url, silence())).status).toBe(200);
    const second = await post(am.url, silence());
    expect([second.status, await second.json()]).toEqual([400, 'exceeded maximum number of silences: 1 (limit: 1)']);
  });

  it('hold for alerts of one name, others are taken', async () => {
    const am = await start(['--alerts.per-alertname-limit=2']);
    const alerts = [1, 2, 3].map((n) => ({ labels: { alertname: 'Many', n: String(n) } }));
    expect(await sendAlerts(am.url, [...alerts, { labels: { alertname: 'Other' } }])).toBe(true);
    expect(await sendAlerts(am.url, alerts)).toBe(true);
    const there = (await (await fetch(`${am.url}/api/v2/alerts`)).json()) as { labels: Record<string, string> }[];
    expect(there.map(({ labels }) => `${labels['alertname']} ${labels['n'] ?? ''}`.trim()).sort()).toEqual([
      'Many 1',
      'Many 2',
      'Other',
    ]);
    const metrics = await (await fetch(`${am.url}/metrics`)).text();
    expect(metrics).toContain('alertmanager_alerts_per_alert_limit 2');
    expect(metrics).toContain('alertmanager_alerts_limited_total 2');
  });
});

describe('pages of other origins', LIMIT, () => {
  it('may call the API when their origin fits, whole', async () => {
    const am = await start(['--web.cors.origin=https?://(shop|mail)\\.example']);
    const ask = (origin: string, method = 'GET') =>
      fetch(`${am.url}/api/v2/status`, {
        method,
        headers: {
          origin,
          ...(method === 'OPTIONS' && {
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type',
          }),
        },
      });
    const fits = await ask('https://shop.example');
    expect([fits.status, fits.headers.get('access-control-allow-origin')]).toEqual([200, 'https://shop.example']);
    const first = await ask('https://shop.example', 'OPTIONS');
    expect(first.status).toBe(204);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '600',
    });
    for (const origin of ['https://shop.example.evil', 'https://evil']) {
      expect((await ask(origin)).headers.get('access-control-allow-origin')).toBeNull();
      expect((await ask(origin, 'OPTIONS')).headers.get('access-control-allow-methods')).toBeNull();
    }
  });

  it('are told that the expression is none', async () => {
    const said = await runHoldfast(['alertmanager', '--web.cors.origin=('], { cwd: root });
    expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining('error parsing --web.cors.origin') });
  });
});

describe('the web configuration', LIMIT, () => {
  beforeEach(openssl.skipUnlessThere);
  const inRoot = (name: string) => join(root, name);
  const webFile = (name: string, text: string) => {
    writeFileSync(inRoot(name), text);
    return inRoot(name);
  };
  beforeAll(async () => {
    if ((await programOnPath('openssl')()) !== null) return;
    for (const name of ['server', 'client']) {
      const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}.example,IP:127.0.0.1`];
      const files = ['-keyout', inRoot(`${name}.key`), '-out', inRoot(`${name}.crt`)];
      await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject]);
    }
  });
  const tls = (more = '') => `tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n${more}`;

  it('asks users for their passwords, those of the file now', async () => {
    const file = webFile(
      'users.yml',
      `basic_auth_users:\n  ada: ${await hash('secret', 4)}\nhttp_server_config:\n  headers: { X-Frame-Options: deny }\n`,
    );
    const am = await start(['--web.config.file', file]);
    const { url } = am;
    const ask = (credentials?: string) =>
      fetch(`${url}/api/v2/status`, {
        headers:
          credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      });
    const refused = await ask();
    expect([refused.status, refused.headers.get('www-authenticate'), await refused.text()]).toEqual([
      401,
      'Basic',
      'Unauthorized\n',
    ]);
    expect((await ask('ada:wrong')).status).toBe(401);
    expect((await ask('eve:secret')).status).toBe(401);
    const admitted = await ask('ada:secret');
    expect([admitted.status, admitted.headers.get('x-frame-options')]).toEqual([200, 'deny']);
    writeFileSync(file, `basic_auth_users:\n  eve: ${await hash('secret', 4)}\n`);
    expect((await ask('eve:secret')).status).toBe(200);
    expect((await ask('ada:secret')).status).toBe(401);
    writeFileSync(file, 'nonsense: 1\n');
    expect((await ask('eve:secret')).status).toBe(500);
  });

  it('speaks TLS, and asks clients for certificates', async () => {
    const file = webFile(
      'tls.yml',
      tls(
        '  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: client.crt\n  client_allowed_sans: [client.example]\n',
      ),
    );
    const am = await start(['--web.config.file', file]);
    const ask = (with_: object) =>
      new Promise<number | string>((done) => {
        const { hostname, port } = new URL(am.url);
        request(
          { hostname, port, path: '/api/v2/status', ca: readFileSync(inRoot('server.crt')), ...with_ },
          (answer) => {
            answer.resume();
            done(answer.statusCode ?? 0);
          },
        )
          .on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
          .end();
      });
    const client = { cert: readFileSync(inRoot('client.crt')), key: readFileSync(inRoot('client.key')) };
    expect(await ask(client)).toBe(200);
    expect(await ask({})).not.toBe(200);
    expect(await ask({ cert: readFileSync(inRoot('server.crt')), key: readFileSync(inRoot('server.key')) })).not.toBe(
      200,
    );
  });

  it.each([
    ['tls_server_config: { cert_file: server.crt }', 'missing one of key or key_file'],
    ['tls_server_config: { key_file: server.key }', 'missing one of cert or cert_file'],
    [tls('  client_auth_type: Nonsense\n'), 'invalid ClientAuth: Nonsense'],
    [tls('  client_ca_file: client.crt\n'), "client CA's have been configured without a Client Auth Policy"],
    [tls('  min_version: TLS9\n'), 'unknown TLS version: TLS9'],
    ['basic_auth_users: { ada: plain }', 'hashedSecret too short to be a bcrypted password'],
    ['http_server_config: { headers: { X-Other: 1 } }', 'HTTP header "X-Other" can not be configured'],
    ['http_server_config: { headers: { X-Frame-Options: no } }', 'Expected one of: ["deny" "sameorigin"]'],
    ['nonsense: 1', 'field nonsense not found'],
  ])('%j is refused', async (text, said) => {
    writeFileSync(inRoot('alertmanager.yml'), CONFIG);
    const file = webFile('bad.yml', text);
    const ended = await runHoldfast(['alertmanager', '--web.config.file', file, '--web.listen-address=127.0.0.1:0'], {
      cwd: root,
    });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  });
});
