import type { WireMatcher } from './alert-queries.ts';

const MATCHER = /^\s*("(?:[^"\\]|\\.)*"|[^\s=!~",{}]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^\s",{}]*)\s*$/;
const ONE = /\s*,?\s*((?:"(?:[^"\\]|\\.)*"|[^\s=!~",{}]+)\s*(?:=~|!~|!=|=)\s*(?:"(?:[^"\\]|\\.)*"|[^\s",{}]*))/y;
const PLAIN = /^[^\s=!~",{}\\'`]+$/;

/**
 * `a=b, c=~"d|e"` as single matchers; null when something in it is none.
 * @returns the matchers as they were written
 */
export function splitMatchers(text: string): string[] | null {
  const inner = text.trim().replace(/^\{/, '').replace(/\}$/, '');
  const found: string[] = [];
  ONE.lastIndex = 0;
  while (ONE.lastIndex < inner.trimEnd().length) {
    const match = ONE.exec(inner);
    if (!match) return null;
    found.push((match[1] ?? '').trim());
  }
  return found;
}

/** One matcher as the API takes it; null when it is none. */
export function toWireMatcher(text: string): WireMatcher | null {
  const [, name = '', type = '', value = ''] = MATCHER.exec(text) ?? [];
  if (type === '') return null;
  return {
    name: unquote(name),
    value: unquote(value),
    isRegex: type.endsWith('~'),
    isEqual: !type.startsWith('!'),
  };
}

export function showMatcher({ name, value, isRegex, isEqual }: WireMatcher): string {
  const type = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return `${PLAIN.test(name) ? name : quote(name)}${type}${quote(value)}`;
}

/** Matchers that mean exactly these labels. */
export function matchersOf(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([name, value]) => showMatcher({ name, value, isRegex: false, isEqual: true }));
}

const quote = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));
}
