import { createHash } from 'node:crypto';
import type { PagerdutySettings } from '../../detect/alerting/config/index.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { HttpAnswer } from '../../platform/resilience/http-client.ts';
import type { SecretSource } from '../../platform/resilience/http-client-settings.ts';
import { judgeAnswer } from '../../platform/resilience/judge-delivery.ts';
import { createReceiverClient, deliver, readSecret } from '../../platform/resilience/receiver-client.ts';
import {
  type Integration,
  renderStructure,
  statusOf,
  type TextRenderer,
  truncateCharacters,
} from '../../respond/comms/alertmanager/index.ts';

const V1_URL = 'https://events.pagerduty.com/generic/2010-04-15/create_event.json';
const MOST_SUMMARY_CHARACTERS = 1_024;
const MOST_EVENT_BYTES = 512_000;
const TOO_LARGE = 'Custom details have been removed because the original event exceeds the maximum size of 512KB';

type Payload = {
  event: Record<string, unknown>;
  /** Rendered from a template; null when the key is none. */
  key: string | null;
};

/**
 * PagerDuty: the Events API v2 by a routing key, v1 by a service key. All of a group's events have one dedup key, so that a
 * resolve ends what a trigger began and a repetition opens nothing twice.
 */
export function createAlertPagerduty(settings: PagerdutySettings, options: { v1Url?: string } = {}): Integration {
  const client = createReceiverClient(settings.http);
  const isV1 = settings.serviceKey.value !== null || settings.serviceKey.file !== null;
  const key = isV1 ? settings.serviceKey : settings.routingKey;
  const keyField = isV1 ? 'service_key' : 'routing_key';
  return {
    async prepare(notification, render) {
      const details = renderStructure(settings.details, render.text) as Record<string, unknown>;
      const action = statusOf(notification.alerts) === 'resolved' ? 'resolve' : 'trigger';
      const dedupKey = createHash('sha256').update(notification.groupKey).digest('hex');
      const build = isV1 ? eventV1 : eventV2;
      let event = build(settings, render, action, dedupKey, details);
      if (Buffer.byteLength(JSON.stringify(event)) > MOST_EVENT_BYTES)
        event = build(settings, render, action, dedupKey, { error: TOO_LARGE });
      const written = await readKey(key);
      const payload: Payload = { event, key: written.includes('{{') ? render.text(written) : null };
      if (payload.key === '') throw emptyKey();
      return payload;
    },
    async send(payload, dedupKey, signal) {
      const { event, key: rendered } = payload as Payload;
      let body: string;
      try {
        body = JSON.stringify({ [keyField]: rendered ?? (await readKey(key)), ...event });
      } catch (thrown) {
        return {
          kind: 'try-later',
          reason: thrown instanceof HoldfastError ? thrown.message : 'no key',
          afterMs: null,
        };
      }
      return deliver(
        client,
        {
          url: () => (isV1 ? (options.v1Url ?? V1_URL) : settings.url),
          contentType: 'application/json',
          body,
          headers: { 'idempotency-key': dedupKey },
          timeoutMs: settings.timeoutMs,
          signal,
        },
        // v1 says 403, v2 429 when it is asked too often.
        (answer) => judgeAnswer(answer, { retryStatuses: [isV1 ? 403 : 429], details: detailsOf(answer) }),
      );
    },
  };
}

async function readKey(source: SecretSource): Promise<string> {
  const key = (await readSecret(source)) ?? '';
  if (key === '') throw emptyKey();
  return key;
}

function emptyKey(): HoldfastError {
  return new HoldfastError({ code: 'receiver.empty', kind: 'invalid', message: 'PagerDuty key cannot be empty' });
}

/** What PagerDuty finds wrong with an event; never the event. */
function detailsOf(answer: HttpAnswer): string {
  if (answer.status !== 400) return '';
  try {
    const read = JSON.parse(answer.body) as { message?: unknown; errors?: unknown };
    const errors = Array.isArray(read.errors) ? read.errors.map(String).join(', ') : '';
    return truncateCharacters(`${String(read.message ?? '')}: ${errors}`, 200);
  } catch {
    return '';
  }
}

type Build = (
  settings: PagerdutySettings,
  render: TextRenderer,
  action: 'trigger' | 'resolve',
  dedupKey: string,
  details: Record<string, unknown>,
) => Record<string, unknown>;

const eventV1: Build = (settings, { text }, action, dedupKey, details) => ({
  incident_key: dedupKey,
  event_type: action,
  description: truncateCharacters(text(settings.description), MOST_SUMMARY_CHARACTERS),
  event_action: '',
  payload: null,
  ...(action === 'trigger' ? filled({ client: text(settings.client), client_url: text(settings.clientUrl) }) : {}),
  details,
});

const eventV2: Build = (settings, { text }, action, dedupKey, details) => {
  const images = settings.images
    .map(({ src, alt, href }) => ({ src: text(src), alt: text(alt), href: text(href) }))
    .filter((image) => image.src !== '');
  const links = settings.links
    .map(({ href, text: label }) => ({ href: text(href), text: text(label) }))
    .filter((link) => link.href !== '');
  return {
    dedup_key: dedupKey,
    event_action: action,
    payload: {
      summary: truncateCharacters(text(settings.description), MOST_SUMMARY_CHARACTERS),
      source: text(settings.source),
      severity: text(settings.severity === '' ? 'error' : settings.severity),
      ...filled({ class: text(settings.class), component: text(settings.component), group: text(settings.group) }),
      custom_details: details,
    },
    ...filled({ client: text(settings.client), client_url: text(settings.clientUrl) }),
    ...(images.length > 0 ? { images } : {}),
    ...(links.length > 0 ? { links } : {}),
  };
};

function filled(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}
