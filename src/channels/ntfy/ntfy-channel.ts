import { createGuardedPost } from '../../platform/resilience/guarded-post.ts';
import { truncateCharacters } from '../../respond/comms/alertmanager/index.ts';
import { type OutsideChannel, pageTitle } from '../../respond/oncall/index.ts';

export type NtfyServer = { url: string; token: string | null };

const MOST = { title: 250, message: 3_000 };
/** Of five: sounds and vibrates long, also in do-not-disturb where its owner allows it. */
const URGENT = 5;
const DEFAULT = 3;

/** A push notification by ntfy. From 2.16 on one that is sent again replaces itself, by its sequence id. */
export function createNtfyChannel(server: NtfyServer, address: { name: string; topic: string }): OutsideChannel {
  return {
    kind: 'outside',
    send: createGuardedPost(`ntfy ${address.name}`, ({ dedupKey, message }) => ({
      url: server.url,
      headers: {
        'content-type': 'application/json',
        ...(server.token === null ? {} : { authorization: `Bearer ${server.token}` }),
      },
      body: JSON.stringify({
        topic: address.topic,
        sequence_id: dedupKey,
        title: truncateCharacters(pageTitle(message), MOST.title),
        message: truncateCharacters(message.text, MOST.message),
        priority: message.kind === undefined ? URGENT : DEFAULT,
        ...(message.link === null ? {} : { click: message.link }),
      }),
    })),
  };
}
