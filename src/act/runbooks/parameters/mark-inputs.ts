import type { RunbookInput } from '../../../contract/runbook.ts';
import { BRACKETED, inputTypeOf, STAND_INS } from './input-kinds.ts';

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
 */
export function markPlaceholders(text: string): MarkedText {
  const marked: MarkedText = { text, marks: [], full: false };
  const closed = new Map<string, boolean>();
  const isClosed = (name: string) => {
    if (!closed.has(name)) closed.set(name, text.includes(`</${name}>`));
    return closed.get(name)!;
  };
  for (const match of text.matchAll(BRACKETED)) {
    if (marked.full) return marked;
    const name = match[1]!;
    const before = text[match.index - 1];
    // `<<EOF>` is a heredoc and `<a>…</a>` is markup, not a question.
    if (before === '<' || isClosed(name)) continue;
    // `http://<api-endpoint>/` asks for a host, whatever it is called.
    const type = text.slice(0, match.index).endsWith('://') ? 'host' : inputTypeOf(name);
    addMark(marked, { name, source: 'placeholder', type, start: match.index, end: match.index + match[0].length });
  }
  for (const kind of STAND_INS) {
    for (const match of text.matchAll(kind.written)) {
      const name = kind.name ?? match[0];
      addMark(marked, {
        name,
        source: kind.source,
        type: kind.type ?? inputTypeOf(name),
        start: match.index,
        end: match.index + match[0].length,
      });
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
