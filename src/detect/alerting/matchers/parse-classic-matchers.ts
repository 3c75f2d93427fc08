import { createMatcher, type Matcher, MatcherError, type MatcherType } from './matcher.ts';

/** Matchers in the syntax before UTF-8 names: names of letters, digits, `_` and `:`; values quoted or bare. */

const SHAPE = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*([\s\S]*?)[\t\n\f\r ]*$/;

/** @throws MatcherError */
export function parseClassicMatchers(input: string): Matcher[] {
  const inner = input.replace(/^\{/, '').replace(/\}$/, '');
  const tokens: string[] = [];
  let token = '';
  let quoted = false;
  let escaped = false;
  for (const character of inner) {
    if (character === ',' && !quoted) {
      tokens.push(token);
      token = '';
      continue;
    }
    if (character === '"') {
      if (escaped) escaped = false;
      else quoted = !quoted;
    } else escaped = character === '\\' ? !escaped : character === ',' ? escaped : false;
    token += character;
  }
  const last = token.trim();
  if (last !== '') tokens.push(last);
  return tokens.map(parseClassicMatcher);
}

/** @throws MatcherError */
export function parseClassicMatcher(input: string): Matcher {
  const shape = SHAPE.exec(input);
  if (!shape) throw new MatcherError(`bad matcher format: ${input}`);
  const [, name = '', type = '=', raw = ''] = shape;
  return createMatcher(type as MatcherType, name, unescapeValue(raw));
}

function unescapeValue(raw: string): string {
  const refuse = () => new MatcherError(`matcher value contains unescaped double quote: ${raw}`);
  let open = raw.startsWith('"');
  const inner = [...(open ? raw.slice(1) : raw)];
  if (!raw.isWellFormed()) throw new MatcherError(`matcher value not valid UTF-8: ${raw}`);
  let value = '';
  for (let index = 0; index < inner.length; index += 1) {
    const character = inner[index] ?? '';
    const last = index === inner.length - 1;
    if (character === '\\' && !last) {
      index += 1;
      const next = inner[index] ?? '';
      // A backslash that escapes nothing stands for itself.
      value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`;
    } else if (character === '"') {
      if (!open || !last) throw refuse();
      open = false;
    } else value += character;
  }
  if (open) throw refuse();
  return value;
}
