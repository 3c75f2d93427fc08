import type { HttpClientSettings } from '../../../../platform/resilience/http-client-settings.ts';
import { goDuration } from '../../../../platform/yaml/durations.ts';
import { boolean, list, object, placeIn, type Shape, secret, text } from '../../../../platform/yaml/shape.ts';
import type { Reading } from '../../../../platform/yaml/yaml-reading.ts';
import { httpClientSettings, source } from '../http-client-settings.ts';
import { httpUrl, secretUrl } from '../url-shapes.ts';
import type { IntegrationDraft } from './receiver-context.ts';

export type SlackField = { title: string; value: string; short: boolean | null };
export type SlackConfirmation = { text: string; title: string; okText: string; dismissText: string };
export type SlackAction = {
  type: string;
  text: string;
  url: string;
  style: string;
  name: string;
  value: string;
  confirm: SlackConfirmation | null;
};

/** Texts are templates. With an app token, `http.authorization` carries it and `url` is the API's address. */
export type SlackSettings = {
  http: HttpClientSettings;
  url: string | null;
  urlFile: string | null;
  channel: string;
  username: string;
  color: string;
  title: string;
  titleLink: string;
  pretext: string;
  text: string;
  messageText: string;
  fields: SlackField[];
  shortFields: boolean;
  footer: string;
  fallback: string;
  callbackId: string;
  iconEmoji: string;
  iconUrl: string;
  imageUrl: string;
  thumbUrl: string;
  linkNames: boolean;
  mrkdwnIn: string[];
  actions: SlackAction[];
  updateMessage: boolean;
  timeoutMs: number;
};

const API_URL = 'https://slack.com/api/chat.postMessage';

const readFieldFields = object('a Slack field', { title: text, value: text, short: boolean });
const slackField: Shape<SlackField> = (node, reading) => {
  const read = readFieldFields(node, reading);
  if (!read) return undefined;
  if (!read.title) reading.report(node, 'missing title in Slack field configuration');
  if (!read.value) reading.report(node, 'missing value in Slack field configuration');
  return { title: read.title ?? '', value: read.value ?? '', short: read.short ?? null };
};

const readConfirm = object('a Slack confirmation', { text, title: text, ok_text: text, dismiss_text: text });
const readAction = object('a Slack action', {
  type: text,
  text,
  url: text,
  style: text,
  name: text,
  value: text,
  confirm: readConfirm,
});
const slackAction: Shape<SlackAction> = (node, reading) => {
  const read = readAction(node, reading);
  if (!read) return undefined;
  if (!read.type) reading.report(node, 'missing type in Slack action configuration');
  if (!read.text) reading.report(node, 'missing text in Slack action configuration');
  if (!read.url && !read.name) reading.report(node, 'missing name or url in Slack action configuration');
  if (read.confirm && !read.confirm.text) reading.report(node, 'missing text in Slack confirmation configuration');
  const link = Boolean(read.url);
  return {
    type: read.type ?? '',
    text: read.text ?? '',
    url: read.url ?? '',
    style: read.style ?? '',
    // A button that leads somewhere is no message action.
    name: link ? '' : (read.name ?? ''),
    value: link ? '' : (read.value ?? ''),
    confirm:
      link || !read.confirm
        ? null
        : {
            text: read.confirm.text ?? '',
            title: read.confirm.title ?? '',
            okText: read.confirm.okText ?? '',
            dismissText: read.confirm.dismissText ?? '',
          },
  };
};

const readSlack = object('slack_configs', {
  send_resolved: boolean,
  http_config: httpClientSettings,
  api_url: secretUrl,
  api_url_file: text,
  app_token: secret,
  app_token_file: text,
  app_url: httpUrl,
  channel: text,
  username: text,
  color: text,
  title: text,
  title_link: text,
  pretext: text,
  text,
  message_text: text,
  fields: list(slackField, 'a Slack field is empty'),
  short_fields: boolean,
  footer: text,
  fallback: text,
  callback_id: text,
  icon_emoji: text,
  icon_url: text,
  image_url: text,
  thumb_url: text,
  link_names: boolean,
  mrkdwn_in: list(text, 'a name of a field is missing'),
  actions: list(slackAction, 'a Slack action is empty'),
  update_message: boolean,
  timeout: goDuration,
});
type ReadSlack = NonNullable<ReturnType<typeof readSlack>>;

