import type { LintDocument } from './lint-document.ts';

/** `<!-- holdfast-lint-disable rule-a rule-b: reason -->`, also `-next-line` and `-file`. */
const COMMENT =
  /<!--\s*holdfast-lint-disable(-next-line|-file)?\s+([a-z0-9-]+(?:[\s,]+[a-z0-9-]+)*)\s*(?::\s*([^\n]*?))?\s*-->/g;

export type Suppression = { rules: readonly string[]; from: number; to: number; line: number; reason: string };

/**
 * What the document itself says not to report. Without a suffix the comment covers the next block (a fence, a paragraph
 * up to the next blank line); `all` stands for every rule.
 */
export function readSuppressions(document: LintDocument): Suppression[] {
  return [...document.text.matchAll(COMMENT)].map((match) => {
    const line = document.text.slice(0, match.index).split(/\r\n|\r|\n/).length;
    const after = line + match[0].split('\n').length - 1;
    const rules = match[2]!.split(/[\s,]+/);
    const about = { rules, line, reason: match[3] ?? '' };
    if (match[1] === '-file') return { ...about, from: 1, to: document.lines.length };
    if (match[1] === '-next-line') return { ...about, from: after + 1, to: after + 1 };
    return { ...about, ...nextBlock(document, after) };
  });
}

function nextBlock(document: LintDocument, line: number): { from: number; to: number } {
  let from = line + 1;
  while (from <= document.lines.length && document.lines[from - 1]!.trim() === '') from++;
  const fence = document.blocks.find((block) => block.line === from);
  if (fence !== undefined) return { from, to: fence.endLine };
  let to = from;
  while (to < document.lines.length && document.lines[to]!.trim() !== '') to++;
  return { from, to };
}

export function isSuppressed(suppressions: readonly Suppression[], rule: string, line: number): boolean {
  return suppressions.some(
    (each) => line >= each.from && line <= each.to && (each.rules.includes(rule) || each.rules.includes('all')),
  );
}
