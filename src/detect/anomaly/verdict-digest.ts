import { createHash } from 'node:crypto';

const FLUSH_CHARACTERS = 64 * 1024;

/**
 * The digest of a scan: sha256 over the lines `n score p anomaly\n`, numbers as
 * they are printed, so that anyone can compute it again from the output.
 */
export class VerdictDigest {
  private readonly hash = createHash('sha256');
  private pending = '';

  add(n: number, score: number, p: number | null, anomaly: boolean): void {
    this.pending += `${n} ${score} ${p} ${anomaly}\n`;
    if (this.pending.length < FLUSH_CHARACTERS) return;
    this.hash.update(this.pending);
    this.pending = '';
  }

  hex(): string {
    this.hash.update(this.pending);
    this.pending = '';
    return this.hash.copy().digest('hex');
  }
}
