import type {
  HttpClientSettings,
  SecretSource,
  TlsSettings,
} from '../../../platform/resilience/http-client-settings.ts';
import { prometheusDuration } from '../../../platform/yaml/durations.ts';
import { boolean, object, placeIn, type Shape, scalar, secret, text } from '../../../platform/yaml/shape.ts';
import type { Reading } from '../../../platform/yaml/yaml-reading.ts';
import { defaultHttpClient, defaultTls, httpClientSettings, source, tlsSettings } from './http-client-settings.ts';
import { httpUrl, secretUrl } from './url-shapes.ts';

export type HostPort = { host: string; port: string };

/** What receivers fall back to. */
export type GlobalSettings = {
  resolveTimeoutMs: number;
  http: HttpClientSettings;
  smtp: {
    from: string;
    hello: string;
    smarthost: HostPort | null;
    authUsername: string;
    authPassword: SecretSource;
    authSecret: SecretSource;
    authIdentity: string;
    requireTls: boolean;
    tls: TlsSettings;
    forceImplicitTls: boolean | null;
  };
  slack: { apiUrl: string | null; apiUrlFile: string | null; appToken: SecretSource; appUrl: string };
  pagerdutyUrl: string;
  telegram: { apiUrl: string; botToken: SecretSource };
};

/** `host:port` as Go splits it; brackets around an IPv6 address. */
export const hostPort: Shape<HostPort> = scalar('an address such as smtp.example.org:587', (written, node, reading) => {
  if (written === '') return undefined;
  const [, bracketed, plain, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(written) ?? [];
  if (port === undefined) {
    const colons = written.split(':').length - 1;
    return reading.report(
      node,
      `address ${written}: ${colons === 0 ? 'missing port in address' : 'too many colons in address'}`,
    );
  }
  if (port === '') return reading.report(node, `address "${written}": port cannot be empty`);
  return { host: bracketed ?? plain ?? '', port };
});

/** What only receivers of kinds we do not send to would use: taken, hidden where secret, without effect. */
const unusedFields = {
  jira_api_url: httpUrl,
  opsgenie_api_url: httpUrl,
  opsgenie_api_key: secret,
  opsgenie_api_key_file: text,
  wechat_api_url: httpUrl,
  wechat_api_secret: secret,
  wechat_api_secret_file: text,
  wechat_api_corp_id: text,
  victorops_api_url: httpUrl,
  victorops_api_key: secret,
  victorops_api_key_file: text,
  webex_api_url: httpUrl,
  rocketchat_api_url: httpUrl,
  rocketchat_token: secret,
  rocketchat_token_file: text,
  rocketchat_token_id: secret,
  rocketchat_token_id_file: text,
  mattermost_webhook_url: secretUrl,
  mattermost_webhook_url_file: text,
};

const readGlobal = object('global', {
  resolve_timeout: prometheusDuration,
  http_config: httpClientSettings,
  smtp_from: text,
  smtp_hello: text,
  smtp_smarthost: hostPort,
  smtp_auth_username: text,
  smtp_auth_password: secret,
  smtp_auth_password_file: text,
  smtp_auth_secret: secret,
  smtp_auth_secret_file: text,
  smtp_auth_identity: text,
  smtp_require_tls: boolean,
  smtp_tls_config: tlsSettings,
  smtp_force_implicit_tls: boolean,
  slack_api_url: secretUrl,
  slack_api_url_file: text,
  slack_app_token: secret,
  slack_app_token_file: text,
  slack_app_url: httpUrl,
  pagerduty_url: httpUrl,
  telegram_api_url: httpUrl,
  telegram_bot_token: secret,
  telegram_bot_token_file: text,
  ...unusedFields,
});

type ReadGlobal = NonNullable<ReturnType<typeof readGlobal>>;

/** Pairs of which one at most may be written. */
const EITHER = [
  ['slack_app_token', 'slackAppToken'],
  ['slack_api_url', 'slackApiUrl'],
  ['opsgenie_api_key', 'opsgenieApiKey'],
  ['victorops_api_key', 'victoropsApiKey'],
  ['telegram_bot_token', 'telegramBotToken'],
  ['smtp_auth_password', 'smtpAuthPassword'],
  ['smtp_auth_secret', 'smtpAuthSecret'],
  ['rocketchat_token', 'rocketchatToken'],
  ['rocketchat_token_id', 'rocketchatTokenId'],
  ['wechat_api_secret', 'wechatApiSecret'],
  ['mattermost_webhook_url', 'mattermostWebhookUrl'],
] as const;

/** `global`, defaults filled in. */
export const globalSettings: Shape<GlobalSettings> = (node, reading) => {
  const read = readGlobal(node, reading);
  if (!read) return undefined;
  judge(read, reading);
  return toGlobal(read);
};

/** What holds when the file says nothing. */
export function defaultGlobal(): GlobalSettings {
  return toGlobal({});
}

const DEFAULT_SLACK_APP_URL = 'https://slack.com/api/chat.postMessage';

function toGlobal(read: ReadGlobal): GlobalSettings {
  return {
    resolveTimeoutMs: read.resolveTimeout ?? 5 * 60_000,
    http: read.httpConfig ?? defaultHttpClient(),
    smtp: {
      from: read.smtpFrom ?? '',
      hello: read.smtpHello ?? 'localhost',
      smarthost: read.smtpSmarthost ?? null,
      authUsername: read.smtpAuthUsername ?? '',
      authPassword: source(read.smtpAuthPassword, read.smtpAuthPasswordFile),
      authSecret: source(read.smtpAuthSecret, read.smtpAuthSecretFile),
      authIdentity: read.smtpAuthIdentity ?? '',
      requireTls: read.smtpRequireTls ?? true,
      tls: read.smtpTlsConfig ?? defaultTls(),
      forceImplicitTls: read.smtpForceImplicitTls ?? null,
    },
    slack: {
      apiUrl: read.slackApiUrl ?? null,
      apiUrlFile: read.slackApiUrlFile || null,
      appToken: source(read.slackAppToken, read.slackAppTokenFile),
      appUrl: read.slackAppUrl ?? DEFAULT_SLACK_APP_URL,
    },
    pagerdutyUrl: read.pagerdutyUrl ?? 'https://events.pagerduty.com/v2/enqueue',
    telegram: {
      apiUrl: read.telegramApiUrl ?? 'https://api.telegram.org',
      botToken: source(read.telegramBotToken, read.telegramBotTokenFile),
    },
  };
}

function judge(read: ReadGlobal, reading: Reading): void {
  for (const [field, key] of EITHER) {
    const file = `${field}_file`;
    if (read[key] && read[`${key}File`])
      reading.report(placeIn(read, file), `at most one of ${field} & ${file} must be configured`);
  }
  const token = read.slackAppToken || read.slackAppTokenFile;
  const url = read.slackApiUrl || read.slackApiUrlFile;
  // Some set the API's own address at the top and a token in each receiver: that works.
  if (token && url && read.slackApiUrl !== (read.slackAppUrl ?? DEFAULT_SLACK_APP_URL)) {
    reading.report(
      placeIn(read, read.slackApiUrl ? 'slack_api_url' : 'slack_api_url_file'),
      'at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file must be configured',
    );
  }
}
