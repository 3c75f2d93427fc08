import type { LintEdit } from '../../../src/contract/runbook-lint.ts';

/** The lines that a fix touches, as they are and as they would be. */
export type EditedLines = { line: number; before: string[]; after: string[] };

/** What the edits of a fix make of the lines they touch. Positions are those of the text as it is. */
export function applyEdits(text: string, edits: readonly LintEdit[]): EditedLines {
  const lines = text.split('\n');
  const first = Math.max(1, Math.min(...edits.map((edit) => edit.line)));
  const last = Math.min(lines.length, Math.max(...edits.map((edit) => edit.endLine)));
  const before = lines.slice(first - 1, last);
  const offsets: number[] = [];
  let at = 0;
  for (const line of before) {
    offsets.push(at);
    at += line.length + 1;
  }
  const offsetOf = (line: number, column: number) =>
    Math.min(line > last ? at : (offsets[line - first] ?? 0) + column - 1, Math.max(at - 1, 0));
  let after = before.join('\n');
  // From the end, so that what an edit moves lies behind all those still to come.
  for (const edit of edits.toSorted((left, right) => right.line - left.line || right.column - left.column)) {
    after =
      after.slice(0, offsetOf(edit.line, edit.column)) +
      edit.text +
      after.slice(offsetOf(edit.endLine, edit.endColumn));
  }
  return { line: first, before, after: after.split('\n') };
}
