import type { Event } from '../contract/events.ts';
import { parseLine } from './child-process.ts';

export type EventFollower = {
  /** Resolves with the first event that fits, also one that came before the call. */
  until(fits: (event: Event) => boolean, limitMs: number): Promise<Event>;
  stop(): void;
};

const RECONNECT_MS = 250;

/**
 * Follows the server's event stream from its beginning and across its restarts: the stream resumes after the last
 * position, so nothing is told twice and nothing is missed.
 */
export function followEvents(options: {
  connection: () => { address: string; token: string } | null;
  onEvent: (event: Event) => void;
}): EventFollower {
  const seen: Event[] = [];
  const waiting = new Set<{ fits: (event: Event) => boolean; resolve: (event: Event) => void }>();
  const stop = new AbortController();
  let position = 0;

  const take = (event: Event) => {
    if (event.position <= position) return;
    position = event.position;
    seen.push(event);
    options.onEvent(event);
    for (const entry of waiting) {
      if (!entry.fits(event)) continue;
      waiting.delete(entry);
      entry.resolve(event);
    }
  };
  const read = async () => {
    const connection = options.connection();
    if (!connection) return;
    const response = await fetch(`${connection.address}/api/v1/events?after=${position}`, {
      headers: { authorization: `Bearer ${connection.token}`, accept: 'text/event-stream' },
      signal: stop.signal,
    });
    if (!response.ok || !response.body) return;
    let buffered = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      buffered += chunk;
      for (let end = buffered.indexOf('\n\n'); end !== -1; end = buffered.indexOf('\n\n')) {
        const data = buffered
          .slice(0, end)
          .split('\n')
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).trim())
          .join('');
        buffered = buffered.slice(end + 2);
        const event = parseLine(data);
        if (event && typeof event['position'] === 'number') take(event as unknown as Event);
      }
    }
  };
  void (async () => {
    while (!stop.signal.aborted) {
      // The server may be restarting: the stream is simply opened again.
      await read().catch(() => {});
      if (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  })();

  return {
    until(fits, limitMs) {
      const known = seen.find(fits);
      if (known) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const entry = {
          fits,
          resolve: (event: Event) => {
            clearTimeout(timer);
            resolve(event);
          },
        };
        const timer = setTimeout(() => {
          waiting.delete(entry);
          reject(new Error(`not seen within ${limitMs / 1_000} s; the last event was ${seen.at(-1)?.kind ?? 'none'}`));
        }, limitMs);
        waiting.add(entry);
      });
    },
    stop: () => stop.abort(),
  };
}
