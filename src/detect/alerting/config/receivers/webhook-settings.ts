import type { HttpClientSettings } from '../../../../platform/resilience/http-client-settings.ts';
import { goDuration } from '../../../../platform/yaml/durations.ts';
import { anything, boolean, integer, object, placeIn, type Shape, text } from '../../../../platform/yaml/shape.ts';
import { httpClientSettings } from '../http-client-settings.ts';
import { secretTemplateUrl } from '../url-shapes.ts';
import { httpOf, type IntegrationDraft } from './receiver-context.ts';

export type WebhookSettings = {
  http: HttpClientSettings;
  /** May be a template. */
  url: string | null;
  urlFile: string | null;
  /** 0 is all. */
  maxAlerts: number;
  /** 0 is none of its own. */
  timeoutMs: number;
  /** A body instead of the usual one: any YAML whose texts are templates; null is none. */
  payload: unknown;
};

const readFields = object('webhook_configs', {
  send_resolved: boolean,
  http_config: httpClientSettings,
  url: secretTemplateUrl,
  url_file: text,
  max_alerts: integer(0, Number.MAX_SAFE_INTEGER),
  timeout: goDuration,
  payload: anything as Shape<NonNullable<unknown>>,
});

export const webhookDraft: Shape<IntegrationDraft<WebhookSettings>> = (node, reading) => {
  const before = reading.problems.length;
  const read = readFields(node, reading);
  if (!read) return undefined;
  const place = placeIn(read);
  // A URL that was refused has been reported; that it is missing then would be said twice.
  if (reading.problems.length === before) {
    if (!read.url && !read.urlFile) reading.report(place, 'one of url or url_file must be configured');
    if (read.url && read.urlFile) reading.report(place, 'at most one of url & url_file must be configured');
  }
  return {
    place,
    sendResolved: read.sendResolved ?? true,
    complete: (context) => ({
      http: httpOf(read.httpConfig, context),
      url: read.url || null,
      urlFile: read.urlFile || null,
      maxAlerts: read.maxAlerts ?? 0,
      timeoutMs: read.timeout ?? 0,
      payload: read.payload ?? null,
    }),
  };
};
