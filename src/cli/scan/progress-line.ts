import type { Output } from '../terminal/output.ts';
import { count } from '../terminal/times.ts';

const REDRAW_MS = 250;

/** A line on stderr that is written over: events, events/s, anomalies, time left. Nothing where no person looks. */
export class ProgressLine {
  private readonly started: number;
  private readonly shown: boolean;
  private drawnAt = 0;
  private hasText = false;
  private readonly now: () => number;

  constructor(output: Output, now: () => number) {
    this.now = now;
    this.started = now();
    this.shown = process.stderr.isTTY === true && !output.quiet;
  }

  draw(progress: { events: number; bytesRead: number; bytesInAll: number | null; anomalies: number }): void {
    const at = this.now();
    if (!this.shown || at - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = at;
    const seconds = (at - this.started) / 1000;
    const parts = [
      count(progress.events, 'event'),
      `${Math.round(progress.events / seconds).toLocaleString('en')}/s`,
      `${progress.anomalies} strange`,
    ];
    if (progress.bytesInAll !== null && progress.bytesRead > 0 && progress.bytesRead < progress.bytesInAll) {
      const left = ((progress.bytesInAll - progress.bytesRead) / progress.bytesRead) * seconds;
      parts.push(`${Math.ceil(left)} s left`);
    }
    process.stderr.write(`\r\u001b[K${parts.join(', ')}`);
    this.hasText = true;
  }

  clear(): void {
    if (this.hasText) process.stderr.write('\r\u001b[K');
    this.hasText = false;
  }
}
