import { Radio, Unplug } from 'lucide-react';
import { useLiveState } from '../live/live-store.ts';

/** Whether what is shown is what is: the state of the event stream. */
export function LiveIndicator() {
  const state = useLiveState();
  if (state === 'live') {
    return (
      <span
        role="status"
        title="Everything on this page is kept up to date as it happens"
        className="inline-flex items-center gap-1.5 text-good"
      >
        <Radio aria-hidden="true" size={14} />
        Live
      </span>
    );
  }
  if (state === 'connecting') {
    return (
      <span role="status" className="text-quiet">
        Connecting…
      </span>
    );
  }
  return (
    <span
      role="status"
      title="The connection to Holdfast is lost: what is shown may be old. It is tried again by itself."
      className="inline-flex items-center gap-1.5 rounded-sm bg-ask-soft px-2 py-0.5 font-semibold text-ask"
    >
      <Unplug aria-hidden="true" size={14} />
      Stale, reconnecting
    </span>
  );
}
