export { compareRunbooks } from './compare-runbooks.ts';
export { nextCronTime } from './cron.ts';
export { loadSubrunbooks } from './inline-subrunbooks.ts';
export { validateInputValue } from './input-values.ts';
export type { RuleDescription } from './lint/describe-rules.ts';
export type { HookTrigger } from './markdown/front-matter.ts';
export { type ParsedRunbook, toRunbookDocument } from './parsed-runbook.ts';
export { planFromLibrary } from './plan-from-library.ts';
export { planProcedure } from './plan-procedure.ts';
export { applyFixes, lintRunbook, listLintRules, parseRunbook } from './read-lazily.ts';
export {
  isRunbookFile,
  openRunbookLibrary,
  type RunbookLibrary,
  type RunbookSummary,
} from './runbook-library.ts';
export { MAX_RUNBOOK_BYTES } from './runbook-limits.ts';
export { createRunbookLints } from './runbook-lints.ts';
export {
  keepVersion,
  listVersions,
  readNewestVersions,
  readVersionText,
  searchRunbooks,
} from './version-store.ts';
