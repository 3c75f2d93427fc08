import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../../../test/fakes/recording-http-server.ts';
import { loadAlertmanagerConfig, type PagerdutySettings } from '../../detect/alerting/config/index.ts';
import { createNotificationTemplates, type Notification } from '../../respond/comms/alertmanager/index.ts';
import { createAlertPagerduty } from './alert-pagerduty.ts';

let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(() => server.close());

const notification = (status: 'firing' | 'resolved'): Notification => ({
  receiver: 'r',
  groupKey: '{}:{}',
  groupLabels: { service: 'db' },
  routeLabels: {},
  reason: 'first notification',
  externalUrl: 'http://am',
  alerts: [
    { status, labels: {}, annotations: {}, startsAt: new Date(0), endsAt: null, generatorURL: '', fingerprint: 'f' },
  ],
});

describe('PagerDuty by a service key', () => {
  it('gets events of the old kind, by a key that may be a template, and says 403 when asked too often', async () => {
    const config = loadAlertmanagerConfig(
      "route: {receiver: r}\nreceivers: [{name: r, pagerduty_configs: [{service_key: 'key-{{ .GroupLabels.service }}'}]}]",
      { file: 'am.yml' },
    );
    const settings = config.receivers[0]?.integrations[0]?.settings as PagerdutySettings;
    const pagerduty = createAlertPagerduty(settings, { v1Url: server.url });
    for (const status of ['firing', 'resolved'] as const) {
      const told = notification(status);
      const payload = await pagerduty.prepare(told, createNotificationTemplates([]).for(told));
      expect(await pagerduty.send(payload, 'ntf_1', AbortSignal.timeout(5_000))).toEqual({ kind: 'sent' });
    }
    const [trigger, resolve] = server.requests.map((request) => JSON.parse(request.body));
    expect(trigger).toMatchObject({
      service_key: 'key-db',
      event_type: 'trigger',
      description: '[FIRING:1] db ',
      client: 'Alertmanager',
      details: { num_firing: 1 },
    });
    expect(resolve).toMatchObject({ event_type: 'resolve', incident_key: trigger.incident_key });
    expect(resolve).not.toHaveProperty('client');
    server.answer = (response) => void response.writeHead(403).end();
    const told = notification('firing');
    const payload = await pagerduty.prepare(told, createNotificationTemplates([]).for(told));
    expect(await pagerduty.send(payload, 'ntf_1', AbortSignal.timeout(5_000))).toEqual({
      kind: 'try-later',
      reason: 'HTTP 403',
      afterMs: null,
    });
  });
});
