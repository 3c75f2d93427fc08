/** Clocks that differ by less are taken as equal: the Date header has whole seconds. */
const TOLERATED_MS = 3_000;

let offsetMs = 0;

/** Learns from an answer how far this device's clock is from the server's. */
export function observeServerDate(dateHeader: string | null): void {
  const serverMs = Date.parse(dateHeader ?? '');
  if (Number.isNaN(serverMs)) return;
  const difference = serverMs - Date.now();
  offsetMs = Math.abs(difference) < TOLERATED_MS ? 0 : difference;
}

/** Now as the server sees it, in milliseconds: "4 min ago" must not depend on a phone's clock. */
export function serverNowMs(): number {
  return Date.now() + offsetMs;
}
