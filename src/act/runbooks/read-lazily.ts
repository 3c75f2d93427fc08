// The parsers, tables and rules behind reading a runbook take some seventy megabytes. A server that reads none for hours
// should not hold them from its start: they are loaded by the first reading.

import { expectShell } from './syntax/parse-syntax.ts';

const HAS_COMMANDS = /`|~~~|^(?: {4}|\t)/m;

/** Reads a document as procedures, blocks and steps: see parse-runbook.ts. */
export const parseRunbook: typeof import('./parse-runbook.ts').parseRunbook = async (source) => {
  // The thread loads its parsers while this one loads the rules and reads the Markdown.
  if (HAS_COMMANDS.test(source.text)) expectShell();
  return (await import('./parse-runbook.ts')).parseRunbook(source);
};

/** Says what is wrong in a document: see lint/lint-runbook.ts. */
export const lintRunbook: typeof import('./lint/lint-runbook.ts').lintRunbook = async (...asked) =>
  (await import('./lint/lint-runbook.ts')).lintRunbook(...asked);

/** Mends what can be mended safely: see lint/apply-fixes.ts. */
export const applyFixes = async (...asked: Parameters<typeof import('./lint/apply-fixes.ts').applyFixes>) =>
  (await import('./lint/apply-fixes.ts')).applyFixes(...asked);

/** Every lint rule in words: see lint/describe-rules.ts. */
export const listLintRules = async () => (await import('./lint/describe-rules.ts')).listLintRules();
