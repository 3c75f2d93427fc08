import { useQueries } from '@tanstack/react-query';
import type { Risk } from '../../../../src/contract/runbook.ts';
import type { LintFinding } from '../../../../src/contract/runbook-lint.ts';
import { lintQuery, type RunbookSummary, runbookQuery } from '../../api/queries.ts';
import { worstOf } from './procedure-facts.ts';

/** What is known of a runbook beyond the list: what of it is still asked for is undefined. */
export type RunbookFacts = { risk?: Risk | null; findings?: readonly Pick<LintFinding, 'severity'>[] };

/** Each costs the server a reading and a linting: of more than these the facts are shown on their pages only. */
export const FACTS_FOR = 60;

/** The riskiest step and the findings of the first runbooks of a list, as they come in. */
export function useRunbookFacts(runbooks: readonly RunbookSummary[]): ReadonlyMap<string, RunbookFacts> {
  const asked = runbooks.filter((runbook) => runbook.problem === null).slice(0, FACTS_FOR);
  const still = { refetchInterval: false, staleTime: 60_000 } as const;
  const documents = useQueries({ queries: asked.map((runbook) => ({ ...runbookQuery(runbook.path), ...still })) });
  const lints = useQueries({ queries: asked.map((runbook) => ({ ...lintQuery(runbook.path), ...still })) });
  return new Map(
    asked.map((runbook, index) => {
      const document = documents[index]?.data?.document;
      const findings = lints[index]?.data?.items;
      return [
        runbook.path,
        { ...(document ? { risk: worstOf(document) } : {}), ...(findings ? { findings } : {}) },
      ] as const;
    }),
  );
}
