import type { LintRule } from '../lint-rule.ts';
import { AWS_RULES } from './aws-rules.ts';
import { BACKUP_RULES } from './backup-rules.ts';
import { CONFIG_RULES } from './config-rules.ts';
import { DATABASE_RULES } from './database-rules.ts';
import { FILE_RULES } from './file-rules.ts';
import { HABIT_RULES } from './habit-rules.ts';
import { KUBERNETES_RULES } from './kubernetes-rules.ts';
import { MARKDOWN_RULES } from './markdown-rules.ts';
import { PROCEDURE_RULES } from './procedure-rules.ts';
import { PROMQL_RULES } from './promql-rules.ts';
import { SAFETY_RULES } from './safety-rules.ts';
import { SECRET_RULES } from './secret-rules.ts';
import { SHELL_RULES } from './shell-rules.ts';
import { SQL_RULES } from './sql-rules.ts';
import { STREAM_RULES } from './stream-rules.ts';
import { TOOL_RULES } from './tool-rules.ts';

/** Every rule, in the order of the pages. */
export const LINT_RULES: readonly LintRule[] = [
  ...MARKDOWN_RULES,
  ...SHELL_RULES,
  ...FILE_RULES,
  ...STREAM_RULES,
  ...SAFETY_RULES,
  ...PROCEDURE_RULES,
  ...BACKUP_RULES,
  ...SECRET_RULES,
  ...TOOL_RULES,
  ...KUBERNETES_RULES,
  ...AWS_RULES,
  ...DATABASE_RULES,
  ...SQL_RULES,
  ...PROMQL_RULES,
  ...CONFIG_RULES,
  ...HABIT_RULES,
];
