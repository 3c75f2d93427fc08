import type { HttpClientSettings, SecretSource } from '../../../../platform/resilience/http-client-settings.ts';
import { goDuration } from '../../../../platform/yaml/durations.ts';
import {
  anything,
  boolean,
  list,
  mapOf,
  object,
  placeIn,
  type Shape,
  secret,
  text,
} from '../../../../platform/yaml/shape.ts';
import { httpClientSettings, source } from '../http-client-settings.ts';
import { httpUrl } from '../url-shapes.ts';
import { httpOf, type IntegrationDraft } from './receiver-context.ts';

/** Texts are templates. */
export type PagerdutySettings = {
  http: HttpClientSettings;
  /** Events API v1 when set, v2 by `routingKey` otherwise. */
  serviceKey: SecretSource;
  routingKey: SecretSource;
  url: string;
  client: string;
  clientUrl: string;
  description: string;
  details: Record<string, unknown>;
  images: { src: string; alt: string; href: string }[];
  links: { href: string; text: string }[];
  source: string;
  severity: string;
  class: string;
  component: string;
  group: string;
  timeoutMs: number;
};

const DEFAULT_DETAILS: Record<string, string> = {
  firing: '{{ .Alerts.Firing | toJson }}',
  resolved: '{{ .Alerts.Resolved | toJson }}',
  num_firing: '{{ .Alerts.Firing | len }}',
  num_resolved: '{{ .Alerts.Resolved | len }}',
};

const readFields = object('pagerduty_configs', {
  send_resolved: boolean,
  http_config: httpClientSettings,
  service_key: secret,
  service_key_file: text,
  routing_key: secret,
  routing_key_file: text,
  url: httpUrl,
  client: text,
  client_url: text,
  description: text,
  details: mapOf(anything as Shape<NonNullable<unknown>>, { empty: '' }),
  images: list(object('an image', { src: text, alt: text, href: text }), 'an image is empty'),
  links: list(object('a link', { href: text, text }), 'a link is empty'),
  source: text,
  severity: text,
  class: text,
  component: text,
  group: text,
  timeout: goDuration,
});

export const pagerdutyDraft: Shape<IntegrationDraft<PagerdutySettings>> = (node, reading) => {
  const read = readFields(node, reading);
  if (!read) return undefined;
  const place = placeIn(read);
  const serviceKey = source(read.serviceKey, read.serviceKeyFile);
  const routingKey = source(read.routingKey, read.routingKeyFile);
  if ([serviceKey, routingKey].every((key) => key.value === null && key.file === null))
    reading.report(place, 'missing service or routing key in PagerDuty config');
  if (routingKey.value !== null && routingKey.file !== null)
    reading.report(place, 'at most one of routing_key & routing_key_file must be configured');
  if (serviceKey.value !== null && serviceKey.file !== null)
    reading.report(place, 'at most one of service_key & service_key_file must be configured');
  const client = read.client ?? '{{ template "pagerduty.default.client" . }}';
  return {
    place,
    sendResolved: read.sendResolved ?? true,
    complete: (context) => ({
      http: httpOf(read.httpConfig, context),
      serviceKey,
      routingKey,
      url: read.url ?? context.global.pagerdutyUrl,
      client,
      clientUrl: read.clientUrl ?? '{{ template "pagerduty.default.clientURL" . }}',
      description: read.description ?? '{{ template "pagerduty.default.description" . }}',
      details: { ...DEFAULT_DETAILS, ...read.details },
      images: (read.images ?? []).map((image) => ({
        src: image.src ?? '',
        alt: image.alt ?? '',
        href: image.href ?? '',
      })),
      links: (read.links ?? []).map((link) => ({ href: link.href ?? '', text: link.text ?? '' })),
      source: read.source || client,
      severity: read.severity ?? '',
      class: read.class ?? '',
      component: read.component ?? '',
      group: read.group ?? '',
      timeoutMs: read.timeout ?? 0,
    }),
  };
};
