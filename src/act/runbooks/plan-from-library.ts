import type { Plan } from '../../contract/runbook.ts';
import { loadSubrunbooks } from './inline-subrunbooks.ts';
import type { ParsedRunbook } from './parsed-runbook.ts';
import { planProcedure } from './plan-procedure.ts';
import type { RunbookLibrary } from './runbook-library.ts';

/** The plan of a procedure of the library, with the runbooks it calls, and the document it came from. */
export async function planFromLibrary(
  library: Pick<RunbookLibrary, 'read'>,
  wanted: { runbook: string; procedure?: string | undefined; inputs: Readonly<Record<string, string>> },
): Promise<{ plan: Plan; document: ParsedRunbook; text: string }> {
  const { document, text } = await library.read(wanted.runbook);
  const others = await loadSubrunbooks(document, async (path) => (await library.read(path)).document);
  return {
    plan: planProcedure({ document, procedure: wanted.procedure, inputs: wanted.inputs, others }),
    document,
    text,
  };
}
