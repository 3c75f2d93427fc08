import type { MsteamsSettings, Msteamsv2Settings } from '../../detect/alerting/config/index.ts';
import { createReceiverClient, deliver, readUrl } from '../../platform/resilience/receiver-client.ts';
import { type Integration, statusOf } from '../../respond/comms/alertmanager/index.ts';

const CARD_COLORS = { firing: '8C1A1A', resolved: '2DC72D' };
const TEXT_COLORS = { firing: 'Attention', resolved: 'Good' };

/** A message card to a connector of Microsoft Teams. */
export function createAlertMsteams(settings: MsteamsSettings): Integration {
  return toWebhook(settings, async (notification, { text }) => ({
    '@context': 'http://schema.org/extensions',
    type: 'MessageCard',
    title: text(settings.title),
    summary: text(settings.summary),
    text: text(settings.text),
    themeColor: CARD_COLORS[statusOf(notification.alerts)],
  }));
}

/** An adaptive card to a workflow of Microsoft Teams. */
export function createAlertMsteamsv2(settings: Msteamsv2Settings): Integration {
  return toWebhook(settings, async (notification, { text }) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: [
            {
              type: 'TextBlock',
              text: text(settings.title),
              weight: 'Bolder',
              size: 'Medium',
              wrap: true,
              style: 'heading',
              color: TEXT_COLORS[statusOf(notification.alerts)],
            },
            { type: 'TextBlock', text: text(settings.text), wrap: true },
          ],
          msteams: { width: 'full' },
        },
      },
    ],
  }));
}

function toWebhook(
  settings: Pick<MsteamsSettings, 'http' | 'webhookUrl' | 'webhookUrlFile'>,
  prepare: Integration['prepare'],
): Integration {
  const client = createReceiverClient(settings.http);
  return {
    prepare,
    send: (payload, dedupKey, signal) =>
      deliver(client, {
        url: () => readUrl(settings.webhookUrl, settings.webhookUrlFile),
        contentType: 'application/json',
        body: JSON.stringify(payload),
        headers: { 'idempotency-key': dedupKey },
        timeoutMs: 0,
        signal,
      }),
  };
}
