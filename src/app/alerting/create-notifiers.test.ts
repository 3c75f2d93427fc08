import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../../../test/fakes/recording-http-server.ts';
import { type SmtpFake, startSmtpServer } from '../../../test/fakes/smtp-server.ts';
import { loadAlertmanagerConfig } from '../../detect/alerting/config/index.ts';
import type { GroupNotification, Notifier } from '../../detect/alerting/index.ts';
import { createNotifiers } from './create-notifiers.ts';

let server: RecordingServer;
let smtp: SmtpFake;
let folder = '';
beforeAll(async () => {
  server = await startRecordingServer();
  smtp = await startSmtpServer();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-notifiers-'));
});
beforeEach(() => {
  server.requests.length = 0;
  server.answer = (response) => void response.end();
  smtp.mails.length = 0;
});
afterAll(async () => {
  await server.close();
  await smtp.close();
  await rm(folder, { recursive: true, force: true });
});

const START = Date.parse('2026-03-01T10:00:00.500Z');
const firing = {
  fingerprint: 'f1',
  labels: { alertname: 'HighCPU', severity: 'critical' },
  annotations: { summary: 'hot <b>' },
  generatorUrl: 'http://prom/g',
  startsAtMs: START,
  status: 'firing' as const,
  endsAtMs: null,
};
const resolved = {
  ...firing,
  fingerprint: 'f2',
  labels: { alertname: 'HighCPU', host: 'b' },
  status: 'resolved' as const,
  endsAtMs: START + 60_000,
};
const group = (changes: Partial<GroupNotification> = {}): GroupNotification => ({
  receiver: 'team.x',
  groupKey: '{}:{alertname="HighCPU"}',
  groupLabels: { alertname: 'HighCPU' },
  alerts: [firing, resolved],
  reason: 'first notification',
  nowMs: START,
  ...changes,
});

async function notifiers(receiver: string, top = ''): Promise<Notifier[]> {
  const yaml = `${top}\nroute: {receiver: team.x, labels: {tier: '{{ .Status }}!'}}\nreceivers:\n- name: team.x\n  ${receiver.replaceAll('HTTP', server.url)}\n`;
  const config = loadAlertmanagerConfig(yaml, { file: join(folder, 'am.yml') });
  return createNotifiers(config, { externalUrl: () => 'http://am.example/' });
}
async function one(receiver: string, top?: string): Promise<Notifier> {
  const [notifier] = await notifiers(receiver, top);
  return notifier ?? expect.fail('no notifier');
}
async function tell(notifier: Notifier, notification = group(), timeoutMs = 10_000) {
  const payload = JSON.parse(JSON.stringify(await notifier.prepare(notification)));
  return notifier.send(payload, 'ntf_1', AbortSignal.timeout(timeoutMs));
}
const posted = (at = 0) => JSON.parse(server.requests[at]?.body ?? 'null');

