import { LRUCache } from 'lru-cache';
import type { SlackSettings } from '../../detect/alerting/config/index.ts';
import type { HttpAnswer } from '../../platform/resilience/http-client.ts';
import { createReceiverClient, deliver, readUrl } from '../../platform/resilience/receiver-client.ts';
import { type Integration, type TextRenderer, truncateCharacters } from '../../respond/comms/alertmanager/index.ts';
import { judgeSlack, readJson } from './judge-slack.ts';

const MOST_TITLE_CHARACTERS = 1_024;
const UPDATE_URL = 'https://slack.com/api/chat.update';
const MESSAGES_KEPT = 1_000;

type Payload = { groupKey: string; message: Record<string, unknown> };
type Sent = { channel: string; ts: string };

/**
 * Slack, by an incoming webhook or with an app token by `chat.postMessage`.
 * @param options.updateUrl where a message that is already there is changed
 */
export function createAlertSlack(settings: SlackSettings, options: { updateUrl?: string } = {}): Integration {
  const client = createReceiverClient(settings.http);
  const updateUrl = options.updateUrl ?? UPDATE_URL;
  /** Messages to update. After a restart a group's next message is a new one. */
  const sent = new LRUCache<string, Sent>({ max: MESSAGES_KEPT });
  return {
    async prepare(notification, render) {
      return { groupKey: notification.groupKey, message: slackMessage(settings, render) } satisfies Payload;
    },
    send(payload, dedupKey, signal) {
      const { groupKey, message } = payload as Payload;
      const before = settings.updateMessage ? sent.get(groupKey) : undefined;
      const body = before ? { ...message, channel: before.channel, ts: before.ts } : message;
      return deliver(
        client,
        {
          url: () => (before ? updateUrl : readUrl(settings.url, settings.urlFile)),
          contentType: 'application/json',
          body: JSON.stringify(body),
          headers: { 'idempotency-key': dedupKey },
          timeoutMs: settings.timeoutMs,
          signal,
        },
        (answer) => {
          const result = judgeSlack(answer);
          const place = result.kind === 'sent' && settings.updateMessage ? placeOf(answer) : null;
          if (place) sent.set(groupKey, place);
          return result;
        },
      );
    },
  };
}

function placeOf(answer: HttpAnswer): Sent | null {
  const read = readJson(answer.body);
  const { channel, ts } = read ?? {};
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : null;
}

function slackMessage(settings: SlackSettings, { text }: TextRenderer): Record<string, unknown> {
  const attachment = {
    ...filled({
      title: truncateCharacters(text(settings.title), MOST_TITLE_CHARACTERS),
      title_link: text(settings.titleLink),
      pretext: text(settings.pretext),
    }),
    text: text(settings.text),
    fallback: text(settings.fallback),
    callback_id: text(settings.callbackId),
    ...filled({
      fields: settings.fields.map((field) => ({
        ...filled({ title: text(field.title), value: text(field.value) }),
        short: field.short ?? settings.shortFields,
      })),
      actions: settings.actions.map((action) => ({
        ...filled({
          type: text(action.type),
          text: text(action.text),
          url: text(action.url),
          style: text(action.style),
          name: text(action.name),
          value: text(action.value),
        }),
        ...(action.confirm
          ? {
              confirm: filled({
                text: text(action.confirm.text),
                title: text(action.confirm.title),
                ok_text: text(action.confirm.okText),
                dismiss_text: text(action.confirm.dismissText),
              }),
            }
          : {}),
      })),
      image_url: text(settings.imageUrl),
      thumb_url: text(settings.thumbUrl),
    }),
    footer: text(settings.footer),
    ...filled({
      color: text(settings.color),
      mrkdwn_in: settings.mrkdwnIn.length > 0 ? settings.mrkdwnIn : ['fallback', 'pretext', 'text'],
    }),
  };
  return {
    ...filled({
      channel: text(settings.channel),
      username: text(settings.username),
      icon_emoji: text(settings.iconEmoji),
      icon_url: text(settings.iconUrl),
      link_names: settings.linkNames,
      text: text(settings.messageText),
    }),
    attachments: [attachment],
  };
}

/** Without what is empty: Slack takes an empty field for one that is set. */
function filled(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== '' && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
