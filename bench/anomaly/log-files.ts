import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the public collections lie that the detectors are measured on; they are not part of this repository. */
export const DATA = process.env['HOLDFAST_DATA'] ?? fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** The lines of each system's sample. Where a sample carries a label in its first word, the label is cut off. */
export function readLogs(): Map<string, string[]> {
  const folder = `${DATA}loghub/`;
  const logs = new Map<string, string[]>();
  for (const file of readdirSync(folder).sort()) {
    const system = file.replace(/_2k\.log$/, '');
    if (system === file) continue;
    const lines = readFileSync(folder + file, 'latin1')
      .split(/\r?\n/)
      .filter((line) => line !== '');
    logs.set(system, LABELLED.has(system) ? lines.map((line) => line.slice(line.indexOf(' ') + 1)) : lines);
  }
  return logs;
}

const LABELLED = new Set(['BGL', 'Thunderbird']);

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
