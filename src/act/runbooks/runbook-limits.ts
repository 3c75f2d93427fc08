/** Larger documents are refused: a runbook people follow is some tens of kilobytes. */
export const MAX_RUNBOOK_BYTES = 1_048_576;
