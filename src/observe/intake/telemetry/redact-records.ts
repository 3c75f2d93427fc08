import { RE2JS } from 're2js';
import { HoldfastError, messageOf } from '../../../platform/errors/holdfast-error.ts';
import type { Attributes, PlainValue, RecordGroup } from './telemetry-record.ts';

/** What must not be stored. `keys` are names whose values are blanked, `patterns` RE2 expressions of what is blanked. */
export type RedactionRules = { keys: readonly string[]; patterns: readonly string[] };

/** Blanks what the rules name, in place. @returns how many values were blanked */
export type Redact = (group: RecordGroup) => number;

export const REDACTED = '[redacted]';

/**
 * Makes the rules into a function. In texts a key is looked for as people and programs write it: `password=…`,
 * `"password": "…"`, `Authorization: Bearer …`. Keys are compared without regard to case, dashes and underscores.
 */
export function compileRedaction(rules: RedactionRules): Redact {
  const keys = new Set(rules.keys.map(foldKey).filter((key) => key !== ''));
  const patterns = rules.patterns.map((pattern) => RE2JS.compile(pattern));
  const inText = keys.size === 0 ? null : textExpression([...keys]);
  let blanked = 0;

  const redactText = (text: string): string => {
    let clean = text;
    if (inText !== null) {
      clean = clean.replace(inText, (_all, key: string, between: string) => {
        blanked += 1;
        return `${key}${between}${REDACTED}`;
      });
    }
    for (const pattern of patterns) {
      const matcher = pattern.matcher(clean);
      if (!matcher.find()) continue;
      clean = matcher.replaceAll(REDACTED);
      blanked += 1;
    }
    return clean;
  };
  const redactValue = (value: PlainValue): PlainValue => {
    if (typeof value === 'string') return redactText(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(redactValue);
    return redactAttributes(value);
  };
  const redactAttributes = (attributes: Attributes): Attributes => {
    const clean: Attributes = {};
    for (const [name, value] of Object.entries(attributes)) {
      const secret = keys.has(foldKey(name));
      if (secret) blanked += 1;
      // A name can hold a secret as well as a value can.
      Object.defineProperty(clean, redactText(name), {
        value: secret ? REDACTED : redactValue(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return clean;
  };
  return (group) => {
    blanked = 0;
    if (inText === null && patterns.length === 0) return 0;
    for (const record of group.records) {
      if ('text' in record) record.text = redactText(record.text);
      else if ('series' in record) record.series = redactText(record.series);
      else record.name = redactText(record.name);
      if ('attributes' in record && record.attributes !== undefined)
        record.attributes = redactAttributes(record.attributes);
    }
    return blanked;
  };
}

/** @throws HoldfastError when one is not RE2 */
export function assertPatterns(patterns: readonly string[]): void {
  for (const pattern of patterns) {
    try {
      RE2JS.compile(pattern);
    } catch (thrown) {
      throw new HoldfastError({
        code: 'redaction.pattern',
        kind: 'invalid',
        message: `${pattern} is not an RE2 expression: ${messageOf(thrown)}`,
      });
    }
  }
}

const foldKey = (key: string) => key.toLowerCase().replace(/[-_.\s]/g, '');

/**
 * A key, what stands between, and the value: quoted, a scheme with its credential, or up to the next separator. Every
 * part is a run of one class of characters, so that no text makes it slow.
 */
function textExpression(folded: readonly string[]): RegExp {
  const names = folded
    .toSorted((left, right) => right.length - left.length)
    .map((key) => [...key].map((char) => char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('[-_. ]?'));
  const value = String.raw`(?:\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*'|(?:bearer|basic|token)\s+[^\s,;&"'}\]]+|[^\s,;&"'}\]]+)`;
  return new RegExp(String.raw`(?<![a-z0-9])(${names.join('|')})(\\?["']?\s{0,8}[=:]\s{0,8})${value}`, 'gi');
}
