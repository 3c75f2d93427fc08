import { hostname } from 'node:os';
import { LRUCache } from 'lru-cache';
import { sendMail } from '../channels/email/send-mail.ts';
import type { Clock } from '../platform/clock/clock.ts';
import type { ContactSettings } from '../platform/config/contact-settings.ts';
import { maskUrlPath } from '../platform/config/mask-secret.ts';
import type { Database } from '../platform/db/database.ts';
import { createGuardedPost } from '../platform/resilience/guarded-post.ts';
import type { Delivery } from '../platform/resilience/judge-delivery.ts';
import {
  type PublicState,
  readPublicComponents,
  readPublicNotices,
  type SubscriberMessage,
  type SubscriberSenders,
  webhookJson,
} from '../respond/status-page/index.ts';
import { mailServerOf } from './contact-kinds.ts';

const MOST_BREAKERS = 500;

type WebhookMessage = { dedupKey: string; body: object };

/** How the status page reaches its subscribers: mail where a server is configured, webhooks in Statuspage's shape. */
export function createSubscriberSenders(deps: {
  database: Database;
  clock: Clock;
  email: ContactSettings['email'];
  page: () => PublicState['page'];
}): SubscriberSenders {
  const { email } = deps;
  return {
    email: email === null ? null : (message, signal) => mail(email, deps.page(), message, signal),
    webhook: createWebhookSender(deps),
  };
}

function mail(
  email: NonNullable<ContactSettings['email']>,
  page: PublicState['page'],
  message: SubscriberMessage,
  signal: AbortSignal,
): Promise<Delivery> {
  const { update } = message;
  const link = (path: string) => `${page.url}/${path}?token=${message.token}`;
  const host = hostname() || 'localhost';
  const lines =
    update === null
      ? [
          `Somebody, hopefully you, wants a mail for each update of ${page.name}.`,
          '',
          `Confirm: ${link('confirm')}`,
          '',
          'If it was not you, do nothing: without an answer this address is forgotten in three days.',
        ]
      : [update.body, '', `${page.url}#${update.noticeId}`, '', `No more of these: ${link('unsubscribe')}`];
  const thread = update === null ? null : `<${update.noticeId}@${host}>`;
  const subject =
    update === null ? 'confirm your subscription' : `${update.name}: ${update.status.replaceAll('_', ' ')}`;
  return sendMail(
    mailServerOf(email),
    {
      from: email.from,
      to: [message.to],
      headers: [
        ['Subject', `[${page.name}] ${subject}`.replaceAll(/\s+/g, ' ')],
        ['Auto-Submitted', 'auto-generated'],
        ...(thread === null
          ? []
          : ([
              ['References', thread],
              ['In-Reply-To', thread],
              ['List-Unsubscribe', `<${link('unsubscribe')}>`],
              // RFC 8058: the mail program unsubscribes by one POST.
              ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
            ] as [string, string][])),
      ],
      text: `${lines.join('\n')}\n`,
      html: '',
      date: message.at.toISOString(),
      messageId: `<${message.id}@${host}>`,
    },
    signal,
  );
}

function createWebhookSender(deps: {
  database: Database;
  clock: Clock;
  page: () => PublicState['page'];
}): SubscriberSenders['webhook'] {
  // One that is down must not keep the others waiting: each address has a breaker of its own.
  const posts = new LRUCache<string, ReturnType<typeof createGuardedPost<WebhookMessage>>>({ max: MOST_BREAKERS });
  const postTo = (address: string) => {
    const known = posts.get(address);
    if (known) return known;
    const made = createGuardedPost<WebhookMessage>(`status subscriber ${maskUrlPath(address)}`, ({ body }) => ({
      url: address,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }));
    posts.set(address, made);
    return made;
  };
  return async (message, signal) => {
    if (message.update === null) return { kind: 'refused', reason: 'webhooks are not asked' };
    const now = deps.clock.now();
    const page = deps.page();
    const [components, notices] = await Promise.all([
      readPublicComponents(deps.database.db),
      readPublicNotices(deps.database.db, now),
    ]);
    const unsubscribe = `${page.url}/unsubscribe?token=${message.token}`;
    const body = webhookJson({ page, components, notices, now }, message.update.noticeId, unsubscribe);
    if (body === null) return { kind: 'refused', reason: 'the page does not show it any more' };
    return postTo(message.to)({ dedupKey: message.id, body }, signal);
  };
}
