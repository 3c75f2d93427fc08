import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../../../test/fakes/recording-http-server.ts';
import { loadAlertmanagerConfig, type PushoverSettings } from '../../detect/alerting/config/index.ts';
import { createNotificationTemplates, type Notification } from '../../respond/comms/alertmanager/index.ts';
import { createAlertPushover } from './alert-pushover.ts';

let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
});
beforeEach(() => {
  server.requests.length = 0;
  server.answer = (response) => void response.end('{"status":1}');
});
afterAll(() => server.close());

const notification = (annotations: Record<string, string>): Notification => ({
  receiver: 'r',
  groupKey: '{}:{}',
  groupLabels: {},
  routeLabels: {},
  reason: 'first notification',
  externalUrl: 'http://am',
  alerts: [
    {
      status: 'firing',
      labels: { a: 'b' },
      annotations,
      startsAt: new Date(0),
      endsAt: null,
      generatorURL: '',
      fingerprint: 'f',
    },
  ],
});

async function send(fields: string, annotations: Record<string, string> = {}) {
  const config = loadAlertmanagerConfig(
    `route: {receiver: r}\nreceivers: [{name: r, pushover_configs: [{token: hunter-t, user_key: hunter-u, ${fields}}]}]`,
    { file: 'am.yml' },
  );
  const settings = config.receivers[0]?.integrations[0]?.settings as PushoverSettings;
  const pushover = createAlertPushover(settings, { apiUrl: `${server.url}/1/messages.json` });
  const told = notification(annotations);
  const payload = await pushover.prepare(told, createNotificationTemplates([]).for(told));
  expect(JSON.stringify(payload)).not.toContain('hunter');
  const result = await pushover.send(payload, 'ntf_1', AbortSignal.timeout(5_000));
  return { result, form: new URLSearchParams(server.requests[0]?.body) };
}

describe('Pushover', () => {
  it('is told of an emergency that is repeated until somebody answers', async () => {
    const { result, form } = await send('retry: 90s, expire: 2h, ttl: 1m, device: d, sound: s, url_title: t', {
      summary: 'hot',
    });
    expect(result).toEqual({ kind: 'sent' });
    expect(Object.fromEntries(form)).toMatchObject({
      token: 'hunter-t',
      user: 'hunter-u',
      title: '[FIRING:1]  (b)',
      priority: '2',
      retry: '90',
      expire: '7200',
      ttl: '60',
      device: 'd',
      sound: 's',
      url: 'http://am/#/alerts?receiver=r',
      url_title: 't',
      message: expect.stringContaining('hot'),
    });
    expect(server.requests[0]?.url).toBe('/1/messages.json');
    expect(server.requests[0]?.headers['idempotency-key']).toBe('ntf_1');
  });

  it('gets texts of the lengths it takes, and never an empty message', async () => {
    const { form } = await send(
      "title: '{{ .CommonAnnotations.x }}', message: '{{ .CommonAnnotations.x }}', html: true",
      { x: '<é>'.repeat(2_000) },
    );
    expect([...(form.get('title') ?? '')]).toHaveLength(250);
    expect([...(form.get('message') ?? '')]).toHaveLength(1_024);
    expect(form.get('message')).toMatch(/^&lt;é&gt;.*…$/);
    expect(form.get('html')).toBe('1');
    server.requests.length = 0;
    expect((await send("message: ' '")).form.get('message')).toBe('(no details)');
  });

  it('that refuses is not asked again', async () => {
    server.answer = (response) => void response.writeHead(400).end('{"user":"invalid","errors":["hunter-u"]}');
    expect((await send('title: x')).result).toEqual({ kind: 'refused', reason: 'HTTP 400' });
  });
});
