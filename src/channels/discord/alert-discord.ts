import type { DiscordSettings } from '../../detect/alerting/config/index.ts';
import { createReceiverClient, deliver, readUrl } from '../../platform/resilience/receiver-client.ts';
import { type Integration, statusOf, truncateCharacters } from '../../respond/comms/alertmanager/index.ts';

const MOST = { title: 256, description: 4_096, content: 2_000 };
const COLORS = { firing: 0x992d22, resolved: 0x2ecc71 };

/** A message with one embed to a Discord webhook. */
export function createAlertDiscord(settings: DiscordSettings): Integration {
  const client = createReceiverClient(settings.http);
  return {
    async prepare(notification, { text }) {
      return {
        content: truncateCharacters(text(settings.content), MOST.content),
        embeds: [
          {
            title: truncateCharacters(text(settings.title), MOST.title),
            description: truncateCharacters(text(settings.message), MOST.description),
            color: COLORS[statusOf(notification.alerts)],
          },
        ],
        ...(settings.username === '' ? {} : { username: settings.username }),
        ...(URL.canParse(settings.avatarUrl) ? { avatar_url: settings.avatarUrl } : {}),
      };
    },
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
