import type { HttpClientSettings, SecretSource } from '../../../../platform/resilience/http-client-settings.ts';
import { boolean, integer, object, placeIn, type Shape, secret, text } from '../../../../platform/yaml/shape.ts';
import { httpClientSettings, source } from '../http-client-settings.ts';
import { httpUrl } from '../url-shapes.ts';
import { httpOf, type IntegrationDraft } from './receiver-context.ts';

export type TelegramSettings = {
  http: HttpClientSettings;
  apiUrl: string;
  botToken: SecretSource;
  chatId: number | null;
  chatIdFile: string | null;
  /** 0 is none. */
  messageThreadId: number;
  /** A template. */
  message: string;
  disableNotifications: boolean;
  parseMode: '' | 'Markdown' | 'MarkdownV2' | 'HTML';
};

const PARSE_MODES = ['', 'Markdown', 'MarkdownV2', 'HTML'] as const;

const readFields = object('telegram_configs', {
  send_resolved: boolean,
  http_config: httpClientSettings,
  api_url: httpUrl,
  bot_token: secret,
  bot_token_file: text,
  chat_id: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  chat_id_file: text,
  message_thread_id: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  message: text,
  disable_notifications: boolean,
  parse_mode: text,
});

export const telegramDraft: Shape<IntegrationDraft<TelegramSettings>> = (node, reading) => {
  const read = readFields(node, reading);
  if (!read) return undefined;
  const place = placeIn(read);
  const refuse = (message: string) => void reading.report(place, message);
  if (read.botToken && read.botTokenFile) refuse('at most one of bot_token & bot_token_file must be configured');
  if (!read.chatId && !read.chatIdFile) refuse('missing chat_id or chat_id_file on telegram_config');
  if (read.chatId && read.chatIdFile) refuse('at most one of chat_id & chat_id_file must be configured');
  const parseMode = PARSE_MODES.find((mode) => mode === (read.parseMode ?? 'HTML'));
  if (parseMode === undefined)
    refuse('unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string');
  const own = source(read.botToken, read.botTokenFile);
  return {
    place,
    sendResolved: read.sendResolved ?? true,
    complete(context) {
      const botToken = own.value === null && own.file === null ? context.global.telegram.botToken : own;
      if (botToken.value === null && botToken.file === null)
        return context.reading.report(place, 'missing bot_token or bot_token_file on telegram_config');
      return {
        http: httpOf(read.httpConfig, context),
        apiUrl: read.apiUrl ?? context.global.telegram.apiUrl,
        botToken,
        chatId: read.chatId || null,
        chatIdFile: read.chatIdFile || null,
        messageThreadId: read.messageThreadId ?? 0,
        message: read.message ?? '{{ template "telegram.default.message" . }}',
        disableNotifications: read.disableNotifications ?? false,
        parseMode: parseMode ?? 'HTML',
      };
    },
  };
};
