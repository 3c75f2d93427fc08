import type { LintFinding } from '../../../contract/runbook-lint.ts';
import { LINT_RULES } from './rules/index.ts';

/** What a reader is told about a rule, on its page and by `--explain`. */
export type RuleDescription = {
  id: string;
  severity: LintFinding['severity'];
  title: string;
  why: string;
  fix: string;
  bad: string;
  good: string;
};

export function listLintRules(): RuleDescription[] {
  return LINT_RULES.map(({ id, severity, title, why, fix, bad, good }) => ({
    id,
    severity,
    title,
    why,
    fix,
    bad,
    good,
  }));
}
