import type { LintFinding } from '../../../contract/runbook-lint.ts';
import type { LintDocument } from './lint-document.ts';

/** A stretch of the document's text, in UTF-16 offsets; `end` is exclusive. */
export type Span = { start: number; end: number };

/** What a rule says: where, and what exactly. The rule's own `why` is used where none is given here. */
export type Found = {
  at: Span;
  message: string;
  why?: string;
  severity?: LintFinding['severity'];
  /** Only where applying it blindly is safe. */
  fix?: { title: string; edits: (Span & { text: string })[] };
};

/**
 * One lint rule: data for its page and its tests, and the check. A rule that cries wolf is switched off and then misses
 * the night it was written for, so every rule says in `silent` where it must keep quiet.
 */
export type LintRule = {
  /** Kebab-case; people write it in suppressions, so it never changes. */
  id: string;
  severity: LintFinding['severity'];
  /** What is wrong, as a heading. */
  title: string;
  /** What happens at 3 am because of it. */
  why: string;
  /** What to do about it. */
  fix: string;
  /** A document with exactly this mistake, and the same one put right. Both are run as tests and shown on its page. */
  bad: string;
  good: string;
  /** More texts without a finding, and more with one. */
  silent?: readonly string[];
  loud?: readonly string[];
  check(document: LintDocument): Iterable<Found>;
};

/** A fence of commands as a document, for the examples of rules about commands. */
export const sh = (script: string): string => `\`\`\`bash\n${script}\n\`\`\`\n`;
