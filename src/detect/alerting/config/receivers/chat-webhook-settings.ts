import type { HttpClientSettings } from '../../../../platform/resilience/http-client-settings.ts';
import { boolean, object, placeIn, type Shape, text } from '../../../../platform/yaml/shape.ts';
import type { Reading } from '../../../../platform/yaml/yaml-reading.ts';
import { httpClientSettings } from '../http-client-settings.ts';
import { secretUrl } from '../url-shapes.ts';
import { httpOf, type IntegrationDraft } from './receiver-context.ts';

/** Discord and both kinds of Microsoft Teams: a secret webhook URL and a few texts, which are templates. */
type WebhookTarget = { http: HttpClientSettings; webhookUrl: string | null; webhookUrlFile: string | null };

export type DiscordSettings = WebhookTarget & {
  content: string;
  title: string;
  message: string;
  username: string;
  avatarUrl: string;
};
export type MsteamsSettings = WebhookTarget & { title: string; summary: string; text: string };
export type Msteamsv2Settings = WebhookTarget & { title: string; text: string };

const targetFields = {
  send_resolved: boolean,
  http_config: httpClientSettings,
  webhook_url: secretUrl,
  webhook_url_file: text,
};

const readDiscord = object('discord_configs', {
  ...targetFields,
  content: text,
  title: text,
  message: text,
  username: text,
  avatar_url: text,
});

export const discordDraft: Shape<IntegrationDraft<DiscordSettings>> = (node, reading) => {
  const read = readDiscord(node, reading);
  if (!read) return undefined;
  judgeTarget(read, reading);
  return {
    place: placeIn(read),
    sendResolved: read.sendResolved ?? true,
    complete: (context) => ({
      http: httpOf(read.httpConfig, context),
      webhookUrl: read.webhookUrl ?? null,
      webhookUrlFile: read.webhookUrlFile || null,
      content: read.content ?? '',
      title: read.title ?? '{{ template "discord.default.title" . }}',
      message: read.message ?? '{{ template "discord.default.message" . }}',
      username: read.username ?? '',
      avatarUrl: read.avatarUrl ?? '',
    }),
  };
};

const readMsteams = object('msteams_configs', { ...targetFields, title: text, summary: text, text });

export const msteamsDraft: Shape<IntegrationDraft<MsteamsSettings>> = (node, reading) => {
  const read = readMsteams(node, reading);
  if (!read) return undefined;
  judgeTarget(read, reading);
  return {
    place: placeIn(read),
    sendResolved: read.sendResolved ?? true,
    complete: (context) => ({
      http: httpOf(read.httpConfig, context),
      webhookUrl: read.webhookUrl ?? null,
      webhookUrlFile: read.webhookUrlFile || null,
      title: read.title ?? '{{ template "msteams.default.title" . }}',
      summary: read.summary ?? '{{ template "msteams.default.summary" . }}',
      text: read.text ?? '{{ template "msteams.default.text" . }}',
    }),
  };
};

const readMsteamsv2 = object('msteamsv2_configs', { ...targetFields, title: text, text });

export const msteamsv2Draft: Shape<IntegrationDraft<Msteamsv2Settings>> = (node, reading) => {
  const read = readMsteamsv2(node, reading);
  if (!read) return undefined;
  judgeTarget(read, reading);
  return {
    place: placeIn(read),
    sendResolved: read.sendResolved ?? true,
    complete(context) {
      const own = httpOf(read.httpConfig, context);
      const globalProxy = context.global.http.proxy.url;
      return {
        // Only here a receiver's own http_config takes the proxy for all when it names none.
        http: own.proxy.url === null ? { ...own, proxy: { ...own.proxy, url: globalProxy } } : own,
        webhookUrl: read.webhookUrl ?? null,
        webhookUrlFile: read.webhookUrlFile || null,
        title: read.title ?? '{{ template "msteamsv2.default.title" . }}',
        text: read.text ?? '{{ template "msteamsv2.default.text" . }}',
      };
    },
  };
};

function judgeTarget(
  read: { webhookUrl?: string | undefined; webhookUrlFile?: string | undefined },
  reading: Reading,
): void {
  const place = placeIn(read);
  if (!read.webhookUrl && !read.webhookUrlFile)
    reading.report(place, 'one of webhook_url or webhook_url_file must be configured');
  if (read.webhookUrl && read.webhookUrlFile)
    reading.report(place, 'at most one of webhook_url & webhook_url_file must be configured');
}
