import { parseShell } from '../syntax/parse-syntax.ts';
import { textOf } from '../syntax/shell-tree.ts';
import { assignmentsIn, isExpanded } from './mark-variables.ts';

/** Variables a script leaves behind, and those it expands before setting them itself. */
export type ScriptVariables = { assigns: string[]; reads: string[] };

const NOTHING: ScriptVariables = { assigns: [], reads: [] };

/**
 * Reads which variables of the document one script sets and which it takes from what ran before it. People run fences of
 * a runbook in one terminal: what one sets, the next uses.
 * @param setSomewhere every variable that any fence of the document sets
 */
export async function readScriptVariables(script: string, setSomewhere: ReadonlySet<string>): Promise<ScriptVariables> {
  if (![...setSomewhere].some((name) => script.includes(name))) return NOTHING;
  const parsed = await parseShell(script);
  if (!parsed.ok) return NOTHING;
  const { tree } = parsed;
  const assignments = assignmentsIn(tree);
  const assigns = [...new Set(assignments.map((node) => textOf(tree, node)))].filter((name) => setSomewhere.has(name));
  const firstRead = new Map<string, number>();
  const firstSet = new Map<string, number>();
  for (const node of tree.nodes) {
    // `read -r name` sets it too, and there it is a word.
    if (node.type !== 'variable_name' && !assignments.includes(node)) continue;
    const name = textOf(tree, node);
    if (!setSomewhere.has(name)) continue;
    const seen = isExpanded(tree, node) ? firstRead : firstSet;
    if (!seen.has(name)) seen.set(name, node.start);
  }
  // `X=$X:more` reads before it sets, though the name stands first.
  const reads = [...firstRead.keys()].filter((name) => {
    const setAt = firstSet.get(name);
    return (
      !assigns.includes(name) || setAt === undefined || readsWhileSetting(script, name, setAt, firstRead.get(name)!)
    );
  });
  return { assigns, reads };
}

function readsWhileSetting(script: string, name: string, setAt: number, readAt: number): boolean {
  if (readAt < setAt) return true;
  const between = script.slice(setAt + name.length, readAt);
  return between.startsWith('=') && !/[\n;]/.test(between);
}
