export { validateInputValue } from './input-values.ts';
export { MAX_RUNBOOK_BYTES, parseRunbook } from './parse-runbook.ts';
export type { ParsedRunbook, StepDraft } from './parsed-runbook.ts';
export { toRunbookDocument } from './parsed-runbook.ts';
export { planProcedure } from './plan-procedure.ts';
export {
  openRunbookLibrary,
  type RunbookEntry,
  type RunbookLibrary,
  type RunbookSummary,
  type TriggerMatch,
} from './runbook-library.ts';
export { stopSyntaxThread } from './syntax/parse-syntax.ts';
