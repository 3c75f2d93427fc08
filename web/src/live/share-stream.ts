import { readStream, type StreamMessage, type StreamOptions, type StreamState } from './read-stream.ts';

const NAME = 'holdfast-events';
/** A visible tab asks the one that holds the stream so often whether it is there. */
const ASK_MS = 8_000;
/** A holder that said nothing for so long is frozen or gone: the stream is taken from it. */
const TAKE_AFTER_MS = 20_000;

type ChannelMessage = StreamMessage | { kind: 'state'; state: StreamState; position: number | null } | { kind: 'ask' };

/**
 * One event stream per browser: of all tabs the one that holds a lock reads it and passes every message on. Browsers
 * allow six connections to a server; a stream per tab would use them up. Where the browser has no locks (plain http on
 * another machine than this one) each tab reads its own.
 * @returns leaves
 */
export function shareStream(options: Omit<StreamOptions, 'after'>): () => void {
  if (!('locks' in navigator) || !('BroadcastChannel' in window)) return readStream({ ...options, after: null });

  const channel = new BroadcastChannel(NAME);
  const leaving = new AbortController();
  let position: number | null = null;
  let state: StreamState = 'connecting';
  let holding = false;
  let heardAtMs = Date.now();
  let release = () => {};

  const say = (message: ChannelMessage) => channel.postMessage(message);
  const take = (message: StreamMessage) => {
    position = message.kind === 'event' ? message.event.position : message.position;
    options.onMessage(message);
  };
  const turn = (next: StreamState) => {
    state = next;
    options.onState(next);
  };

  channel.onmessage = ({ data }: MessageEvent<ChannelMessage>) => {
    if (data.kind === 'ask') {
      if (holding) say({ kind: 'state', state, position });
      return;
    }
    if (holding) return;
    heardAtMs = Date.now();
    if (data.kind === 'state') {
      position = data.position ?? position;
      turn(data.state);
    } else take(data);
  };

  const hold = () =>
    new Promise<void>((resolve) => {
      holding = true;
      const end = readStream({
        after: position,
        onMessage(message) {
          take(message);
          say(message);
        },
        onState(next) {
          turn(next);
          say({ kind: 'state', state: next, position });
        },
      });
      release = () => {
        holding = false;
        end();
        resolve();
      };
      leaving.signal.addEventListener('abort', release);
    });

  const queue = (how: { steal: true } | { signal: AbortSignal }) => {
    navigator.locks.request(NAME, how, hold).catch(() => {
      // Left, or another tab took the stream because this one did not answer: from now on it listens again.
      release();
      if (!leaving.signal.aborted) queue({ signal: leaving.signal });
    });
  };
  queue({ signal: leaving.signal });
  say({ kind: 'ask' });

  const asking = setInterval(() => {
    if (holding || document.visibilityState !== 'visible') {
      heardAtMs = Date.now();
      return;
    }
    if (Date.now() - heardAtMs > TAKE_AFTER_MS) queue({ steal: true });
    else say({ kind: 'ask' });
  }, ASK_MS);

  return () => {
    clearInterval(asking);
    leaving.abort();
    channel.close();
  };
}
