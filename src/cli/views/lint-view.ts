import type { RuleDescription } from '../../act/runbooks/index.ts';
import type { LintFinding } from '../../contract/runbook-lint.ts';
import type { LintRun } from '../lint-files.ts';
import { cleanLine } from '../terminal/clean-text.ts';
import { displayWidth, takeColumns, wrapWords } from '../terminal/display-width.ts';
import type { Output } from '../terminal/output.ts';
import { count } from '../terminal/times.ts';

const MARGIN = '    ';
/** How much of a long line stands before what is meant. */
const LEAD_COLUMNS = 24;
const MOST_COLUMNS = 120;

/** The findings as people read them: by file, with the line they are about and what of it. */
export function printLint(output: Output, run: LintRun): void {
  for (const { file, text, findings } of run.files) {
    if (findings.length === 0) continue;
    output.print(output.bold(cleanLine(file)));
    const lines = text.split(/\r\n|\r|\n/);
    for (const finding of findings) printFinding(output, finding, lines[finding.line - 1] ?? '');
    output.print('');
  }
  output.print(summaryOf(output, run));
}

function printFinding(output: Output, finding: LintFinding, line: string): void {
  const tone = finding.severity === 'error' ? 'bad' : 'asks';
  const place = `${finding.line}:${finding.column}`;
  const head = `  ${output.mark(tone)} ${place}  ${output.tint(tone, finding.severity)}  ${finding.rule}`;
  output.print(`${head}${finding.fix === null ? '' : output.dim('  (--fix)')}`);
  for (const said of wrapWords(cleanLine(finding.message), Math.min(output.width, MOST_COLUMNS) - MARGIN.length))
    output.print(`${MARGIN}${said}`);
  const { shown, from, width } = cut(line, finding, Math.min(output.width, MOST_COLUMNS) - MARGIN.length - 2);
  if (shown.trim() === '') return;
  output.print(`${MARGIN}${output.dim('|')} ${shown}`);
  output.print(`${MARGIN}${output.dim('|')} ${' '.repeat(from)}${output.tint(tone, '^'.repeat(width))}`);
}

/** As much of the line as there is room for, around what is meant. Columns, not characters: wide letters take two. */
function cut(line: string, finding: LintFinding, room: number): { shown: string; from: number; width: number } {
  const safe = harmless(line);
  const last = finding.endLine === finding.line ? finding.endColumn - 1 : safe.trimEnd().length;
  const meant = safe.slice(finding.column - 1, Math.max(last, finding.column));
  const before = safe.slice(0, finding.column - 1).trimStart();
  let start = 0;
  while (displayWidth(before.slice(start)) > LEAD_COLUMNS && displayWidth(before.slice(start) + meant) > room) start++;
  const lead = before.slice(start);
  const shown = takeColumns(`${lead}${safe.slice(finding.column - 1)}`, room).trimEnd();
  const from = displayWidth(lead);
  return { shown, from, width: Math.max(1, Math.min(displayWidth(meant), room - from)) };
}

/** Letter for letter, so that columns stay: a tab is a blank, what would act on the terminal a question mark. */
const harmless = (text: string) =>
  text.replaceAll('\t', ' ').replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '?');

function summaryOf(output: Output, run: LintRun): string {
  const all = run.files.flatMap((each) => each.findings);
  const errors = all.filter((finding) => finding.severity === 'error').length;
  const fixable = all.filter((finding) => finding.fix !== null).length;
  const parts = [
    all.length === 0
      ? 'No mistakes found'
      : [errors > 0 ? count(errors, 'error') : '', all.length > errors ? count(all.length - errors, 'warning') : '']
          .filter(Boolean)
          .join(', '),
    `in ${count(run.files.length, 'file')}`,
  ];
  const mark = output.mark(errors > 0 ? 'bad' : all.length > 0 ? 'asks' : 'good');
  const fixed = run.fixed > 0 ? `; ${count(run.fixed, 'mistake')} mended` : '';
  return `${mark} ${parts.join(' ')}${fixed}${fixable > 0 ? `; ${fixable} can be mended by --fix` : ''}`;
}

/** One rule as `--explain` shows it. */
export function printRule(output: Output, rule: RuleDescription): void {
  output.print(output.bold(`${rule.id}: ${rule.title}`));
  output.printFacts(
    [
      ['Severity', rule.severity],
      ['Why', rule.why],
      ['Instead', rule.fix],
    ],
    2,
  );
  output.print(
    `\n${output.dim('This is found:')}\n${indent(rule.bad)}\n\n${output.dim('This is not:')}\n${indent(rule.good)}`,
  );
}

const indent = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
