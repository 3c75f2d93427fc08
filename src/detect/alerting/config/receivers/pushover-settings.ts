import type { HttpClientSettings, SecretSource } from '../../../../platform/resilience/http-client-settings.ts';
import { goDuration } from '../../../../platform/yaml/durations.ts';
import { boolean, object, placeIn, type Shape, secret, text } from '../../../../platform/yaml/shape.ts';
import { httpClientSettings, source } from '../http-client-settings.ts';
import { httpOf, type IntegrationDraft } from './receiver-context.ts';

/** Texts are templates. */
export type PushoverSettings = {
  http: HttpClientSettings;
  userKey: SecretSource;
  token: SecretSource;
  title: string;
  message: string;
  url: string;
  urlTitle: string;
  device: string;
  sound: string;
  priority: string;
  retryMs: number;
  expireMs: number;
  ttlMs: number;
  html: boolean;
  monospace: boolean;
};

const readFields = object('pushover_configs', {
  send_resolved: boolean,
  http_config: httpClientSettings,
  user_key: secret,
  user_key_file: text,
  token: secret,
  token_file: text,
  title: text,
  message: text,
  url: text,
  url_title: text,
  device: text,
  sound: text,
  priority: text,
  retry: goDuration,
  expire: goDuration,
  ttl: goDuration,
  html: boolean,
  monospace: boolean,
});

export const pushoverDraft: Shape<IntegrationDraft<PushoverSettings>> = (node, reading) => {
  const read = readFields(node, reading);
  if (!read) return undefined;
  const place = placeIn(read);
  const refuse = (message: string) => void reading.report(place, message);
  const userKey = source(read.userKey, read.userKeyFile);
  const token = source(read.token, read.tokenFile);
  if (userKey.value === null && userKey.file === null) refuse('one of user_key or user_key_file must be configured');
  if (userKey.value !== null && userKey.file !== null)
    refuse('at most one of user_key & user_key_file must be configured');
  if (token.value === null && token.file === null) refuse('one of token or token_file must be configured');
  if (token.value !== null && token.file !== null) refuse('at most one of token & token_file must be configured');
  if (read.html && read.monospace) refuse('at most one of monospace & html must be configured');
  return {
    place,
    sendResolved: read.sendResolved ?? true,
    complete: (context) => ({
      http: httpOf(read.httpConfig, context),
      userKey,
      token,
      title: read.title ?? '{{ template "pushover.default.title" . }}',
      message: read.message ?? '{{ template "pushover.default.message" . }}',
      url: read.url ?? '{{ template "pushover.default.url" . }}',
      urlTitle: read.urlTitle ?? '',
      device: read.device ?? '',
      sound: read.sound ?? '',
      // An emergency is repeated until somebody acknowledges it.
      priority: read.priority ?? '{{ if eq .Status "firing" }}2{{ else }}0{{ end }}',
      retryMs: read.retry ?? 60_000,
      expireMs: read.expire ?? 3_600_000,
      ttlMs: read.ttl ?? 0,
      html: read.html ?? false,
      monospace: read.monospace ?? false,
    }),
  };
};
