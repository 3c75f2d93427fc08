import { inboxChannel } from '../channels/inbox/inbox-channel.ts';
import { createSlackChannel } from '../channels/slack/slack-channel.ts';
import { createWebhookChannel } from '../channels/webhook/webhook-channel.ts';
import type { SeverityRank } from '../contract/common.ts';
import type { Clock } from '../platform/clock/clock.ts';
import type { ContactSettings } from '../platform/config/contact-settings.ts';
import type { Database } from '../platform/db/database.ts';
import type { SecretBox } from '../platform/identity/secret-box.ts';
import { type Channels, createContactChannels, createEscalator, readSchemeChooser } from '../respond/oncall/index.ts';
import { createContactKinds } from './contact-kinds.ts';
import { ESCALATION_ACTIONS } from './escalation-actions.ts';
import type { PagingPlan } from './relays/incidents-from-findings.ts';

export type OnCallParts = ReturnType<typeof composeOnCall>;

/** Whom Holdfast can tell, by which ways, and the escalation over them. */
export function composeOnCall(options: {
  database: Database;
  clock: Clock;
  secretBox: SecretBox;
  /** Name of a severity scheme that is there. */
  severityScheme: string;
  openAtRank: SeverityRank;
  webhooks: Readonly<Record<string, { url: string; secret: string }>>;
  timezone: string;
  contacts: ContactSettings;
  /** Where the outside reaches us; null when nobody said so. */
  publicUrl: string | null;
  /** Base of links; empty until it is known. */
  baseUrl(): string;
}) {
  const { database, clock, secretBox, webhooks } = options;
  const { slack } = options.contacts;
  const answers = options.publicUrl !== null;
  const named = [
    ...Object.entries(webhooks).map(([name, webhook]) => ({
      name,
      key: `webhook:${name}`,
      channel: createWebhookChannel({ name, ...webhook }),
    })),
    ...Object.entries(slack?.channels ?? {}).map(([name, place]) => ({
      name,
      key: `slack:${name}`,
      channel: createSlackChannel(slack!, { name: `#${name}`, place, answers }),
    })),
  ];
  const channels: Channels = {
    inbox: inboxChannel,
    ...Object.fromEntries(named.map(({ key, channel }) => [key, channel] as const)),
  };
  const recipients = [
    { recipient: 'on-call', channel: 'inbox' },
    ...named.map(({ name, key }) => ({ recipient: name, channel: key })),
  ];
  const linkTo = (incidentId: string) => (options.baseUrl() ? `${options.baseUrl()}/incidents/${incidentId}` : null);
  const escalator = createEscalator({
    now: clock.now,
    timezone: options.timezone,
    channels: Object.keys(channels),
    actions: ESCALATION_ACTIONS,
    lastResort: recipients,
    linkTo,
  });
  const paging: PagingPlan = {
    schemeFor: async (db, labels) => (await readSchemeChooser(db, options.severityScheme))(labels),
    openAtRank: options.openAtRank,
    recipients,
    linkTo,
    escalate: escalator.open,
  };
  const contacts = { database, clock, secretBox, kinds: createContactKinds(options.contacts, options.publicUrl) };
  return {
    paging,
    escalator,
    channels,
    contacts,
    contactChannel: createContactChannels(contacts),
    /** What definitions may refer to. */
    known: {
      channels: Object.keys(channels),
      actions: Object.keys(ESCALATION_ACTIONS),
      severityScheme: options.severityScheme,
    },
    severityScheme: options.severityScheme,
    timezone: options.timezone,
  };
}
