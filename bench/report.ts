import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** One measured thing: ours, or a rival's in the same run. */
export type Figure = { name: string; value: number; unit: string; bar?: string };

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

/** Prints the figures with their ratio to the first one, and keeps them as JSON in bench/results/. */
export function report(bench: string, figures: readonly Figure[], notes: Record<string, unknown> = {}): void {
  const first = figures[0]?.value ?? 1;
  process.stdout.write(`\n${bench}\n`);
  const width = Math.max(...figures.map((figure) => figure.name.length));
  for (const { name, value, unit, bar } of figures) {
    const ratio = value === first || !(value > 0) || !(first > 0) ? '' : `  ours is ${ratioOf(first, value)}`;
    process.stdout.write(
      `  ${name.padEnd(width)}  ${format(value).padStart(10)} ${unit}${bar ? `  (bar: ${bar})` : ''}${ratio}\n`,
    );
  }
  mkdirSync(RESULTS, { recursive: true });
  const kept = { bench, at: new Date().toISOString(), node: process.version, cpus: cpus().length, figures, notes };
  writeFileSync(`${RESULTS}${bench.replaceAll(/[^a-z0-9]+/gi, '-')}.json`, `${JSON.stringify(kept, null, 2)}\n`);
}

/** `0.55 ×`, or the other way round where that is easier to read: `1/1,762`. */
function ratioOf(ours: number, other: number): string {
  const ratio = ours / other;
  return ratio < 0.05 ? `1/${Math.round(1 / ratio).toLocaleString('en')}` : `${ratio.toFixed(2)} ×`;
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2);
}
