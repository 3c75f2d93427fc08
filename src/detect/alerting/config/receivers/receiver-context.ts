import type { HttpClientSettings } from '../../../../platform/resilience/http-client-settings.ts';
import type { Place, Reading } from '../../../../platform/yaml/yaml-reading.ts';
import type { GlobalSettings } from '../global-settings.ts';

/** What a receiver's integration is completed with. */
export type ReceiverContext = {
  global: GlobalSettings;
  reading: Reading;
};

/** One integration as it was read, before `global` is known: completed once the whole file is read. */
export type IntegrationDraft<Settings> = {
  place: Place;
  sendResolved: boolean;
  /** Undefined after a reported problem. */
  complete(context: ReceiverContext): Settings | undefined;
};

/** A receiver's own HTTP settings, or those for all. */
export function httpOf(own: HttpClientSettings | undefined, context: ReceiverContext): HttpClientSettings {
  return own ?? context.global.http;
}