const byDefault = (name: string) => `{{ template "slack.default.${name}" . }}`;

export const slackDraft: Shape<IntegrationDraft<SlackSettings>> = (node, reading) => {
  const read = readSlack(node, reading);
  if (!read) return undefined;
  judge(read, reading);
  return {
    place: placeIn(read),
    sendResolved: read.sendResolved ?? false,
    complete(context) {
      const target = targetOf(read, context.global.slack, context.global.http, reading);
      if (!target) return undefined;
      return {
        ...target,
        channel: read.channel ?? '',
        username: read.username ?? byDefault('username'),
        color: read.color ?? byDefault('color'),
        title: read.title ?? byDefault('title'),
        titleLink: read.titleLink ?? byDefault('titlelink'),
        pretext: read.pretext ?? byDefault('pretext'),
        text: read.text ?? byDefault('text'),
        messageText: read.messageText ?? '',
        fields: read.fields ?? [],
        shortFields: read.shortFields ?? false,
        footer: read.footer ?? byDefault('footer'),
        fallback: read.fallback ?? byDefault('fallback'),
        callbackId: read.callbackId ?? byDefault('callbackid'),
        iconEmoji: read.iconEmoji ?? byDefault('iconemoji'),
        iconUrl: read.iconUrl ?? byDefault('iconurl'),
        imageUrl: read.imageUrl ?? '',
        thumbUrl: read.thumbUrl ?? '',
        linkNames: read.linkNames ?? false,
        mrkdwnIn: read.mrkdwnIn ?? [],
        actions: read.actions ?? [],
        updateMessage: read.updateMessage ?? false,
        timeoutMs: read.timeout ?? 0,
      };
    },
  };
};

function judge(read: ReadSlack, reading: Reading): void {
  const refuse = (field: string, message: string) => void reading.report(placeIn(read, field), message);
  if (read.apiUrl && read.apiUrlFile)
    refuse('api_url_file', 'at most one of api_url & api_url_file must be configured');
  if (read.appToken && read.appTokenFile)
    refuse('app_token_file', 'at most one of app_token & app_token_file must be configured');
  if ((read.apiUrl || read.apiUrlFile) && (read.appToken || read.appTokenFile))
    refuse('api_url', 'at most one of api_url/api_url_file & app_token/app_token_file must be configured');
  if (read.updateMessage && read.apiUrl !== API_URL)
    refuse('update_message', `update_message can only be used with bot tokens. api_url must be set to ${API_URL}`);
}

/** Where a message goes and with which credentials: a webhook's URL, or the API with a token. */
function targetOf(
  read: ReadSlack,
  global: {
    apiUrl: string | null;
    apiUrlFile: string | null;
    appToken: { value: string | null; file: string | null };
    appUrl: string;
  },
  globalHttp: HttpClientSettings,
  reading: Reading,
): { http: HttpClientSettings; url: string | null; urlFile: string | null } | undefined {
  const own = source(read.appToken, read.appTokenFile);
  const hasOwnToken = own.value !== null || own.file !== null;
  // The token for all is not for a receiver that brings credentials or a URL of its own.
  const token = hasOwnToken || read.httpConfig?.authorization || read.apiUrl ? own : global.appToken;
  const fallBack = !read.apiUrl && !read.apiUrlFile;
  const url = fallBack ? global.apiUrl : (read.apiUrl ?? null);
  const urlFile = fallBack ? global.apiUrlFile : (read.apiUrlFile ?? null);
  const http = read.httpConfig ?? globalHttp;
  const place = placeIn(read);
  if (token.value === null && token.file === null) {
    if (url === null && urlFile === null)
      return reading.report(place, 'no Slack API URL nor App token set either inline or in a file');
    return { http, url, urlFile };
  }
  if (http.authorization) return reading.report(place, "http authorization can't be set when using Slack App tokens");
  return {
    http: { ...http, authorization: { type: 'Bearer', credentials: token } },
    url: read.appUrl ?? global.appUrl,
    urlFile: null,
  };
}
