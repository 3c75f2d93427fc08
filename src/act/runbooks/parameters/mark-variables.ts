import { parseShell } from '../syntax/parse-syntax.ts';
import { ancestorOf, childrenOf, parentOf, type ShellNode, type ShellTree, textOf } from '../syntax/shell-tree.ts';
import { inputTypeOf, SHELL_OWN_VARIABLES } from './input-kinds.ts';
import { addMark, type InputMark, type MarkedText } from './mark-inputs.ts';

/** Which variables of a script are questions to the operator. */
export type KnownVariables = {
  /** Assigned anywhere in the document, so not a question. */
  assigned: ReadonlySet<string>;
  /** Expanded by some script of the document, so worth setting. */
  expanded: ReadonlySet<string>;
  /** Declared in the front matter; these may be written in lower case. */
  declared: ReadonlyMap<string, InputMark['type']>;
};

/** A declared input within an expansion that changes it, as it is written. */
export type WorkedInput = { name: string; text: string };

export function isQuestion(name: string, known: KnownVariables): boolean {
  if (known.declared.has(name)) return true;
  return /^[A-Z][A-Z0-9_]*$/.test(name) && !known.assigned.has(name) && !SHELL_OWN_VARIABLES.has(name);
}

/**
 * Marks `$NAME` and `${NAME}` wherever bash would expand them and the runbook never sets them, and returns the names of
 * those used where only a number is safe (`$((N + 1))`, `[[ $N -gt 3 ]]`): bash would run code hidden in anything else;
 * and the expansions by which bash works on a declared input (`${name%.}`), which no parameter can stand for.
 */
export async function markVariables(
  marked: MarkedText,
  known: KnownVariables,
): Promise<{ numbers: string[]; worked: WorkedInput[] }> {
  const parsed = await parseShell(marked.text);
  if (!parsed.ok) return { numbers: [], worked: [] };
  const numbers: string[] = [];
  const worked: WorkedInput[] = [];
  const own = new Set(assignedIn(parsed.tree));
  for (const node of parsed.tree.nodes) {
    if (node.type !== 'variable_name') continue;
    const name = textOf(parsed.tree, node);
    const isLower = !isQuestion(name, known);
    if (isLower && !isLowerQuestion(parsed.tree, node, name, known)) continue;
    // bash reads these as numbers wherever they stand; they stay as written and are checked before the script runs.
    if (isEvaluated(parsed.tree, node)) {
      numbers.push(name);
      continue;
    }
    const expansion = parentOf(parsed.tree, node);
    if (expansion === undefined || !isPlainExpansion(parsed.tree, expansion)) {
      if (expansion?.type === 'expansion' && known.declared.has(name) && !own.has(name))
        worked.push({ name, text: textOf(parsed.tree, expansion) });
      continue;
    }
    addMark(marked, {
      name,
      source: known.declared.has(name) ? 'declared' : 'env',
      type: known.declared.get(name) ?? inputTypeOf(name),
      start: expansion.start,
      end: expansion.end,
    });
  }
  return { numbers, worked };
}

/** `$pod`, set nowhere: as much a question as `$POD`, but not where a file of settings is written (nginx has a `$host`). */
function isLowerQuestion(tree: ShellTree, node: ShellNode, name: string, known: KnownVariables): boolean {
  if (!/^[a-z][a-zA-Z0-9_]+$/.test(name) || known.assigned.has(name) || /^(?:https?|no|all|ftp)_proxy$/.test(name))
    return false;
  return !isEvaluated(tree, node) && ancestorOf(tree, node, ['heredoc_body', 'function_definition']) === undefined;
}

function isPlainExpansion(tree: ShellTree, node: ShellNode): boolean {
  if (node.type === 'simple_expansion') return true;
  return (
    node.type === 'expansion' &&
    childrenOf(tree, node).filter((child) => child.named).length === 1 &&
    /^\$\{\w+\}$/.test(textOf(tree, node))
  );
}

const COMPARES_NUMBERS = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);

function isEvaluated(tree: ShellTree, node: ShellNode): boolean {
  for (let above = parentOf(tree, node); above !== undefined; above = parentOf(tree, above)) {
    if (above.type === 'arithmetic_expansion' || above.type === 'c_style_for_statement' || above.type === 'subscript')
      return true;
    if (above.type === 'compound_statement' && tree.text.startsWith('((', above.start)) return true;
    if (
      above.type === 'binary_expression' &&
      childrenOf(tree, above).some((child) => COMPARES_NUMBERS.has(textOf(tree, child)))
    )
      return true;
    if (above.type === 'command_substitution' || above.type === 'command') return false;
  }
  return false;
}

/** Every variable a script sets, by whatever means. */
export function assignedIn(tree: ShellTree): string[] {
  return assignmentsIn(tree).map((node) => textOf(tree, node));
}

/** The names a script sets, where it sets them. */
export function assignmentsIn(tree: ShellTree): ShellTree['nodes'][number][] {
  const names: ShellTree['nodes'][number][] = [];
  for (const node of tree.nodes) {
    if (node.type !== 'variable_name' && node.type !== 'word') continue;
    const parent = parentOf(tree, node);
    if (parent === undefined) continue;
    const first = tree.nodes[parent.children.find((index) => tree.nodes[index]!.named) ?? -1];
    // `IFS= read -r line`: the assignments before a command are not its name.
    const command = childrenOf(tree, parent).find((child) => child.type === 'command_name');
    if (
      node.type === 'variable_name' &&
      (parent.type === 'variable_assignment' || parent.type === 'for_statement') &&
      first === node
    )
      names.push(node);
    else if (node.type === 'variable_name' && ['declaration_command', 'unset_command'].includes(parent.type)) continue;
    else if (
      parent.type === 'command' &&
      command !== undefined &&
      /^(?:read|mapfile|readarray|getopts|printf)$/.test(textOf(tree, command))
    ) {
      if (/^[A-Za-z_]\w*$/.test(textOf(tree, node))) names.push(node);
    }
  }
  return names;
}

/** Every variable a script expands. */
export function expandedIn(tree: ShellTree): string[] {
  return tree.nodes.flatMap((node) =>
    node.type === 'variable_name' && isExpanded(tree, node) ? [textOf(tree, node)] : [],
  );
}

/** Whether a name stands for its value there: `$X`, `${X}`, and without a sign where bash calculates, `$((X + 1))`. */
export function isExpanded(tree: ShellTree, node: ShellNode): boolean {
  const above = parentOf(tree, node)?.type;
  if (above === 'simple_expansion' || above === 'expansion') return true;
  return (
    above !== 'subscript' && ancestorOf(tree, node, ['arithmetic_expansion', 'c_style_for_statement']) !== undefined
  );
}
