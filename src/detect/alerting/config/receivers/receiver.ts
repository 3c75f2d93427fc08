import type { Node } from 'yaml';
import { list, mapOf, object, placeIn, type Shape, text } from '../../../../platform/yaml/shape.ts';
import type { Place, Reading } from '../../../../platform/yaml/yaml-reading.ts';
import {
  type DiscordSettings,
  discordDraft,
  type MsteamsSettings,
  type Msteamsv2Settings,
  msteamsDraft,
  msteamsv2Draft,
} from './chat-webhook-settings.ts';
import { type EmailSettings, emailDraft } from './email-settings.ts';
import { type PagerdutySettings, pagerdutyDraft } from './pagerduty-settings.ts';
import { type PushoverSettings, pushoverDraft } from './pushover-settings.ts';
import type { IntegrationDraft, ReceiverContext } from './receiver-context.ts';
import { type SlackSettings, slackDraft } from './slack-settings.ts';
import { type TelegramSettings, telegramDraft } from './telegram-settings.ts';
import { type WebhookSettings, webhookDraft } from './webhook-settings.ts';

/** What each kind of integration needs to know. */
export type IntegrationSettings = {
  webhook: WebhookSettings;
  email: EmailSettings;
  pagerduty: PagerdutySettings;
  slack: SlackSettings;
  pushover: PushoverSettings;
  telegram: TelegramSettings;
  discord: DiscordSettings;
  msteams: MsteamsSettings;
  msteamsv2: Msteamsv2Settings;
};
export type IntegrationKind = keyof IntegrationSettings;

/** One entry of one `…_configs` list. `index` counts within its list: with the kind it names the integration in the log. */
export type Integration = {
  [Kind in IntegrationKind]: {
    kind: Kind;
    index: number;
    sendResolved: boolean;
    settings: IntegrationSettings[Kind];
  };
}[IntegrationKind];

export type Receiver = { name: string; labels: Record<string, string>; integrations: Integration[] };

/** In the order integrations of one receiver are notified in. */
const KINDS: readonly IntegrationKind[] = [
  'webhook',
  'email',
  'pagerduty',
  'slack',
  'pushover',
  'telegram',
  'discord',
  'msteams',
  'msteamsv2',
];

const SUPPORTED = KINDS.map((kind) => `${kind}_configs`);

export type ReceiverDraft = {
  name: string;
  place: Place;
  complete(context: ReceiverContext): Receiver;
};

const draftOf = <Kind extends IntegrationKind>(kind: Kind, shape: Shape<IntegrationDraft<IntegrationSettings[Kind]>>) =>
  list(shape, `missing ${kind} config`);
const fields = {
  name: text,
  labels: mapOf(text, { empty: '' }),
  webhook_configs: draftOf('webhook', webhookDraft),
  email_configs: draftOf('email', emailDraft),
  pagerduty_configs: draftOf('pagerduty', pagerdutyDraft),
  slack_configs: draftOf('slack', slackDraft),
  pushover_configs: draftOf('pushover', pushoverDraft),
  telegram_configs: draftOf('telegram', telegramDraft),
  discord_configs: draftOf('discord', discordDraft),
  msteams_configs: draftOf('msteams', msteamsDraft),
  msteamsv2_configs: draftOf('msteamsv2', msteamsv2Draft),
};
/** One receiver. Everything but what `global` gives is judged at once. */
export const receiverDraft: Shape<ReceiverDraft> = (node, reading) => {
  const named = peekName(node, reading);
  const read = object('receiver', fields, (name) =>
    name.endsWith('_configs')
      ? `receiver ${named}: ${name} is not supported by Holdfast; supported are ${SUPPORTED.join(', ')}`
      : null,
  )(node, reading);
  if (!read) return undefined;
  const place = placeIn(read);
  const name = read.name ?? '';
  if (name === '') reading.report(place, 'missing name in receiver');
  const labelled = read.labels?.['name'];
  if (labelled !== undefined && labelled !== name)
    reading.report(place, `receiver label "name" must match receiver name "${name}", got "${labelled}"`);
  const drafts: Record<IntegrationKind, IntegrationDraft<unknown>[]> = {
    webhook: read.webhookConfigs ?? [],
    email: read.emailConfigs ?? [],
    pagerduty: read.pagerdutyConfigs ?? [],
    slack: read.slackConfigs ?? [],
    pushover: read.pushoverConfigs ?? [],
    telegram: read.telegramConfigs ?? [],
    discord: read.discordConfigs ?? [],
    msteams: read.msteamsConfigs ?? [],
    msteamsv2: read.msteamsv2Configs ?? [],
  };
  return {
    name,
    place,
    complete: (context) => ({
      name,
      labels: { ...read.labels, name },
      integrations: KINDS.flatMap((kind) =>
        drafts[kind].flatMap(({ sendResolved, complete }, index) => {
          const settings = complete(context);
          return settings === undefined ? [] : [{ kind, index, sendResolved, settings } as Integration];
        }),
      ),
    }),
  };
};

/** The receiver's name, for a complaint that comes before it is read. */
function peekName(node: Node, reading: Reading): string {
  const map = reading.follow(node) as { get?: (key: string) => unknown } | null;
  const name = map?.get?.('name');
  return typeof name === 'string' ? name : '?';
}
