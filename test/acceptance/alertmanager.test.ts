import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AlertReceiver, startAlertReceiver } from '../fakes/alert-receiver.ts';
import { type AlertmanagerProcess, sendAlerts, startAlertmanager } from '../harness/alertmanager-process.ts';
import { programOnPath, requireServer } from '../harness/require-server.ts';

const amtoolThere = await requireServer('amtool', programOnPath('amtool'));
const run = promisify(execFile);

/** Longer than any of it takes, also on a machine that does much else. */
const SOON = { timeout: 10_000 };

let root: string;
let receiver: AlertReceiver;
const running: AlertmanagerProcess[] = [];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-am-'));
  receiver = await startAlertReceiver();
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  receiver.told.length = 0;
});
afterAll(async () => {
  await receiver.close();
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
async function start(
  config: string,
  flags: string[] = [],
  prefix = '',
): Promise<AlertmanagerProcess & { folder: string }> {
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(folder, { mode: 0o700 });
  const started = await startAlertmanager({ folder, config, flags, prefix });
  running.push(started);
  return { ...started, folder };
}

const configOf = (more = '', url = receiver.url) => `
global: { resolve_timeout: 1m }
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 200ms
  group_interval: 1s
  repeat_interval: 1h
${more}
receivers:
- name: ops
  webhook_configs: [{ url: '${url}' }]
- name: others
`;
const alertNamed = (alertname: string, more: object = {}) => ({ labels: { alertname, severity: 'page' }, ...more });
const json = async <Body>(url: string, init?: RequestInit): Promise<Body> =>
  (await (await fetch(url, init)).json()) as Body;

describe('holdfast alertmanager', () => {
  it('takes alerts, tells them, and tells their end', async () => {
    const am = await start(configOf());
    expect(await sendAlerts(am.url, [alertNamed('Down'), alertNamed('Slow')])).toBe(true);
    const groups = await json<{ labels: object; alerts: object[] }[]>(`${am.url}/api/v2/alerts/groups`);
    expect(groups.map((group) => group.labels)).toEqual([{ alertname: 'Down' }, { alertname: 'Slow' }]);
    await expect
      .poll(() => receiver.told.map((each) => each.alerts[0]?.labels['alertname']).sort(), SOON)
      .toEqual(['Down', 'Slow']);
    expect(receiver.told[0]).toMatchObject({
      status: 'firing',
      version: '4',
      receiver: 'ops',
      groupKey: expect.stringMatching(/^\{\}:\{alertname="(Down|Slow)"\}$/),
      alerts: [{ status: 'firing', endsAt: '0001-01-01T00:00:00Z' }],
    });
    await sendAlerts(am.url, [alertNamed('Down', { endsAt: new Date().toISOString() })]);
    await expect.poll(() => receiver.told.filter((each) => each.status === 'resolved').length, SOON).toBe(1);
  });

  it('keeps what it accepted through kill -9, and stops cleanly at TERM, twice too', async () => {
    const am = await start(configOf().replace('200ms', '1h'));
    expect(await sendAlerts(am.url, [alertNamed('Down')])).toBe(true);
    const silence = await json<{ silenceID: string }>(`${am.url}/api/v2/silences`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        matchers: [{ name: 'alertname', value: 'Slow', isRegex: false }],
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
        comment: 'known',
        createdBy: 'ops',
      }),
    });
    am.child.kill('SIGKILL');
    await am.ended;
    const again = await startAlertmanager({ folder: am.folder, config: configOf() });
    running.push(again);
    expect(await json<{ labels: object }[]>(`${again.url}/api/v2/alerts`)).toMatchObject([
      { labels: { alertname: 'Down', severity: 'page' }, status: { state: 'active' } },
    ]);
    expect(await json(`${again.url}/api/v2/silence/${silence.silenceID}`)).toMatchObject({
      status: { state: 'active' },
    });
    again.child.kill('SIGTERM');
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
  });

  it('reads its file again at HUP and at POST /-/reload, and keeps the old one when it is bad', async () => {
    const am = await start(configOf());
    const receivers = () =>
      json<{ name: string }[]>(`${am.url}/api/v2/receivers`).then((all) => all.map((r) => r.name));
    expect(await receivers()).toEqual(['ops', 'others']);
    writeFileSync(am.configFile, configOf().replace('name: others', 'name: renamed'));
    am.child.kill('SIGHUP');
    await expect.poll(receivers, SOON).toEqual(['ops', 'renamed']);
    writeFileSync(am.configFile, configOf('  bananas: 1'));
    const refused = await fetch(`${am.url}/-/reload`, { method: 'POST' });
    expect(refused.status).toBe(500);
    expect(await refused.text()).toMatch(/failed to reload config: .*alertmanager\.yml:9:/);
    expect(await receivers()).toEqual(['ops', 'renamed']);
    expect(await (await fetch(`${am.url}/metrics`)).text()).toMatch(/alertmanager_config_last_reload_successful 0/);
    writeFileSync(am.configFile, configOf());
    expect((await fetch(`${am.url}/-/reload`, { method: 'POST' })).status).toBe(200);
    expect(await receivers()).toEqual(['ops', 'others']);
  });

  it('refuses a bad file at the start, with its line', async () => {
    await expect(start(configOf('  group_wait: soon'))).rejects.toThrow(/ended with 2[\s\S]*alertmanager\.yml:9:/);
  });

  it('answers below its prefix', async () => {
    const am = await start(configOf(), ['--web.route-prefix', '/am'], '/am');
    expect(await (await fetch(`${am.url}/-/ready`)).text()).toBe('OK');
    expect(await json(`${am.url}/api/v2/status`)).toMatchObject({
      cluster: { peers: [{ address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }], status: 'ready' },
      versionInfo: { version: expect.stringMatching(/^0\.\d+\.\d+$/) },
      config: { original: expect.not.stringContaining(receiver.url) },
    });
  });

  it('says what is wrong in JSON strings', async () => {
    const am = await start(configOf());
    const post = async (path: string, body: string) => {
      const answer = await fetch(`${am.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return [answer.status, await answer.text()] as const;
    };
    expect(await post('/api/v2/alerts', '[{"labels":{}}]')).toEqual([400, '"at least one label pair required"']);
    expect(await post('/api/v2/alerts', '{')).toEqual([400, expect.stringMatching(/^"parsing alerts body/)]);
    expect(await post('/api/v2/silences', '{}')).toEqual([400, '"matchers in body is required"']);
    const silence = { matchers: [{ name: 'a', value: 'b', isRegex: false }], comment: '', createdBy: '' };
    const zero = { startsAt: '0001-01-01T00:00:00Z', endsAt: '0001-01-01T00:00:00Z' };
    expect((await post('/api/v2/silences', JSON.stringify({ ...silence, ...zero })))[0]).toBe(400);
    const times = { startsAt: new Date().toISOString(), endsAt: '2099-01-01T00:00:00Z' };
    const unknown = '6f8b8a5e-6d3b-4d3f-8d3b-3d2f6d3b4d3f';
    expect(await post('/api/v2/silences', JSON.stringify({ ...silence, ...times, id: unknown }))).toEqual([
      404,
      '"silence not found"',
    ]);
    for (const method of ['GET', 'DELETE'])
      expect((await fetch(`${am.url}/api/v2/silence/${unknown}`, { method })).status).toBe(404);
    for (const query of ['filter=%7B', 'receiver=('])
      expect((await fetch(`${am.url}/api/v2/alerts?${query}`)).status).toBe(400);
    expect(await json(`${am.url}/api/v1/alerts`, { method: 'POST', body: '[{"labels":{"alertname":"Old"}}]' })).toEqual(
      {
        status: 'success',
      },
    );
  });
});

describe('amtool', () => {
  beforeEach(amtoolThere.skipUnlessThere);
  const amtool = async (am: AlertmanagerProcess, ...args: string[]) =>
    (await run('amtool', [`--alertmanager.url=${am.url}`, ...args])).stdout.trim();

  it('does with it all it does with the original', async () => {
    const am = await start(configOf());
    await amtool(am, 'alert', 'add', 'DiskFull', 'node=a', '--annotation=summary=full');
    expect(await amtool(am, 'alert', 'query', '-o', 'simple')).toMatch(/DiskFull .* full\s+active/);
    expect(JSON.parse(await amtool(am, 'alert', 'query', '-o', 'json', 'node=~"a|b"'))).toHaveLength(1);
    expect(await amtool(am, 'alert', 'query', '-o', 'simple', 'node=c')).not.toContain('DiskFull');

    const id = await amtool(am, 'silence', 'add', 'node=a', '--comment=known', '--author=ops', '--duration=1h');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await amtool(am, 'silence', 'query', '-q')).toBe(id);
    expect(await amtool(am, 'alert', 'query', '-s', '-o', 'simple')).toContain('suppressed');
    expect(await amtool(am, 'silence', 'update', '--duration=2h', '--comment=longer', id)).toContain(id);
    const exported = await amtool(am, 'silence', 'query', '-o', 'json');
    await amtool(am, 'silence', 'expire', id);
    expect(await amtool(am, 'silence', 'query', '-q')).toBe('');
    expect(await amtool(am, 'silence', 'query', '--expired', '-q')).toContain(id);
    const file = join(am.folder, 'silences.json');
    writeFileSync(file, JSON.stringify((JSON.parse(exported) as object[]).map((silence) => ({ ...silence, id: '' }))));
    await amtool(am, 'silence', 'import', file);
    expect(await amtool(am, 'silence', 'query', '-q')).toMatch(/^[0-9a-f-]{36}$/);

    expect(await amtool(am, 'config', 'show')).toContain('receiver: ops');
    expect(await amtool(am, 'config', 'routes', 'show')).toContain('default-route');
    expect(await amtool(am, 'config', 'routes', 'test', 'alertname=x')).toBe('ops');
    expect(await amtool(am, 'cluster', 'show')).toContain('ready');
    await sleep(0);
    await expect(run('amtool', [`--alertmanager.url=${am.url}`, 'silence', 'expire', 'no-such'])).rejects.toThrow();
  });
});
