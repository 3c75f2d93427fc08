/** What a receiver was last told of a group: fingerprints, and when. */
export type NotificationLogEntry = {
  readonly firing: ReadonlySet<string>;
  readonly resolved: ReadonlySet<string>;
  readonly notifiedAtMs: number;
};

/** Why a group is told now, or why not. Names are shown to people. */
export type NotificationReason =
  | 'first notification'
  | 'new alerts in group'
  | 'all alerts resolved'
  | 'new resolved alerts'
  | 'repeat interval elapsed';
export type SilentReason = 'nothing was told and nothing fires' | 'nothing changed';

export type NotificationDecision =
  | { notify: true; reason: NotificationReason }
  | { notify: false; reason: SilentReason };

/**
 * Whether a receiver hears of a group at this tick, by what it was told last. Alertmanager's rules: `send_resolved: false`
 * does not keep "all resolved" from being recorded, so that the next firing counts as new.
 * @param input.tickMs the tick's own time, not the time of looking: a late look must not shorten the repeat interval
 */
export function decideNotification(input: {
  entry: NotificationLogEntry | undefined;
  firing: ReadonlySet<string>;
  resolved: ReadonlySet<string>;
  sendResolved: boolean;
  repeatIntervalMs: number;
  tickMs: number;
}): NotificationDecision {
  const { entry, firing, resolved } = input;
  if (!entry) {
    return firing.size > 0
      ? { notify: true, reason: 'first notification' }
      : { notify: false, reason: 'nothing was told and nothing fires' };
  }
  if (!isSubset(firing, entry.firing)) {
    return { notify: true, reason: entry.firing.size === 0 ? 'first notification' : 'new alerts in group' };
  }
  if (firing.size === 0) {
    return entry.firing.size > 0
      ? { notify: true, reason: 'all alerts resolved' }
      : { notify: false, reason: 'nothing was told and nothing fires' };
  }
  if (input.sendResolved && !isSubset(resolved, entry.resolved)) return { notify: true, reason: 'new resolved alerts' };
  if (entry.notifiedAtMs < input.tickMs - input.repeatIntervalMs) {
    return { notify: true, reason: 'repeat interval elapsed' };
  }
  return { notify: false, reason: 'nothing changed' };
}

function isSubset(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  if (part.size > whole.size) return false;
  for (const member of part) if (!whole.has(member)) return false;
  return true;
}
