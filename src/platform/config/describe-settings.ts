import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** A node of the schema as JSON Schema gives it (the written side), with our own metadata beside. */
export type SettingNode = {
  type?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  items?: SettingNode;
  properties?: Record<string, SettingNode>;
  required?: string[];
  additionalProperties?: SettingNode | false;
  oneOf?: SettingNode[];
  anyOf?: SettingNode[];
  minimum?: number;
  maximum?: number;
  /** Name of the command line flag, without dashes. */
  flag?: string;
  /** Other environment variables that set it. */
  env?: string[];
  /** Relative paths count from the file they are written in. */
  path?: boolean;
  mask?: 'all' | 'url-password' | 'url-path';
  /** What holds when nothing is written, where that is no fixed value. */
  defaultText?: string;
  lowest?: string;
  highest?: string;
};

export type Path = readonly (string | number)[];

/** One setting that has a name of its own, so that flags and the environment can set it. */
export type Setting = { path: string[]; key: string; node: SettingNode; envNames: string[] };

/** The whole schema, as data. */
export const settingsTree = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as SettingNode;

/** All settings outside of named groups (probes, targets, …), in the order of the documentation. */
export const settings: readonly Setting[] = listSettings(settingsTree, []);

function listSettings(node: SettingNode, path: string[]): Setting[] {
  if (node.properties !== undefined) {
    return Object.entries(node.properties).flatMap(([name, child]) => listSettings(child, [...path, name]));
  }
  // Named groups and lists of objects have no form in a flag or a variable. Foreign settings are for files alone.
  if (node.additionalProperties || node.items?.properties || path[0] === 'performance') return [];
  return [{ path, key: path.join('.'), node, envNames: [environmentName(path), ...(node.env ?? [])] }];
}

/** `log.level` → `HOLDFAST_LOG_LEVEL`, `databasePoolMax` → `HOLDFAST_DATABASE_POOL_MAX`. */
export function environmentName(path: readonly string[]): string {
  return `HOLDFAST_${path.map((part) => part.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase()).join('_')}`;
}

/** The node that describes the value at a path, given what is written there (it tells which kind of probe it is). */
export function nodeAt(path: Path, written: unknown): SettingNode | null {
  let node: SettingNode | null = settingsTree;
  let value = written;
  for (const part of path) {
    node = chooseKind(node, value);
    node = (typeof part === 'number' ? node?.items : (node?.properties?.[part] ?? additional(node))) ?? null;
    if (node === null) return null;
    value = childOf(value, part);
  }
  return chooseKind(node, value);
}

/** Of several kinds of probe the one that is written; others stay as they are. */
export function chooseKind(node: SettingNode | null, value: unknown): SettingNode | null {
  const kinds = node?.oneOf ?? node?.anyOf;
  if (kinds === undefined) return node;
  const kind = childOf(value, 'kind');
  return kinds.find((candidate) => candidate.properties?.['kind']?.const === kind) ?? node;
}

export function childOf(value: unknown, part: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Record<string | number, unknown>)[part];
}

function additional(node: SettingNode | null): SettingNode | undefined {
  return node?.additionalProperties === false ? undefined : node?.additionalProperties;
}
