import { anything } from './shape.ts';
import { readYaml } from './yaml-reading.ts';

/** Any text as YAML 1.1, plain scalars as what they look like; null when it is none. */
export function readLooseYaml(text: string): { value: unknown } | null {
  const reading = readYaml(text);
  if (reading.problems.length > 0) return null;
  const value = reading.root === null ? null : anything(reading.root, reading);
  return reading.problems.length > 0 ? null : { value: value ?? null };
}
