import type { z } from 'zod';
import { childOf, nodeAt, type Path, type SettingNode, settingsTree } from './describe-settings.ts';
import { nearestName } from './nearest-name.ts';
import { quote } from './value-types.ts';

/** What is wrong with one value, in words; `at` is where to point, with its key or its value. */
export type Explained = { path: Path; at: 'key' | 'value'; message: string };

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** A bare number where text belongs: what its writer most likely left out. */
const NUMBER_ADVICE: Readonly<Record<string, (value: number) => string>> = {
  duration: (value) => `${value} has no unit; write ${value}s or ${value}m`,
  size: (value) => `${value} has no unit; write ${value}MiB`,
  'HOST:PORT': (value) => `${value} has no host; write 127.0.0.1:${value}, or 0.0.0.0:${value} for every interface`,
};

/** One finding of the schema as what an operator needs to know. An unknown-keys issue gives one for each key. */
export function explainIssue(issue: z.core.$ZodIssue, written: unknown): Explained[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const value = path.reduce<unknown>(childOf, written);
  const found = (message: string, at: 'key' | 'value' = 'value'): Explained[] => [{ path, at, message }];

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        at: 'key',
        message: explainUnknown(path, key, written),
      }));
    case 'invalid_key':
      return found(issue.issues[0]?.message ?? 'is not a name', 'key');
    case 'invalid_type':
      if (value === undefined) return found(isPresent(path, written) ? 'is empty' : 'is required');
      return found(explainType(issue.message, issue.expected, value, nodeAt(path, written)));
    case 'invalid_value':
      return found(explainChoice(issue.values.map(String), value));
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options))
        return found(explainChoice(issue.options.map(String), value));
      return found(issue.message);
    case 'too_small':
      return found(
        issue.origin === 'array' ? issue.message : `${describe(value)} is too small; at least ${issue.minimum}`,
      );
    case 'too_big':
      return found(`${describe(value)} is too big; at most ${issue.maximum}`);
    default:
      return found(issue.message);
  }
}

function explainUnknown(path: Path, key: string, written: unknown): string {
  const known = Object.keys(nodeAt(path, written)?.properties ?? {});
  const near = nearestName(key, known);
  if (near !== null) return `is not a setting; did you mean ${near}?`;
  const elsewhere = nearestName(key, Object.keys(settingsTree.properties ?? {}));
  if (elsewhere !== null && elsewhere !== path[0])
    return `is not a setting here; ${elsewhere} stands at the top of the file`;
  return `is not a setting${known.length === 0 ? '' : `; known here: ${known.join(', ')}`}`;
}

function explainType(message: string, expected: string, value: unknown, node: SettingNode | null): string {
  // A message of our own says more than the type.
  if (!message.startsWith('Invalid input')) return message;
  if (expected === 'string' && typeof value === 'number') {
    if (node?.mask !== undefined) return 'must be text: put it in quotes';
    return (NUMBER_ADVICE[node?.type ?? ''] ?? ((number) => `must be text: put ${number} in quotes`))(value);
  }
  return `must be ${TYPE_WORDS[expected] ?? expected}, not ${describeType(value)}`;
}

/** A key that is there with nothing behind it. */
function isPresent(path: Path, written: unknown): boolean {
  const parent = path.slice(0, -1).reduce<unknown>(childOf, written);
  return typeof parent === 'object' && parent !== null && Object.hasOwn(parent, path.at(-1) ?? '');
}

function explainChoice(options: readonly string[], value: unknown): string {
  if (value === undefined) return `is required: ${options.join(', ')}`;
  const near = typeof value === 'string' ? nearestName(value, options) : null;
  return `${describe(value)} is not one of ${options.join(', ')}${near === null ? '' : `; did you mean ${near}?`}`;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : describeType(value);
}

function describeType(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return { string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? typeof value;
}