describe('a webhook', () => {
  it('gets version 4 of the payload, under one dedup key, the same bytes each time', async () => {
    const notifier = await one("webhook_configs: [{url: 'HTTP/hook'}]");
    expect(notifier).toMatchObject({ receiver: 'team.x', kind: 'webhook', index: 0, sendResolved: true });
    const payload = JSON.parse(JSON.stringify(await notifier.prepare(group())));
    for (const _ of [1, 2])
      expect(await notifier.send(payload, 'ntf_7', AbortSignal.timeout(5_000))).toEqual({ kind: 'sent' });
    expect(server.requests.map((request) => request.headers['idempotency-key'])).toEqual(['ntf_7', 'ntf_7']);
    expect(server.requests[0]?.body).toBe(server.requests[1]?.body);
    expect(server.requests[0]).toMatchObject({ method: 'POST', url: '/hook' });
    expect(posted()).toEqual({
      receiver: 'team\\.x',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: firing.labels,
          annotations: firing.annotations,
          startsAt: '2026-03-01T10:00:00.5Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'http://prom/g',
          fingerprint: 'f1',
        },
        {
          status: 'resolved',
          labels: resolved.labels,
          annotations: firing.annotations,
          startsAt: '2026-03-01T10:00:00.5Z',
          endsAt: '2026-03-01T10:01:00.5Z',
          generatorURL: 'http://prom/g',
          fingerprint: 'f2',
        },
      ],
      notification_reason: 'first notification',
      groupLabels: { alertname: 'HighCPU' },
      commonLabels: { alertname: 'HighCPU' },
      commonAnnotations: { summary: 'hot <b>' },
      routeLabels: { tier: 'firing!' },
      externalURL: 'http://am.example',
      version: '4',
      groupKey: '{}:{alertname="HighCPU"}',
      truncatedAlerts: 0,
    });
  });

  it('gets as many alerts as it wants, and the number of the others', async () => {
    await tell(await one("webhook_configs: [{url: 'HTTP', max_alerts: 1}]"));
    expect(posted()).toMatchObject({
      truncatedAlerts: 1,
      commonLabels: firing.labels,
      alerts: [{ fingerprint: 'f1' }],
    });
  });

  it('may be of a URL that is a template, or stands in a file, and have a body of its own', async () => {
    await writeFile(join(folder, 'url'), `${server.url}/from-file\n`);
    const [templated, fromFile] = await notifiers(
      `webhook_configs: [{url: 'HTTP/{{ .GroupLabels.alertname }}', payload: {text: '{{ .Status }}', n: '{{ len .Alerts }}', list: ['{{ .Receiver }}', 5]}}, {url_file: '${join(folder, 'url')}'}]`,
    );
    expect(await tell(templated ?? expect.fail())).toEqual({ kind: 'sent' });
    expect(await tell(fromFile ?? expect.fail())).toEqual({ kind: 'sent' });
    expect(server.requests.map((request) => request.url)).toEqual(['/HighCPU', '/from-file']);
    expect(posted()).toEqual({ text: 'firing', n: 2, list: ['team\\.x', 5] });
  });

  it.each<[number, Record<string, string>, object]>([
    [204, {}, { kind: 'sent' }],
    [299, {}, { kind: 'sent' }],
    [301, { location: '/x' }, { kind: 'refused', reason: 'HTTP 301' }],
    [400, {}, { kind: 'refused', reason: 'HTTP 400' }],
    [500, {}, { kind: 'uncertain', reason: 'HTTP 500' }],
    [503, { 'retry-after': '3' }, { kind: 'try-later', reason: 'HTTP 503', afterMs: 3_000 }],
    [429, { 'retry-after': '7' }, { kind: 'try-later', reason: 'HTTP 429', afterMs: 7_000 }],
  ])('answered with %i and %j: %j', async (status, headers, result) => {
    server.answer = (response) => void response.writeHead(status, headers).end('secret answer');
    expect(await tell(await one("webhook_configs: [{url: 'HTTP/secret'}]"))).toEqual(result);
  });

  it('that hangs is given up after its own time, one that closes before its status is uncertain', async () => {
    const notifier = await one("webhook_configs: [{url: 'HTTP/secret', timeout: 50ms}]");
    server.answer = () => {};
    expect(await tell(notifier)).toEqual({ kind: 'uncertain', reason: 'no answer in time' });
    server.answer = (response) =>
      void response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
    expect(await tell(await one("webhook_configs: [{url: 'HTTP/secret'}]"))).toEqual({ kind: 'sent' });
    server.answer = (response) => void response.destroy();
    expect(await tell(await one("webhook_configs: [{url: 'HTTP/secret'}]"))).toMatchObject({ kind: 'uncertain' });
    const nobody = await one("webhook_configs: [{url: 'http://127.0.0.1:1/secret'}]");
    expect(await tell(nobody)).toEqual({ kind: 'try-later', reason: 'connection refused', afterMs: null });
  });

  it('ends when it is told to end', async () => {
    server.answer = () => {};
    expect(await tell(await one("webhook_configs: [{url: 'HTTP'}]"), group(), 30)).toEqual({
      kind: 'uncertain',
      reason: 'no answer in time',
    });
  });
});

