import type { RunbookInput } from '../../../contract/runbook.ts';
import { BRACKETED, inputTypeAt, NO_QUESTION } from './input-kinds.ts';
import { PLACEHOLDER_STYLES } from './placeholder-styles.ts';

/** A place in a text where a value belongs. Offsets are the same in the marked and the written text. */
export type InputMark = {
  name: string;
  source: RunbookInput['source'];
  type: RunbookInput['type'];
  start: number;
  end: number;
  char: string;
};
export type MarkedText = {
  text: string;
  marks: InputMark[];
  /** True when there were more places than marks; such a text is not read any further. */
  full: boolean;
};

/** Private-use characters: letters to every grammar, so a mark is part of a word wherever it stands. */
const FIRST_MARK = 0xe000;
/** More places for values than this are data, not a script. */
const MAX_MARKS = 500;
const ANY_MARK = /[\uE000-\uF8FF]/;

/** False for a text that already holds the characters marks are made of; such a text is not touched. */
export function canBeMarked(text: string): boolean {
  return !ANY_MARK.test(text);
}

/**
 * Replaces every placeholder by as many copies of a character of its own. bash would take `<pod>` for a redirection and
 * create a file; as a mark it is part of a word, and every position stays what it was.
 * `exampleHosts` also takes `api.example.com` for a host to be named. `brackets: false` leaves `[x]` and `{x}` alone, for languages in which these are everyday grammar.
 */
export function markPlaceholders(text: string, { brackets = true, exampleHosts = false } = {}): MarkedText {
  const marked: MarkedText = { text, marks: [], full: false };
  const closed = new Map<string, boolean>();
  const isClosed = (name: string) => {
    if (!closed.has(name)) closed.set(name, text.includes(`</${name}>`));
    return closed.get(name)!;
  };
  const add = (name: string, match: RegExpMatchArray, about: Partial<Pick<InputMark, 'type' | 'source'>>) => {
    const start = match.index!;
    const end = start + match[0].length;
    const type =
      about.type ?? inputTypeAt(name, text.slice(Math.max(0, start - 300), start), text.slice(end, end + 20));
    addMark(marked, { name, source: about.source ?? 'placeholder', type, start, end });
  };
  for (const match of text.matchAll(BRACKETED)) {
    if (marked.full) return marked;
    const name = match[1]!;
    const before = text[match.index - 1];
    // `<<EOF>` is a heredoc, `<a>…</a>` is markup and `<none>` is what a program prints, not a question.
    if (before === '<' || isClosed(name) || NO_QUESTION.test(name) || /[<>]\($/.test(text.slice(0, match.index)))
      continue;
    add(name, match, {});
  }
  for (const style of PLACEHOLDER_STYLES) {
    if (!brackets && style.brackets === true) continue;
    if (!exampleHosts && style.exampleHosts === true) continue;
    for (const match of text.matchAll(style.written)) {
      if (marked.full) return marked;
      if (style.unless?.(text, match) === true) continue;
      const name = style.name === null ? match[0] : style.name(match);
      add(name, match, { source: style.source, ...(style.type !== null && { type: style.type }) });
    }
  }
  return marked;
}

/** Adds one mark, unless its place is taken. */
export function addMark(into: MarkedText, mark: Omit<InputMark, 'char'>): void {
  if (into.marks.length >= MAX_MARKS) {
    into.full = true;
    return;
  }
  const code = FIRST_MARK + into.marks.length;
  if (into.marks.some((other) => mark.start < other.end && other.start < mark.end)) return;
  const char = String.fromCharCode(code);
  into.marks.push({ ...mark, char });
  into.text = into.text.slice(0, mark.start) + char.repeat(mark.end - mark.start) + into.text.slice(mark.end);
}

/** The marks inside a stretch of marked text. */
export function marksIn(text: string, marks: readonly InputMark[]): InputMark[] {
  return marks.filter((mark) => text.includes(mark.char));
}

/** Marked text as a person wrote it. */
export function unmark(text: string, marks: readonly InputMark[], written: string): string {
  let plain = text;
  for (const mark of marks) {
    plain = plain.replace(new RegExp(`${mark.char}+`, 'g'), () => written.slice(mark.start, mark.end));
  }
  return plain;
}
