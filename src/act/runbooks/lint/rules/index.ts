import type { LintRule } from '../lint-rule.ts';
import { MARKDOWN_RULES } from './markdown-rules.ts';
import { PROMQL_RULES } from './promql-rules.ts';
import { SHELL_RULES } from './shell-rules.ts';

/** Every rule, in the order of the pages. */
export const LINT_RULES: readonly LintRule[] = [...MARKDOWN_RULES, ...SHELL_RULES, ...PROMQL_RULES];
