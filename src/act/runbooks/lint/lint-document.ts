import type { Reading } from '../blocks/detect-language.ts';
import type { ParsedRunbook } from '../parsed-runbook.ts';
import type { SqlStatementSyntax } from '../syntax/parse-syntax.ts';
import type { Span } from './lint-rule.ts';
import type { LintCommand, LintScript } from './lint-script.ts';
import type { AwsTable } from './tools/aws-table.ts';
import type { ToolTables } from './tools/tool-table.ts';

export type LintHeading = Span & { title: string; slug: string; depth: number; line: number };
export type LintLink = Span & { url: string };
/** `number` is the one written, null for bullets and items without one. `list` tells which list it is of. */
export type LintItem = Span & { number: number | null; text: string; list: number; line: number; depth: number };

/** SQL somewhere in the document. `statements` is null where PostgreSQL's grammar refuses it; `problem` says why. */
export type LintSql = {
  text: string;
  at: Span;
  block: LintBlock | null;
  statements: SqlStatementSyntax[] | null;
  problem: { reason: string; offset: number } | null;
  /** File offset of a character of `text`. */
  offsetOf(offset: number): number;
};

/** A PromQL expression. `shown` is the span in the file; `name` what the document calls it (an alert's name), or ''. */
export type LintQuery = { text: string; at: Span; name: string };

/** A code block, with the words that announce it. */
export type LintBlock = {
  language: string;
  info: string;
  reading: Reading;
  text: string;
  line: number;
  endLine: number;
  fenced: boolean;
  closed: boolean;
  /** Heading titles above it, outermost first, then the label and the list item it stands under. */
  headings: readonly string[];
  /** Index of its heading in `document.headings`, -1 before the first. */
  section: number;
  announced: string;
  script: LintScript | null;
  /** File offset of a character of `text`. */
  offsetOf(offset: number): number;
};

/** Everything the rules look at. Made once; the rules are functions of it. */
export type LintDocument = {
  file: string;
  text: string;
  lines: readonly string[];
  headings: readonly LintHeading[];
  items: readonly LintItem[];
  links: readonly LintLink[];
  anchors: ReadonlySet<string>;
  tables: readonly { rows: string[][]; line: number }[];
  blocks: readonly LintBlock[];
  commands: readonly LintCommand[];
  sql: readonly LintSql[];
  queries: readonly LintQuery[];
  /** What the other tools take. */
  tools: ToolTables;
  /** What aws takes; null where the document does not call it. */
  aws: AwsTable | null;
  /** Says whether a file the document links to is there; null where nobody can know (standard input, an API). */
  fileExists: ((path: string) => boolean) | null;
  /** What the parser of runbooks refused, with its line. */
  problem: { line: number; message: string } | null;
  /** What that parser had to work around. */
  notes: ParsedRunbook['problems'];
  lineStart(line: number): number;
  /** The span of a whole line without its line break. */
  lineSpan(line: number): Span;
};
