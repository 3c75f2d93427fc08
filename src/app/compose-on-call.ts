import { inboxChannel } from '../channels/inbox/inbox-channel.ts';
import { createWebhookChannel } from '../channels/webhook/webhook-channel.ts';
import type { SeverityRank } from '../contract/common.ts';
import type { Clock } from '../platform/clock/clock.ts';
import type { ContactSettings } from '../platform/config/contact-settings.ts';
import type { Database } from '../platform/db/database.ts';
import type { SecretBox } from '../platform/identity/secret-box.ts';
import { findScheme, levelOf } from '../respond/incidents/index.ts';
import {
  type Channels,
  createContactChannels,
  createEscalator,
  type EscalationActionKinds,
} from '../respond/oncall/index.ts';
import { createContactKinds } from './contact-kinds.ts';
import type { PagingPlan } from './relays/incidents-from-findings.ts';

/** What escalation steps may do besides paging and asking; a channel that can post or publish adds its kind here. */
const ACTION_KINDS: EscalationActionKinds = {};

export type OnCallParts = ReturnType<typeof composeOnCall>;

/** Whom Holdfast can tell, by which ways, and the escalation over them. */
export function composeOnCall(options: {
  database: Database;
  clock: Clock;
  secretBox: SecretBox;
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
  levelOf(findScheme(options.severityScheme), 1);
  const names = Object.keys(webhooks);
  const channels: Channels = {
    inbox: inboxChannel,
    ...Object.fromEntries(
      names.map((name) => [`webhook:${name}`, createWebhookChannel({ name, ...webhooks[name]! })] as const),
    ),
  };
  const recipients = [
    { recipient: 'on-call', channel: 'inbox' },
    ...names.map((name) => ({ recipient: name, channel: `webhook:${name}` })),
  ];
  const linkTo = (incidentId: string) => (options.baseUrl() ? `${options.baseUrl()}/incidents/${incidentId}` : null);
  const escalator = createEscalator({
    now: clock.now,
    timezone: options.timezone,
    channels: Object.keys(channels),
    actions: ACTION_KINDS,
    lastResort: recipients,
    linkTo,
  });
  const paging: PagingPlan = {
    scheme: options.severityScheme,
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
    known: { channels: Object.keys(channels), actions: Object.keys(ACTION_KINDS) },
    severityScheme: findScheme(options.severityScheme).name,
    timezone: options.timezone,
  };
}
