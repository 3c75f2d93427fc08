import type { LintFinding } from '../../../contract/runbook-lint.ts';
import type { LintDocument } from './lint-document.ts';
import type { Found, LintRule, Span } from './lint-rule.ts';
import { lineStarts, readLintDocument } from './read-lint-document.ts';
import { LINT_RULES } from './rules/index.ts';
import { isSuppressed, readSuppressions } from './suppressions.ts';

export type LintOptions = {
  /** Only these rules; all when absent. */
  only?: readonly string[] | undefined;
  ignore?: readonly string[] | undefined;
  /** Says whether a path the document links to is there; without it links to files are not judged. */
  fileExists?: ((path: string) => boolean) | undefined;
};

/** A document that drowns its reader in findings of one kind is not helped by more of them. */
const MAX_PER_RULE = 50;

/**
 * Reads a runbook and reports its mistakes, ordered by place. Any text is accepted and nothing is thrown: what the parser
 * of runbooks refuses is a finding too.
 */
export async function lintRunbook(
  source: { file: string; text: string },
  options: LintOptions = {},
): Promise<LintFinding[]> {
  const document = await readLintDocument({ ...source, fileExists: options.fileExists ?? null });
  const suppressions = readSuppressions(document);
  const starts = lineStarts(document.text);
  const place = (offset: number) => placeOf(starts, offset);
  const findings: LintFinding[] = [];
  for (const rule of LINT_RULES) {
    if (options.only !== undefined && !options.only.includes(rule.id)) continue;
    if (options.ignore?.includes(rule.id)) continue;
    const seen = new Set<number>();
    for (const found of rule.check(document)) {
      // The same mistake seen in two ways is one mistake.
      if (seen.size >= MAX_PER_RULE) break;
      if (seen.has(found.at.start)) continue;
      seen.add(found.at.start);
      findings.push(toFinding(document, rule, found, place));
    }
  }
  return findings
    .filter((finding) => !isSuppressed(suppressions, finding.rule, finding.line))
    .sort((left, right) => left.line - right.line || left.column - right.column || (left.rule < right.rule ? -1 : 1));
}

function toFinding(
  document: LintDocument,
  rule: LintRule,
  found: Found,
  place: (offset: number) => Place,
): LintFinding {
  const lineEnd = /\r\n/.test(document.text) ? '\r\n' : '\n';
  const range = (span: Span) => {
    const start = place(span.start);
    const end = place(Math.max(span.start, span.end));
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  };
  return {
    file: document.file,
    ...range(found.at),
    rule: rule.id,
    severity: found.severity ?? rule.severity,
    message: shown(found.message),
    why: found.why ?? rule.why,
    fix:
      found.fix === undefined
        ? null
        : {
            title: found.fix.title,
            // A fix of several lines ends them as the document does.
            edits: found.fix.edits.map(({ text, ...span }) => ({
              ...range(span),
              text: text.replaceAll('\n', lineEnd),
            })),
          },
  };
}

/** What is only known when it runs is shown as an ellipsis. */
const shown = (message: string) => message.replace(/[\uFFFC\uE000-\uF8FF]+/g, '…').replace(/\s*\n\s*/g, ' ');

type Place = { line: number; column: number };

function placeOf(starts: readonly number[], offset: number): Place {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low]! + 1 };
}
