import type { LintFinding } from '../../../contract/runbook-lint.ts';
import { lineStarts } from './read-lint-document.ts';

/** Applies the fixes that are there; of two that overlap the first one wins and the other waits for the next run. */
export function applyFixes(whole: string, findings: readonly LintFinding[]): { text: string; applied: LintFinding[] } {
  // Columns do not count a byte order mark.
  const mark = whole.startsWith('\uFEFF') ? '\uFEFF' : '';
  const text = whole.slice(mark.length);
  const starts = lineStarts(text);
  const offset = (line: number, column: number) =>
    Math.min(text.length, (starts[line - 1] ?? text.length) + column - 1);
  const taken: { start: number; end: number; text: string }[] = [];
  const applied: LintFinding[] = [];
  for (const finding of findings) {
    if (finding.fix === null) continue;
    const edits = finding.fix.edits.map((edit) => ({
      start: offset(edit.line, edit.column),
      end: offset(edit.endLine, edit.endColumn),
      text: edit.text,
    }));
    const same = (left: { start: number; end: number; text: string }, right: typeof left) =>
      left.start === right.start && left.end === right.end && left.text === right.text;
    const fresh = edits.filter((edit) => !taken.some((other) => same(edit, other)));
    if (fresh.some((edit) => taken.some((other) => overlaps(edit, other)))) continue;
    taken.push(...fresh);
    applied.push(finding);
  }
  let fixed = text;
  for (const edit of taken.sort((left, right) => right.start - left.start)) {
    fixed = fixed.slice(0, edit.start) + edit.text + fixed.slice(edit.end);
  }
  return { text: mark + fixed, applied };
}

/** Two insertions at one place overlap too: which comes first would be chance. */
function overlaps(left: { start: number; end: number }, right: { start: number; end: number }): boolean {
  return left.start === right.start || (left.start < right.end && right.start < left.end);
}
