import { INPUT_TYPES, type RunbookInput } from '../../../contract/runbook.ts';
import { readingByName, typedShell } from '../blocks/detect-language.ts';
import type { FenceEntry } from '../markdown/read-outline.ts';
import { inputTypeOf } from '../parameters/input-kinds.ts';
import { markPlaceholders } from '../parameters/mark-inputs.ts';
import { assignedIn, expandedIn, type KnownVariables } from '../parameters/mark-variables.ts';
import { MAX_SYNTAX_CHARS, parseShell } from '../syntax/parse-syntax.ts';

/** So many that the reading thread never waits for this one, and so few that each is answered in time. */
const ASKED_AT_ONCE = 8;

/** The variables that scripts of a document set, and those they use: what one sets is no question in another. */
export async function variablesAnywhere(
  fences: readonly FenceEntry[],
): Promise<Pick<KnownVariables, 'assigned' | 'expanded'>> {
  const assigned = new Set<string>();
  const expanded = new Set<string>();
  const scripts = fences.flatMap((fence) => {
    const language = fence.language.toLowerCase();
    const named = readingByName(language);
    if (named !== 'shell' && (named !== undefined || !/[=$]/.test(fence.text))) return [];
    if (fence.text.length > MAX_SYNTAX_CHARS) return [];
    const marked = markPlaceholders(typedShell(language, fence.text));
    return marked.full ? [] : [marked.text];
  });
  for (let from = 0; from < scripts.length; from += ASKED_AT_ONCE) {
    for (const parsed of await Promise.all(scripts.slice(from, from + ASKED_AT_ONCE).map(parseShell))) {
      if (!parsed.ok) continue;
      for (const name of assignedIn(parsed.tree)) assigned.add(name);
      for (const name of expandedIn(parsed.tree)) expanded.add(name);
    }
  }
  return { assigned, expanded };
}

/** Inputs a person is asked for while it runs, by the `input` fences; what is wrong with one is told when it is read. */
export function askedInputs(fences: readonly FenceEntry[]): (readonly [string, RunbookInput['type']])[] {
  return fences.flatMap((fence) => {
    const name =
      fence.language.toLowerCase() === 'input' ? /^name:[ \t]*([A-Za-z]\w*)[ \t]*$/m.exec(fence.text)?.[1] : undefined;
    if (name === undefined) return [];
    const written = /^type:[ \t]*(\w+)[ \t]*$/m.exec(fence.text)?.[1];
    const type = INPUT_TYPES.find((each) => each === written) ?? inputTypeOf(name);
    return [[name, type] as const];
  });
}
