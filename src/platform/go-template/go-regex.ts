import { RE2JS, RE2JSException } from 're2js';

const MOST_KEPT = 200;
const LONGEST_PATTERN = 10_000;
const compiled = new Map<string, RE2JS>();

/** An expression in RE2's syntax, which takes linear time. @throws Error in the words of Go's regexp package */
export function compileRegex(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  if (pattern.length > LONGEST_PATTERN)
    throw new Error(`error parsing regexp: longer than ${LONGEST_PATTERN} characters`);
  try {
    const fresh = RE2JS.compile(pattern);
    if (compiled.size >= MOST_KEPT) compiled.clear();
    compiled.set(pattern, fresh);
    return fresh;
  } catch (thrown) {
    if (!(thrown instanceof RE2JSException)) throw thrown;
    throw new Error(`error parsing regexp: ${thrown.message.replace(/^error parsing regexp: /, '')}`);
  }
}

/** Whether it matches anywhere in the text. */
export function matchRegex(regex: RE2JS, text: string): boolean {
  return regex.matcher(text).find();
}

/** Go's ReplaceAllString: `$1`, `${1}` and `$name` in the replacement stand for what the groups matched. */
export function replaceAllRegex(
  regex: RE2JS,
  text: string,
  replacement: string,
  context: { charge(units: number): void },
): string {
  const matcher = regex.matcher(text);
  const names: Record<string, number> = regex.namedGroups();
  let replaced = '';
  let end = 0;
  let from = 0;
  while (from <= text.length && matcher.find(from)) {
    const start = matcher.start();
    const stop = matcher.end();
    context.charge(replacement.length + 1);
    // An empty match right behind another one is none.
    if (stop > start || start > end || start === 0) {
      replaced += text.slice(end, start) + expand(replacement, (group) => groupText(matcher, names, group));
      end = stop;
    }
    from = stop > start ? stop : stop + ((text.codePointAt(stop) ?? 0 > 0xffff) ? characterLength(text, stop) : 1);
  }
  return replaced + text.slice(end);
}

function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function groupText(
  matcher: { group(at: number): string | null; groupCount(): number },
  names: Readonly<Record<string, number>>,
  group: string,
): string {
  const number = /^\d+$/.test(group) ? Number(group) : Object.hasOwn(names, group) ? names[group] : undefined;
  if (number === undefined || number > matcher.groupCount()) return '';
  return matcher.group(number) ?? '';
}

function expand(template: string, groupOf: (name: string) => string): string {
  return template.replaceAll(
    /\$(\$|\{(\w+)\}|([\p{L}\p{Nd}_]+))/gu,
    (_all, sign: string, braced?: string, bare?: string) => (sign === '$' ? '$' : groupOf(braced ?? bare ?? '')),
  );
}

/** Go's ExpandString of the first match, or null where nothing matches. */
export function replaceFirstRegex(regex: RE2JS, text: string, replacement: string): string | null {
  const matcher = regex.matcher(text);
  if (!matcher.find()) return null;
  const names: Record<string, number> = regex.namedGroups();
  return expand(replacement, (group) => groupText(matcher, names, group));
}

/** Whether a text fits an expression from its first to its last character. */
export function compileWholeRegex(pattern: string): (text: string) => boolean {
  const regex = compileRegex(`^(?:${pattern})$`);
  return (text) => matchRegex(regex, text);
}
