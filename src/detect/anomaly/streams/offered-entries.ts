import type { LogEntry } from './stream.ts';

/** Kept in memory until they are judged, so that they need not be read back. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What was offered here and judged elsewhere goes after so long. */
const KEPT_MS = 30_000;

/** Entries that were just stored, for whoever judges them here. Beyond its room they are read back from the database. */
export class OfferedEntries {
  /** Oldest first. */
  readonly #entries = new Map<string, { entry: LogEntry; atMs: number }>();
  #bytes = 0;

  put(streamId: string, entry: LogEntry): void {
    if (this.#bytes + entry.body.length > MOST_BYTES) return;
    this.#entries.set(keyOf(streamId, entry.seq), { entry, atMs: performance.now() });
    this.#bytes += entry.body.length;
  }

  take(streamId: string, seq: number): LogEntry | undefined {
    const key = keyOf(streamId, seq);
    const kept = this.#entries.get(key);
    if (kept && this.#entries.delete(key)) this.#bytes -= kept.entry.body.length;
    return kept?.entry;
  }

  dropOld(nowMs: number): void {
    for (const [key, { entry, atMs }] of this.#entries) {
      if (nowMs - atMs < KEPT_MS) return;
      this.#entries.delete(key);
      this.#bytes -= entry.body.length;
    }
  }
}

const keyOf = (streamId: string, seq: number) => `${streamId} ${seq}`;
