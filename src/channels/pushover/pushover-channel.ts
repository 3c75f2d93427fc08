import { createGuardedPost } from '../../platform/resilience/guarded-post.ts';
import { truncateCharacters } from '../../respond/comms/alertmanager/index.ts';
import { type OutsideChannel, pageTitle } from '../../respond/oncall/index.ts';

export type PushoverApplication = { url: string; token: string };

const MOST = { title: 250, message: 1_024, url: 512 };
/** High: past its owner's quiet hours. Emergency would repeat by itself, after an acknowledgement here too. */
const HIGH = '1';
const NORMAL = '0';

/** A push notification by Pushover. Token and user go into the body: addresses are written into logs on their way. */
export function createPushoverChannel(
  application: PushoverApplication,
  address: { name: string; userKey: string },
): OutsideChannel {
  return {
    kind: 'outside',
    send: createGuardedPost(`pushover ${address.name}`, ({ message, queuedAt }) => {
      const form = new URLSearchParams({
        token: application.token,
        user: address.userKey,
        title: truncateCharacters(pageTitle(message), MOST.title),
        message: truncateCharacters(message.text === '' ? message.title : message.text, MOST.message),
        priority: message.kind === undefined ? HIGH : NORMAL,
        timestamp: String(Math.floor(queuedAt.getTime() / 1_000)),
      });
      if (message.link !== null && message.link.length <= MOST.url) form.set('url', message.link);
      return {
        url: application.url,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      };
    }),
  };
}