describe('Slack', () => {
  it('gets what Alertmanager would send, templates filled in', async () => {
    server.answer = (response) => void response.end('ok');
    const notifier = await one(`slack_configs:
  - api_url: HTTP/services/secret
    channel: '#{{ .Status }}'
    fields: [{title: Severity, value: '{{ (index .Alerts 0).Labels.severity }}', short: true}, {title: A, value: B}]
    actions: [{type: button, text: Open, url: '{{ .ExternalURL }}'}]`);
    expect(notifier.sendResolved).toBe(false);
    expect(await tell(notifier)).toEqual({ kind: 'sent' });
    expect(server.requests[0]?.url).toBe('/services/secret');
    expect(posted()).toEqual({
      channel: '#firing',
      username: 'Alertmanager',
      attachments: [
        {
          title: '[FIRING:1] HighCPU ',
          title_link: 'http://am.example/#/alerts?receiver=team%5C.x',
          text: '',
          fallback: '[FIRING:1] HighCPU  | http://am.example/#/alerts?receiver=team%5C.x',
          callback_id: '',
          fields: [
            { title: 'Severity', value: 'critical', short: true },
            { title: 'A', value: 'B', short: false },
          ],
          actions: [{ type: 'button', text: 'Open', url: 'http://am.example' }],
          footer: '',
          color: 'danger',
          mrkdwn_in: ['fallback', 'pretext', 'text'],
        },
      ],
    });
  });

  it.each<[string, string, object]>([
    ['application/json', '{"ok":true}', { kind: 'sent' }],
    [
      'application/json; charset=utf-8',
      '{"ok":false,"error":"channel_not_found"}',
      { kind: 'refused', reason: 'Slack answered: channel_not_found' },
    ],
    ['application/json', 'half {', { kind: 'uncertain', reason: 'Slack answered with what is no JSON' }],
    ['text/plain', 'ok', { kind: 'sent' }],
    [
      'text/plain',
      'no_service at http://h/secret',
      { kind: 'refused', reason: 'Slack answered: no_service at <address>' },
    ],
  ])('that says %s %s', async (type, body, result) => {
    server.answer = (response) => void response.writeHead(200, { 'content-type': type }).end(body);
    expect(await tell(await one('slack_configs: [{api_url: HTTP/secret}]'))).toEqual(result);
  });

  it('with an app token is asked by its API, and a message is changed when that is wanted', async () => {
    server.answer = (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"channel":"C1","ts":"1.2"}');
    const notifier = await one('slack_configs: [{app_token: xoxb-1, app_url: HTTP/api/chat.postMessage, channel: c}]');
    expect(await tell(notifier)).toEqual({ kind: 'sent' });
    expect(server.requests[0]).toMatchObject({
      url: '/api/chat.postMessage',
      headers: { authorization: 'Bearer xoxb-1' },
    });
  });
});

describe('PagerDuty', () => {
  it('is triggered and resolved under one key', async () => {
    server.answer = (response) => void response.writeHead(202).end();
    const notifier = await one(`pagerduty_configs:
  - routing_key: hunter
    url: HTTP/v2/enqueue
    severity: '{{ (index .Alerts 0).Labels.severity }}'
    details: {count: '{{ len .Alerts }}', who: {team: '{{ .Receiver }}'}}
    images: [{src: ''}, {src: 'http://i/{{ .Status }}', alt: a}]
    links: [{href: 'http://l', text: t}]`);
    const payload = await notifier.prepare(group());
    expect(JSON.stringify(payload)).not.toContain('hunter');
    expect(await notifier.send(payload, 'ntf_1', AbortSignal.timeout(5_000))).toEqual({ kind: 'sent' });
    expect(await tell(notifier, group({ alerts: [resolved] }))).toEqual({ kind: 'sent' });
    expect(posted()).toMatchObject({
      routing_key: 'hunter',
      event_action: 'trigger',
      client: 'Alertmanager',
      payload: {
        summary: '[FIRING:1] HighCPU ',
        severity: 'critical',
        source: 'Alertmanager',
        custom_details: {
          count: 2,
          who: { team: 'team\\.x' },
          num_firing: 1,
          num_resolved: 1,
          firing: [{ fingerprint: 'f1' }],
        },
      },
      images: [{ src: 'http://i/firing', alt: 'a', href: '' }],
      links: [{ href: 'http://l', text: 't' }],
    });
    expect(posted(1)).toMatchObject({ event_action: 'resolve', dedup_key: posted().dedup_key });
    expect(posted().dedup_key).toMatch(/^[0-9a-f]{64}$/);
  });

  it('that has too much to do is asked again, and what it finds wrong is told', async () => {
    const notifier = await one('pagerduty_configs: [{routing_key: hunter, url: HTTP}]');
    server.answer = (response) => void response.writeHead(429).end();
    expect(await tell(notifier)).toEqual({ kind: 'try-later', reason: 'HTTP 429', afterMs: null });
    server.answer = (response) =>
      void response.writeHead(400).end('{"message":"Event object is invalid","errors":["x is missing"]}');
    expect(await tell(notifier)).toEqual({
      kind: 'refused',
      reason: 'HTTP 400: Event object is invalid: x is missing',
    });
  });

  it('gets an event that is too large without its details', async () => {
    const many = Array.from({ length: 2_000 }, (_, n) => ({
      ...firing,
      fingerprint: `f${n}`,
      annotations: { text: 'x'.repeat(500) },
    }));
    await tell(await one('pagerduty_configs: [{routing_key: k, url: HTTP}]'), group({ alerts: many }));
    expect(posted().payload.custom_details).toEqual({
      error: expect.stringContaining('exceeds the maximum size of 512KB'),
    });
  });
});

