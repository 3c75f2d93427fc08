import { inputTypeOf } from './input-kinds.ts';
import { addMark, type InputMark, type MarkedText, markPlaceholders } from './mark-inputs.ts';
import { isQuestion, type KnownVariables } from './mark-variables.ts';

/** A statement with `$1`… in place of its values, and the inputs they are bound to. */
type BoundSql = { ok: true; text: string; binds: string[] } | { ok: false; reason: string };

/** Strings, quoted names, comments and dollar quotes: where a `$name` is text and not a question. */
const QUOTED =
  /'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)/g;

/** Marks `<name>`, `$NAME`, `$declared` and `:'name'` in SQL. A whole quoted placeholder (`'<x>'`) loses its quotes to the mark. */
export function markSql(text: string, known: KnownVariables): MarkedText {
  const marked: MarkedText = { text, marks: [], full: false };
  const placeholders = markPlaceholders(text, { brackets: false }).marks;
  const quoted = [...text.matchAll(QUOTED)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
  }));
  const around = (at: number) => quoted.find((span) => span.start <= at && at < span.end);
  for (const { char: _, ...mark } of placeholders) {
    const span = around(mark.start);
    if (span === undefined) addMark(marked, mark);
    else if (span.text.startsWith("'")) {
      const whole = span.start + 1 === mark.start && span.end - 1 === mark.end;
      addMark(marked, whole ? { ...mark, start: span.start, end: span.end } : mark);
    }
  }
  for (const match of text.matchAll(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))(?!\$)/g)) {
    const name = match[1] ?? match[2]!;
    if (!isQuestion(name, known)) continue;
    const span = around(match.index);
    if (span !== undefined && !span.text.startsWith("'")) continue;
    const end = match.index + match[0].length;
    const whole = span !== undefined && span.start + 1 === match.index && span.end - 1 === end;
    const type = known.declared.get(name) ?? inputTypeOf(name);
    const source = known.declared.has(name) ? ('declared' as const) : ('env' as const);
    addMark(marked, { name, source, type, start: whole ? span.start : match.index, end: whole ? span.end : end });
  }
  return marked;
}

/** Turns the marks of one statement into bind values; a mark inside a longer string has no such form. */
export function bindSql(statement: string, marks: readonly InputMark[]): BoundSql {
  const binds: string[] = [];
  for (const span of statement.matchAll(QUOTED)) {
    const inside = marks.find((mark) => span[0].includes(mark.char));
    if (inside !== undefined && !span[0].startsWith('--') && !span[0].startsWith('/*')) {
      return {
        ok: false,
        reason: `<${inside.name}> stands inside a longer text; write it as a value of its own, joined with ||`,
      };
    }
  }
  let text = statement;
  for (const mark of marks) {
    text = text.replace(new RegExp(`${mark.char}+`, 'g'), () => {
      if (!binds.includes(mark.name)) binds.push(mark.name);
      return `$${binds.indexOf(mark.name) + 1}`;
    });
  }
  return { ok: true, text, binds };
}
