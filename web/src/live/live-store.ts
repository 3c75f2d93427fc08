import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { keysOfEvent } from './keys-of-event.ts';
import type { StreamState } from './read-stream.ts';
import { shareStream } from './share-stream.ts';

/** Events come in bursts (a run of many steps): what they touch is read again once per so many milliseconds. */
const GATHER_MS = 150;
/** Timelines are written by a relay shortly after the event itself; the second look finds what the first missed. */
const SECOND_LOOK_MS = 1_200;

let state: StreamState = 'connecting';
const listeners = new Set<() => void>();

function setState(next: StreamState): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

/** Whether what is shown is kept fresh by the event stream. */
export function useLiveState(): StreamState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/**
 * Keeps every query fresh by the server's events.
 * @param onSignedOut called when the server refuses the stream
 * @returns stops
 */
export function startLive(queryClient: QueryClient, onSignedOut: () => void): () => void {
  const gathered = new Map<string, QueryKey>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const refresh = (keys: readonly QueryKey[]) => {
    for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
  };
  const flush = () => {
    const keys = [...gathered.values()];
    gathered.clear();
    refresh(keys);
    const timelines = keys.filter((key) => key[0] === 'incidents');
    if (timelines.length > 0) later(SECOND_LOOK_MS, () => refresh(timelines));
  };
  let wasStale = false;
  const stop = shareStream({
    onMessage(message) {
      if (message.kind === 'reset') return refresh([[]]);
      if (gathered.size === 0) later(GATHER_MS, flush);
      for (const key of keysOfEvent(message.event)) gathered.set(JSON.stringify(key), key);
    },
    onState(next) {
      setState(next);
      if (next === 'refused') onSignedOut();
      if (next === 'stale') wasStale = true;
      // A server that was restarted may have forgotten; looking once at everything costs little.
      if (next === 'live' && wasStale) {
        wasStale = false;
        refresh([[]]);
      }
    },
  });
  return () => {
    stop();
    for (const timer of timers) clearTimeout(timer);
    setState('connecting');
  };
}
