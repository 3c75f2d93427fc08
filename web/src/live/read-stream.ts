import type { Event } from '../../../src/contract/events.ts';

export type StreamMessage = { kind: 'event'; event: Event } | { kind: 'reset'; position: number };
/** `refused` means that the server does not know who is asking any more. */
export type StreamState = 'connecting' | 'live' | 'stale' | 'refused';

export type StreamOptions = {
  /** The position to go on from; null starts with what happens from now on. */
  after: number | null;
  onMessage(message: StreamMessage): void;
  onState(state: StreamState): void;
};

/** The server says something at least every 15 s; after so long without a byte the connection is taken as dead. */
const SILENCE_LIMIT_MS = 35_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

/**
 * Follows the server's event stream and resumes it by Last-Event-ID when it breaks. Read with `fetch` instead of
 * EventSource, which hides the server's heartbeats: "live" would stay on long after a phone has lost its network.
 * @returns ends it
 */
export function readStream(options: StreamOptions): () => void {
  const ending = new AbortController();
  let position = options.after;
  let retryMs = FIRST_RETRY_MS;
  let wake = () => {};

  const take = (block: string) => {
    const fields = parseBlock(block);
    if (fields.id !== null && /^\d+$/.test(fields.id)) position = Number(fields.id);
    if (fields.data === null) return;
    if (fields.event === 'reset') options.onMessage({ kind: 'reset', position: position ?? 0 });
    else options.onMessage({ kind: 'event', event: JSON.parse(fields.data) as Event });
  };

  const connect = async (): Promise<'refused' | 'ended'> => {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
    try {
      const response = await fetch('/api/v1/events', {
        headers: {
          accept: 'text/event-stream',
          ...(position === null ? {} : { 'last-event-id': String(position) }),
        },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.any([ending.signal, silence.signal]),
      });
      if (response.status === 401) return 'refused';
      if (!response.ok || !response.body) return 'ended';
      options.onState('live');
      retryMs = FIRST_RETRY_MS;
      let buffered = '';
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return 'ended';
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
        buffered += value;
        for (let end = buffered.indexOf('\n\n'); end !== -1; end = buffered.indexOf('\n\n')) {
          take(buffered.slice(0, end));
          buffered = buffered.slice(end + 2);
        }
      }
    } catch {
      // Lost, silent for too long, or ended by us.
      return 'ended';
    } finally {
      clearTimeout(timer);
    }
  };

  const follow = async () => {
    options.onState('connecting');
    while (!ending.signal.aborted) {
      const outcome = await connect();
      if (ending.signal.aborted) return;
      options.onState(outcome === 'refused' ? 'refused' : 'stale');
      if (outcome === 'refused') return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, retryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    }
  };
  const wakeNow = () => wake();
  window.addEventListener('online', wakeNow);
  void follow();
  return () => {
    window.removeEventListener('online', wakeNow);
    ending.abort();
    wake();
  };
}

/** The fields of one server-sent event; comments are left out. */
function parseBlock(block: string): { id: string | null; event: string | null; data: string | null } {
  const fields = { id: null, event: null, data: null } as {
    id: string | null;
    event: string | null;
    data: string | null;
  };
  for (const line of block.split('\n')) {
    const match = /^(id|event|data):\s?(.*)$/.exec(line);
    const name = match?.[1] as keyof typeof fields | undefined;
    if (name !== undefined) fields[name] = match?.[2] ?? '';
  }
  return fields;
}
