import type { Plan } from '../../contract/runbook.ts';
import { loadSubrunbooks } from './inline-subrunbooks.ts';
import type { ParsedRunbook } from './parsed-runbook.ts';
import { planProcedure } from './plan-procedure.ts';
import type { RunbookLibrary } from './runbook-library.ts';

/** The plan of a procedure of the library, with the runbooks it calls, and the document it came from. */
export async function planFromLibrary(
  library: Pick<RunbookLibrary, 'read'>,
  wanted: {
    runbook: string;
    procedure?: string | undefined;
    inputs: Readonly<Record<string, string>>;
    /** Values of the environment it is for: they stand for inputs of the same name that are not given. */
    environment?: Readonly<Record<string, string>> | undefined;
  },
): Promise<{ plan: Plan; document: ParsedRunbook; text: string }> {
  const { document, text } = await library.read(wanted.runbook);
  const known = new Set(document.inputs.map((input) => input.name));
  const placed = Object.fromEntries(Object.entries(wanted.environment ?? {}).filter(([name]) => known.has(name)));
  const others = await loadSubrunbooks(document, async (path) => (await library.read(path)).document);
  return {
    plan: planProcedure({ document, procedure: wanted.procedure, inputs: { ...placed, ...wanted.inputs }, others }),
    document,
    text,
  };
}
