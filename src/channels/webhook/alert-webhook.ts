import type { WebhookSettings } from '../../detect/alerting/config/index.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { createReceiverClient, deliver, readUrl } from '../../platform/resilience/receiver-client.ts';
import {
  commonOf,
  type Integration,
  type Notification,
  quoteReceiver,
  renderStructure,
  statusOf,
} from '../../respond/comms/alertmanager/index.ts';

type Payload = {
  body: string;
  /** Rendered from a template; null when the receiver's URL is none. */
  url: string | null;
};

const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Alertmanager's webhook, version 4. The dedup key is in `Idempotency-Key`: the body is as everybody's programs read it. */
export function createAlertWebhook(settings: WebhookSettings): Integration {
  const client = createReceiverClient(settings.http);
  return {
    async prepare(notification, render) {
      const most = settings.maxAlerts === 0 ? notification.alerts.length : settings.maxAlerts;
      const told = { ...notification, alerts: notification.alerts.slice(0, most) };
      const message = webhookMessage(told, notification.alerts.length - told.alerts.length);
      const body = settings.payload === null ? message : renderStructure(settings.payload, render.text);
      const url = await readUrl(settings.url, settings.urlFile);
      const payload: Payload = { body: JSON.stringify(body), url: url.includes('{{') ? render.text(url) : null };
      if (payload.url === '')
        throw new HoldfastError({
          code: 'receiver.empty',
          kind: 'invalid',
          message: 'webhook URL is empty after templating',
        });
      return payload;
    },
    send(payload, dedupKey, signal) {
      const { body, url } = payload as Payload;
      return deliver(client, {
        url: () => url ?? readUrl(settings.url, settings.urlFile),
        contentType: 'application/json',
        body,
        headers: { 'idempotency-key': dedupKey },
        timeoutMs: settings.timeoutMs,
        signal,
      });
    },
  };
}

function webhookMessage(notification: Notification, truncatedAlerts: number) {
  const { alerts } = notification;
  return {
    receiver: quoteReceiver(notification.receiver),
    status: statusOf(alerts),
    alerts: alerts.map((alert) => ({
      status: alert.status,
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: toRfc3339(alert.startsAt),
      endsAt: alert.endsAt ? toRfc3339(alert.endsAt) : ZERO_TIME,
      generatorURL: alert.generatorURL,
      fingerprint: alert.fingerprint,
    })),
    notification_reason: notification.reason,
    groupLabels: notification.groupLabels,
    commonLabels: commonOf(alerts.map((alert) => alert.labels)),
    commonAnnotations: commonOf(alerts.map((alert) => alert.annotations)),
    routeLabels: notification.routeLabels,
    externalURL: notification.externalUrl,
    version: '4',
    groupKey: notification.groupKey,
    truncatedAlerts,
  };
}

/** RFC 3339 without zeros at the end, as Go writes times. */
function toRfc3339(time: Date): string {
  return time.toISOString().replace(/\.?0+Z$/, 'Z');
}
