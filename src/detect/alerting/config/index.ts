export { type AlertmanagerConfig, loadAlertmanagerConfig } from './load-config.ts';
export type {
  DiscordSettings,
  MsteamsSettings,
  Msteamsv2Settings,
} from './receivers/chat-webhook-settings.ts';
export type { EmailSettings } from './receivers/email-settings.ts';
export type { PagerdutySettings } from './receivers/pagerduty-settings.ts';
export type { PushoverSettings } from './receivers/pushover-settings.ts';
export type { Integration } from './receivers/receiver.ts';
export type { SlackSettings } from './receivers/slack-settings.ts';
export type { TelegramSettings } from './receivers/telegram-settings.ts';
export type { WebhookSettings } from './receivers/webhook-settings.ts';
export type { Route } from './routes.ts';
export { timeIntervalContains } from './time-intervals/time-interval-contains.ts';
