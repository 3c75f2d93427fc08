import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAlertReceiver } from '../fakes/alert-receiver.ts';
import { sendAlerts, startAlertmanager } from '../harness/alertmanager-process.ts';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { answersHttp, findFreePorts, makeFolder, startProgram } from '../harness/servers/start-program.ts';

const prometheusThere = await requireServer('prometheus', programOnPath('prometheus'));
const alertmanagerThere = await requireServer('alertmanager', programOnPath('prometheus-alertmanager'));

/** Longer than any of it takes, also on a machine that does much else. */
const SOON = { timeout: 20_000, interval: 100 };
const ROUTING = `
route:
  receiver: nobody
  group_by: [alertname]
  group_wait: 100ms
  group_interval: 1s
receivers: [{ name: nobody }]
`;

let folder: string;
let server: ServerProcess;
let key: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-intake-'));
  writeFileSync(join(folder, 'routing.yml'), ROUTING);
  server = await startServerProcess({
    folder,
    config: {
      alertmanagerConfig: './routing.yml',
      events: {
        monitor: {
          each: '/checks',
          key: '/id',
          labels: { alertname: '/name', severity: '/level', team: 'shop' },
          annotations: { summary: '/why' },
          resolved: { at: '/state', values: ['OK', 'resolved'] },
        },
      },
    },
  });
  key = (await server.api<{ secret: string }>('POST', '/api/v1/keys', { name: 'monitoring', role: 'sender' })).secret;
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Incident = {
  id: string;
  title: string;
  status: string;
  severity: { rank: number };
  acknowledgedAt: string | null;
};
const incidents = async () => (await server.api<{ items: Incident[] }>('GET', '/api/v1/incidents?limit=500')).items;
const incidentOf = async (name: string) => (await incidents()).find((incident) => incident.title.startsWith(name));
const send = async (method: string, path: string, body?: unknown, secret = key) => {
  const answer = await fetch(`${server.address}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null };
};
const basic = () => ({ authorization: `Basic ${Buffer.from(`any:${key}`).toString('base64')}` });

describe('a sender’s key', () => {
  it('sends, as Bearer and as Basic password, and looks at nothing', async () => {
    expect(await sendAlerts(server.address, [{ labels: { alertname: 'Fine', severity: 'info' } }], basic())).toBe(true);
    expect((await send('GET', '/api/v2/alerts')).status).toBe(403);
    expect((await send('GET', '/api/v1/incidents')).status).toBe(403);
    expect((await send('POST', '/api/v2/silences', {})).status).toBe(403);
    expect((await send('POST', '/api/v2/alerts', [], 'hf_wrong')).status).toBe(401);
    expect(await sendAlerts(server.address, [{ labels: { alertname: 'Nobody' } }])).toBe(false);
  });
});

describe('alerts', () => {
  it('open an incident by group, and their end fixes it', async () => {
    const labels = { alertname: 'DiskFull', severity: 'critical' };
    const two = ['a', 'b'].map((node) => ({
      labels: { ...labels, node },
      annotations: { summary: 'the disk is full' },
    }));
    await sendAlerts(server.address, two, basic());
    await expect.poll(() => incidentOf('DiskFull'), SOON).toMatchObject({ severity: { rank: 1 }, status: 'triage' });
    expect((await incidentOf('DiskFull'))?.title).toBe('DiskFull: the disk is full');
    const endsAt = new Date().toISOString();
    await sendAlerts(
      server.address,
      two.map((alert) => ({ ...alert, endsAt })),
      basic(),
    );
    const finding = () =>
      server
        .api<{ items: { title: string; status: string }[] }>('GET', '/api/v1/findings?limit=500')
        .then(({ items }) => items.find((each) => each.title.startsWith('DiskFull'))?.status);
    await expect.poll(finding, SOON).toBe('fixed');
  });

  it('in a storm of 5,000 are one incident and one page', async () => {
    const before = (await incidents()).length;
    for (let batch = 0; batch < 10; batch += 1) {
      const alerts = Array.from({ length: 500 }, (_, index) => ({
        labels: { alertname: 'Storm', severity: 'critical', instance: `host-${batch * 500 + index}` },
      }));
      expect(await sendAlerts(server.address, alerts, basic())).toBe(true);
    }
    await expect.poll(() => incidentOf('Storm'), SOON).toBeDefined();
    await expect
      .poll(
        async () => (await send('GET', '/api/v2/alerts/groups?filter=alertname=Storm', undefined, server.token)).body,
        SOON,
      )
      .toMatchObject([{ alerts: expect.objectContaining({ length: 5_000 }) }]);
    await expect
      .poll(
        () =>
          server
            .api<{ items: { text: string }[] }>('GET', '/api/v1/findings?limit=1')
            .then(({ items }) => JSON.stringify(items)),
        SOON,
      )
      .toContain('5000 alerts fire');
    expect((await incidents()).length).toBe(before + 1);
    const storm = await incidentOf('Storm');
    const detail = await server.api<{ pages: object[] }>('GET', `/api/v1/incidents/${storm?.id}`);
    expect(detail.pages).toHaveLength(1);
  });
});

describe('PagerDuty’s events', () => {
  const event = (action: string, more: object = {}) => ({
    routing_key: key,
    event_action: action,
    dedup_key: 'db-1',
    ...more,
  });
  const payload = (severity: string) => ({
    payload: { summary: 'the primary is gone', source: 'db-1.internal', severity, class: 'DatabaseDown' },
  });
  const enqueue = async (body: unknown) => {
    const answer = await fetch(`${server.address}/v2/enqueue`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as object };
  };

  it('trigger, are acknowledged, get worse and resolve', async () => {
    expect(await enqueue(event('trigger', payload('error')))).toEqual({
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: 'db-1' },
    });
    await expect.poll(() => incidentOf('DatabaseDown'), SOON).toMatchObject({ severity: { rank: 2 } });
    expect((await enqueue(event('acknowledge'))).status).toBe(202);
    await expect.poll(() => incidentOf('DatabaseDown'), SOON).toMatchObject({ acknowledgedAt: expect.any(String) });
    await enqueue(event('trigger', payload('critical')));
    const firing = async () =>
      (await send('GET', '/api/v2/alerts?filter=alertname=DatabaseDown', undefined, server.token)).body;
    expect(await firing()).toMatchObject([{ labels: { severity: 'critical', dedup_key: 'db-1' } }]);
    expect((await enqueue(event('resolve'))).status).toBe(202);
    expect(await firing()).toEqual([]);
    // Nothing fires under this key any more: that is no error.
    expect((await enqueue(event('resolve'))).status).toBe(202);
  });

  it('that are wrong are refused field by field', async () => {
    expect(await enqueue({ routing_key: key, event_action: 'trigger', payload: { severity: 'bad' } })).toEqual({
      status: 400,
      body: {
        status: 'invalid event',
        message: 'Event object is invalid',
        errors: [
          "'payload.summary' is missing or blank",
          "'payload.source' is missing or blank",
          "'payload.severity' must be one of critical, error, warning, info",
        ],
      },
    });
    expect((await enqueue({ ...event('resolve'), routing_key: 'hf_unknown' })).body).toMatchObject({
      errors: ["'routing_key' is no API key that may send"],
    });
    expect((await enqueue({ event_action: 'resolve' })).status).toBe(400);
  });
});

describe('JSON of any shape', () => {
  it('becomes alerts by its mapping, and ends them', async () => {
    const check = (state: string) => ({
      checks: [{ id: 'c1', name: 'QueueLong', level: 'high', why: '9,000 wait', state }],
    });
    expect(await send('POST', '/hooks/events/monitor', check('BAD'))).toEqual({ status: 200, body: { alerts: 1 } });
    await expect
      .poll(() => incidentOf('QueueLong'), SOON)
      .toMatchObject({ title: 'QueueLong: 9,000 wait', severity: { rank: 2 } });
    await send('POST', '/hooks/events/monitor', check('ok'));
    expect((await send('GET', '/api/v2/alerts?filter=alertname=QueueLong', undefined, server.token)).body).toEqual([]);
    expect(await send('POST', '/hooks/events/monitor', { checks: 3 })).toMatchObject({
      status: 400,
      body: { code: 'intake.unreadable', detail: '/checks: is missing or no list' },
    });
    expect((await send('POST', '/hooks/events/unknown', {})).status).toBe(404);
  });
});

describe('a heartbeat', () => {
  it('that stops is the alarm, and the next one ends it', async () => {
    expect((await send('POST', '/api/v1/heartbeats/nightly-backup?every=1s&grace=0s')).status).toBe(204);
    await expect.poll(() => incidentOf('HeartbeatMissed'), SOON).toMatchObject({ severity: { rank: 1 } });
    const state = () =>
      server
        .api<{ items: { name: string; state: string }[] }>('GET', '/api/v1/heartbeats')
        .then(({ items }) => items[0]?.state);
    expect(await state()).toBe('missed');
    await send('POST', '/api/v1/heartbeats/nightly-backup?every=1h');
    expect(await state()).toBe('alive');
    expect(
      (await send('GET', '/api/v2/alerts?filter=alertname=HeartbeatMissed', undefined, server.token)).body,
    ).toEqual([]);
    expect((await send('DELETE', '/api/v1/heartbeats/nightly-backup', undefined, server.token)).status).toBe(204);
  });
});

describe('a real Prometheus', () => {
  beforeEach(prometheusThere.skipUnlessThere);

  it('fires into it with a key, and its end arrives too', { timeout: 60_000 }, async () => {
    const place = await makeFolder('prometheus-fires');
    const [port = 0] = await findFreePorts(1);
    // What fires before it has found where to send is dropped and sent again a minute later: `for` gives it the time.
    const endsAtS = Math.floor(Date.now() / 1_000) + 18;
    const rule = {
      alert: 'AlwaysOn',
      expr: `vector(time()) < ${endsAtS}`,
      for: '8s',
      labels: { severity: 'page' },
      annotations: { summary: 'by Prometheus' },
    };
    writeFileSync(
      join(place.path, 'rules.yml'),
      JSON.stringify({ groups: [{ name: 'g', interval: '250ms', rules: [rule] }] }),
    );
    writeFileSync(
      join(place.path, 'prometheus.yml'),
      JSON.stringify({
        global: { evaluation_interval: '250ms' },
        rule_files: [join(place.path, 'rules.yml')],
        alerting: {
          alertmanagers: [
            {
              basic_auth: { username: 'prometheus', password: key },
              static_configs: [{ targets: [new URL(server.address).host] }],
            },
          ],
        },
      }),
    );
    const prometheus = await startProgram({
      program: 'prometheus',
      args: [
        `--config.file=${join(place.path, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(place.path, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      folder: place.path,
      isReady: () => answersHttp(`http://127.0.0.1:${port}/-/ready`),
    });
    try {
      await expect.poll(() => incidentOf('AlwaysOn'), SOON).toMatchObject({ title: 'AlwaysOn: by Prometheus' });
      const firing = async () =>
        (await send('GET', '/api/v2/alerts?filter=alertname=AlwaysOn', undefined, server.token)).body;
      await expect.poll(firing, SOON).toEqual([]);
    } finally {
      await prometheus.stop();
      place.remove();
    }
  });
});

