import type { PushoverSettings } from '../../detect/alerting/config/index.ts';
import { judgeFailure } from '../../platform/resilience/judge-delivery.ts';
import { createReceiverClient, deliver, readSecret } from '../../platform/resilience/receiver-client.ts';
import { type Integration, type TextRenderer, truncateCharacters } from '../../respond/comms/alertmanager/index.ts';

const API_URL = 'https://api.pushover.net/1/messages.json';
const MOST = { title: 250, message: 1_024, url: 512 };

type Payload = { fields: [name: string, value: string][] };

/** Pushover. Token and user go into the body with the rest: an address is written into logs on its way. */
export function createAlertPushover(settings: PushoverSettings, options: { apiUrl?: string } = {}): Integration {
  const client = createReceiverClient(settings.http);
  return {
    async prepare(_notification, render) {
      return { fields: pushoverFields(settings, render) } satisfies Payload;
    },
    async send(payload, dedupKey, signal) {
      const form = new URLSearchParams((payload as Payload).fields);
      try {
        form.set('token', (await readSecret(settings.token)) ?? '');
        form.set('user', (await readSecret(settings.userKey)) ?? '');
      } catch (thrown) {
        return judgeFailure(thrown);
      }
      return deliver(client, {
        url: () => options.apiUrl ?? API_URL,
        contentType: 'application/x-www-form-urlencoded',
        body: form.toString(),
        headers: { 'idempotency-key': dedupKey },
        timeoutMs: 0,
        signal,
      });
    },
  };
}

function pushoverFields(settings: PushoverSettings, { text, html }: TextRenderer): Payload['fields'] {
  const message = truncateCharacters(
    settings.html ? html(settings.message) : text(settings.message),
    MOST.message,
  ).trim();
  const seconds = (ms: number) => String(Math.trunc(ms / 1_000));
  return [
    ['title', truncateCharacters(text(settings.title), MOST.title)],
    ...(settings.html ? [['html', '1'] as [string, string]] : []),
    ...(settings.monospace ? [['monospace', '1'] as [string, string]] : []),
    // An empty message is refused there.
    ['message', message === '' ? '(no details)' : message],
    ['url', truncateCharacters(text(settings.url), MOST.url)],
    ['url_title', text(settings.urlTitle)],
    ['priority', text(settings.priority)],
    ['retry', seconds(settings.retryMs)],
    ['expire', seconds(settings.expireMs)],
    ['device', text(settings.device)],
    ['sound', text(settings.sound)],
    ...(settings.ttlMs >= 1_000 ? [['ttl', seconds(settings.ttlMs)] as [string, string]] : []),
  ];
}
