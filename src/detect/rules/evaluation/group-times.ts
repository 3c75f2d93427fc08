/**
 * When groups are evaluated: each at its own place in its interval, given by its name, so that not all ask at once; and
 * always at the same instants, whoever evaluates and whenever it started.
 */
export function offsetOf(groupId: string, intervalMs: number): number {
  return Number.parseInt(groupId.slice(0, 8), 16) % intervalMs;
}

/** The first instant of a group after `afterMs`. */
export function nextTime(groupId: string, intervalMs: number, afterMs: number): number {
  const offsetMs = offsetOf(groupId, intervalMs);
  return Math.floor((afterMs - offsetMs) / intervalMs) * intervalMs + offsetMs + intervalMs;
}
