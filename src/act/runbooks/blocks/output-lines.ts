import { beginsLikeSql } from '../consoles/classify-dialect-sql.ts';
import { isKnownCommand } from './known-command.ts';

/** A count, a number in a list, a reply of Redis or a member of JSON: nothing a shell could run begins like that. */
const COUNT =
  /^\s*(?:\d+(?:[.,:]\d+)*%?(?:\s+[A-Za-z(]|\)?\s*$|\)\s)|\(\d+ rows?\)|\((?:integer|nil|error|empty)\b|\[\d+\]\s+\d+\s*$|"[\w.@/-]+"\s*:\s)/;
/** `Status: active`, `Cluster status of node …`: words of a program about what it did. */
const FACT = /^\s*[A-Z][A-Za-z]*(?: [\w'/()@.-]+){0,6}:(?:\s|$)/;
/** An address alone: to be opened in a browser, not to be run. */
const ADDRESS = /^\s*<?https?:\/\/[^\s<>|;&]+>?\s*$/;
/** What only commands have: operators, options, expansions, assignments. */
const TYPED = /[|;&`]|\$[({\w]|(?:^|\s)--?[A-Za-z]|^\s*(?:[A-Za-z_]\w*=|\.{0,2}\/|sudo\b|~\/)/;
/** Most lines of an answer in JSON that are looked at. */
const MAX_JSON_LINES = 200;

/**
 * How many lines from this one on were printed by the command above them, in a fence without prompts. Only what cannot
 * be a command counts: a command taken for output would not be judged at all.
 */
export function printedLines(lines: readonly string[], at: number, afterOutput: boolean): number {
  const line = lines[at]!;
  // `2) kubectl delete …`, `Then: kubectl delete …`: words to a person who then types the rest.
  const words = line.trim().split(/\s+/, 8);
  if (words.some((word, place) => place > 0 && /[:.)]$|^\d+$/.test(words[place - 1]!) && isCommandLike(word))) return 0;
  if (COUNT.test(line)) return 1;
  if (FACT.test(line) && !TYPED.test(line.replace(/^[^:]*:/, ''))) return 1;
  if (/^\s*[[{]/.test(line)) return jsonLines(lines, at);
  return afterOutput && !TYPED.test(line) && !isCommandLike(line) ? 1 : 0;
}

/** True for a line that holds an address and nothing else. */
export const isAddress = (line: string): boolean => ADDRESS.test(line);

/** A line that a shell may run: below printed lines it is typed again. */
export const isCommandLike = (line: string): boolean => isKnownCommand(/^\s*([\w./-]+)(?:\s|$)/.exec(line)?.[1] ?? '');

/** `Primary:`, `CentOS 7.9+ / Ubuntu 20.04+`: a heading or a version, whatever stands above it. */
export const isHeading = (line: string): boolean =>
  /^\s*\p{Lu}[\p{L}\w-]*(?: [\w-]+){0,4}:\s*$/u.test(line) ||
  /^\s*(?:[A-Z][\w.+-]*(?: [A-Z]\w*)* v?\d+(?:\.\d+)*[+x]?(?:\s*\/\s*)?)+\s*$/.test(line);

/** How many lines `{ "status": "green" }` takes; 0 where it is no JSON (`{ rm x; }` is a command). */
export function jsonLines(lines: readonly string[], at: number): number {
  if (!/^\s*(?:\{\s*(?:"|$|\})|\[\s*(?:[{["\d]|$|\]))/.test(lines[at]!)) return 0;
  let text = '';
  let open = 0;
  for (let next = at; next < lines.length && next < at + MAX_JSON_LINES; next++) {
    text += `${lines[next]}\n`;
    const plain = lines[next]!.replace(/"(?:[^"\\]|\\.)*"/g, '');
    open += (plain.match(/[[{]/g)?.length ?? 0) - (plain.match(/[\]}]/g)?.length ?? 0);
    if (open > 0) continue;
    try {
      JSON.parse(text);
      return next - at + 1;
    } catch {
      return 0;
    }
  }
  return 0;
}

/** `1. SELECT …;`, `- SELECT …;`: the signs of a list before statements as blanks, where nothing else stands in the text. */
export function withoutListSigns(text: string): string {
  const signs = /^(\s*(?:\d{1,2}[.)]|[-*•])\s+)(?=\S)/;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const isList = lines.every((line) => {
    const sign = signs.exec(line);
    return sign !== null && beginsLikeSql(line.slice(sign[0].length)) && /;\s*$/.test(line);
  });
  return isList ? text.replace(new RegExp(signs, 'gm'), (sign) => sign.replace(/\S/g, ' ')) : text;
}

/** `----+----`, `+---+---+` or `-----`: the rule under the heads of a table that a database printed. */
const TABLE_RULE = /^\s*(?:-{3,}(?:\+-{3,})*|\+-{2,}(?:\+-{2,})*\+)\s*$/;

/** The same text with the tables a database printed below its statements as blanks, so that every position stays. */
export function withoutPrintedTables(text: string): string {
  const lines = text.split('\n');
  const printed = new Set<number>();
  for (const [at, line] of lines.entries()) {
    if (!TABLE_RULE.test(line) || printed.has(at)) continue;
    const head = /^\s*\+/.test(line) ? at : at - 1;
    const typed = lines.slice(0, Math.max(head, 0)).findLast((each) => each.trim() !== '');
    if (typed === undefined || !/(?:;|\\[gG])\s*$/.test(typed)) continue;
    for (let next = head; next < lines.length && (lines[next]!.trim() !== '' || next === head); next++) {
      if (next > at && /;\s*$/.test(lines[next]!)) break;
      printed.add(next);
    }
  }
  return printed.size === 0
    ? text
    : lines.map((line, at) => (printed.has(at) ? ' '.repeat(line.length) : line)).join('\n');
}
