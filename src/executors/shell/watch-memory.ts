import { readFileSync } from 'node:fs';
import { findProcessesByToken } from '../../platform/process/kill-by-token.ts';

const LOOK_EVERY_MS = 500;

/**
 * Looks how much memory a step's processes hold together, and tells once when it is too much. Between two looks a step
 * can take more: it is a net for the machine, no exact bound.
 */
export function watchMemory(token: string, mostBytes: number, onExceeded: (bytes: number) => void): { stop(): void } {
  const timer = setInterval(() => {
    let bytes = 0;
    for (const pid of findProcessesByToken(token)) bytes += residentBytes(pid);
    if (bytes <= mostBytes) return;
    clearInterval(timer);
    onExceeded(bytes);
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

/** Memory of its own: pages shared with others are counted where they came from. */
function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