describe('a real Alertmanager', () => {
  beforeEach(alertmanagerThere.skipUnlessThere);

  it('in front passes alerts and their ends on, and behind hears them by its own protocol', async () => {
    const place = join(folder, 'in-front');
    mkdirSync(place);
    const front = await startAlertmanager({
      folder: place,
      program: 'prometheus-alertmanager',
      config: `
route: { receiver: holdfast, group_by: [alertname], group_wait: 100ms, group_interval: 500ms, repeat_interval: 1h }
receivers:
- name: holdfast
  webhook_configs:
  - url: '${server.address}/hooks/alertmanager'
    http_config: { authorization: { credentials: '${key}' } }`,
    });
    const receiver = await startAlertReceiver();
    try {
      const alert = { labels: { alertname: 'Passed', severity: 'error' }, annotations: { summary: 'from the front' } };
      await sendAlerts(front.url, [alert]);
      await expect.poll(() => incidentOf('Passed'), SOON).toMatchObject({ title: 'Passed: from the front' });
      await sendAlerts(front.url, [{ ...alert, endsAt: new Date().toISOString() }]);
      const firing = async () =>
        (await send('GET', '/api/v2/alerts?filter=alertname=Passed', undefined, server.token)).body;
      await expect.poll(firing, SOON).toEqual([]);
    } finally {
      await front.stop();
      await receiver.close();
    }
  });
});
