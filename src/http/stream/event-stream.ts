import type { ServerResponse } from 'node:http';
import { type KeyRole, roleCovers } from '../../contract/identity.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { EventFeed } from './event-feed.ts';

/** A client that takes nothing for so long is dropped: it resumes from its last id when it is back. */
export const SLOW_CLIENT_MS = 10_000;

export type EventStream = {
  /** Sends what is new. */
  pump(): void;
  heartbeat(): void;
  /** Ends it; the client may come again. */
  end(): void;
};

/**
 * One client's stream over an already opened response. It keeps only its position: what the client is too slow to take
 * stays in the database instead of in our memory.
 * @param options.after the position the client has; `null` sends `reset` first and goes on from `newest`
 * @param options.role asked for each event, so that a changed role counts at once
 */
export function openEventStream(
  raw: ServerResponse,
  deps: { feed: EventFeed; logger: Logger },
  options: { after: number | null; newest: number; role: () => KeyRole; slowClientMs?: number },
): EventStream {
  let position = options.after ?? options.newest;
  let pumping = false;
  let ended = false;
  raw.once('close', () => {
    ended = true;
  });

  /** Resolves once the client has taken it; false when it did not in time. */
  const send = async (text: string): Promise<boolean> => {
    if (ended || raw.write(text)) return !ended;
    return new Promise((resolve) => {
      const settle = (taken: boolean) => {
        clearTimeout(timer);
        raw.off('drain', onDrain).off('close', onClose);
        resolve(taken);
      };
      const onDrain = () => settle(true);
      const onClose = () => settle(false);
      const timer = setTimeout(() => settle(false), options.slowClientMs ?? SLOW_CLIENT_MS);
      raw.on('drain', onDrain).on('close', onClose);
    });
  };
  const reset = (newest: number) => {
    position = newest;
    return send(`id: ${newest}\nevent: reset\ndata: {"position":${newest}}\n\n`);
  };

  const drain = async () => {
    while (!ended && position < deps.feed.newest()) {
      const items = await deps.feed.readAfter(position);
      const first = items[0];
      // Pruned away while this client was being served from far behind.
      if (!first || first.position > position + 1) {
        if (!(await reset(deps.feed.newest()))) return raw.destroy();
        continue;
      }
      const seen = items.filter((item) => roleCovers(options.role(), item.visibleTo));
      position = items.at(-1)!.position;
      if (seen.length > 0 && !(await send(seen.map((item) => item.text).join('')))) return raw.destroy();
    }
    return undefined;
  };
  const pump = () => {
    if (pumping || ended) return;
    pumping = true;
    drain()
      .catch((thrown: unknown) => {
        // The database is away: the client comes again with its last id.
        deps.logger.debug({ err: thrown }, `event stream ended: ${messageOf(thrown)}`);
        raw.end();
      })
      .finally(() => {
        pumping = false;
        if (!ended && position < deps.feed.newest()) pump();
      });
  };

  // The id alone moves the client's place: one that sees no event before it reconnects misses none either.
  raw.write(`retry: 2000\nid: ${position}\n\n`);
  if (options.after === null) void reset(options.newest);
  pump();
  return {
    pump,
    heartbeat() {
      if (!ended && !raw.writableNeedDrain) raw.write(': still here\n\n');
    },
    end() {
      if (!ended) raw.end();
    },
  };
}