describe('Telegram', () => {
  const yaml = 'telegram_configs: [{bot_token: hunter, chat_id: -42, api_url: HTTP}]';

  it('gets a message whose values are no markup', async () => {
    server.answer = (response) => void response.end('{"ok":true,"result":{}}');
    expect(await tell(await one(yaml))).toEqual({ kind: 'sent' });
    expect(server.requests[0]?.url).toBe('/bothunter/sendMessage');
    expect(posted()).toMatchObject({ chat_id: '-42', parse_mode: 'HTML', disable_web_page_preview: true });
    expect(posted().text).toContain('summary: hot &lt;b&gt;');
  });

  it('says how long to wait', async () => {
    server.answer = (response) =>
      void response.writeHead(429).end('{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":4}}');
    expect(await tell(await one(yaml))).toEqual({
      kind: 'try-later',
      reason: 'HTTP 429: Too Many Requests',
      afterMs: 4_000,
    });
  });
});

describe('Discord and Microsoft Teams', () => {
  it('get their kinds of cards', async () => {
    const told = await notifiers(`discord_configs: [{webhook_url: HTTP/d, username: bot}]
  msteams_configs: [{webhook_url: HTTP/t}]
  msteamsv2_configs: [{webhook_url: HTTP/t2}]`);
    for (const notifier of told) expect(await tell(notifier)).toEqual({ kind: 'sent' });
    expect(server.requests.map((request) => request.url)).toEqual(['/d', '/t', '/t2']);
    expect(posted(0)).toMatchObject({ username: 'bot', embeds: [{ title: '[FIRING:1] HighCPU ', color: 0x992d22 }] });
    expect(posted(1)).toMatchObject({ type: 'MessageCard', themeColor: '8C1A1A', summary: '[FIRING:1] HighCPU ' });
    expect(posted(2).attachments[0].content.body[0]).toMatchObject({ text: '[FIRING:1] HighCPU ', color: 'Attention' });
  });
});

describe('e-mail', () => {
  it('has both parts and a Message-Id that stays', async () => {
    const top = `global: {smtp_smarthost: '127.0.0.1:${smtp.port}', smtp_from: 'Ops <am@example.org>', smtp_require_tls: false}`;
    const notifier = await one(
      "email_configs: [{to: 'a@example.org, B <b@example.org>', text: 'plain {{ .Status }}', headers: {X-Team: '{{ .Receiver }}'}}]",
      top,
    );
    expect(await tell(notifier)).toEqual({ kind: 'sent' });
    const [mail] = smtp.mails;
    expect(mail).toMatchObject({ from: 'am@example.org', to: ['a@example.org', 'b@example.org'], tls: false });
    expect(mail?.data).toMatch(/^Subject: \[FIRING:1\] HighCPU/m);
    expect(mail?.data).toMatch(/^X-Team: team\\\.x/m);
    expect(mail?.data).toMatch(/^Message-ID: <ntf_1@/im);
    expect(mail?.data).toContain('plain firing');
    expect(mail?.data).toContain('text/html');
  });
});

describe('the reason of a notification', () => {
  it.each([
    ['first notification', 'first notification'],
    ['new alerts in group', 'new alerts added'],
    ['new resolved alerts', 'some alerts resolved'],
    ['repeat interval elapsed', 'repeat interval elapsed'],
  ])('%s is told as "%s"', async (reason, told) => {
    await tell(await one("webhook_configs: [{url: 'HTTP'}]"), group({ reason }));
    expect(posted().notification_reason).toBe(told);
  });
});

describe('templates of one’s own', () => {
  it('are read from their globs, and refused with their line', async () => {
    await writeFile(join(folder, 'own.tmpl'), '{{ define "slack.default.title" }}mine{{ end }}');
    server.answer = (response) => void response.end('ok');
    await tell(await one('slack_configs: [{api_url: HTTP}]', 'templates: ["*.tmpl", "none/*.tmpl"]'));
    expect(posted().attachments[0].title).toBe('mine');
    await writeFile(join(folder, 'bad.tmpl'), '\n{{ nope }}');
    await expect(notifiers('slack_configs: [{api_url: HTTP}]', 'templates: ["*.tmpl"]')).rejects.toMatchObject({
      kind: 'invalid',
      message: 'template: bad.tmpl:2: function "nope" not defined',
    });
  });

  it('that fail keep a notification from being sent', async () => {
    const notifier = await one("slack_configs: [{api_url: HTTP, title: '{{ .Nope }}'}]");
    await expect(notifier.prepare(group())).rejects.toThrow("can't evaluate field Nope in type *template.Data");
  });
});
