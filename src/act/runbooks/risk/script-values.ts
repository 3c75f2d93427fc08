import { ancestorOf, childrenOf, parentOf, type ShellNode, type ShellTree, textOf } from '../syntax/shell-tree.ts';
import { DYNAMIC, type ReadExpansion, type ShellWord, wordOf, wordsOf } from './shell-words.ts';

/** A value written in the script: a text, or the words of an array or of a function's arguments. */
type Value = { text: string; words: readonly string[] | null };
/** Every value a name is given, in the order of the script; null where one of them is only known when it runs. */
type Known = { from: number; values: (Value | null)[] };

/** What a script says about its own words: its variables, functions and aliases, as far as they are written out. */
export type ScriptValues = {
  functions: ReadonlySet<string>;
  aliases: ReadonlyMap<string, string>;
  /** Every way the words of a command can read, few; a name given several values is tried with each. */
  readingsOf(command: ShellNode): ShellWord[][];
  /** How the expansions in a place read that has only one reading. */
  expand: ReadExpansion;
};

/** More ways than this to read one command are not tried: its names then stay unknown. */
const MAX_READINGS = 16;
const SETS_NAMES = new Set(['read', 'mapfile', 'readarray', 'getopts', 'unset', 'let', 'select']);

export function readScriptValues(tree: ShellTree): ScriptValues {
  const known = new Map<string, Known>();
  const functions = new Map<string, ShellNode>();
  const aliases = new Map<string, string>();
  const give = (name: string, at: number, value: Value | null) => {
    const values = known.get(name) ?? { from: at, values: [] };
    values.values.push(value);
    known.set(name, values);
  };
  const now: ReadExpansion = (expansion) => onlyValue(known.get(nameIn(tree, expansion) ?? ''), expansion)?.text;
  for (const node of tree.nodes) {
    if (node.type === 'variable_assignment') readAssignment(tree, node, now, give);
    else if (node.type === 'for_statement') readLoop(tree, node, now, give);
    else if (node.type === 'function_definition') {
      const name = childrenOf(tree, node).find((child) => child.type === 'word');
      if (name !== undefined) functions.set(textOf(tree, name), node);
    } else if (node.type === 'command') {
      const [first, ...args] = wordsOf(tree, node).map((word) => word.value);
      if (SETS_NAMES.has(first ?? '')) for (const name of args) give(name.split(/[[=]/, 1)[0]!, node.start, null);
      else if (first === 'printf' && args[0] === '-v') give(args[1] ?? '', node.start, null);
      else if (first === 'alias') {
        for (const word of args) {
          const at = word.indexOf('=');
          if (at > 0) aliases.set(word.slice(0, at), word.slice(at + 1));
        }
      }
    }
  }
  readCalls(tree, functions, now, give);
  const expand: ReadExpansion = (expansion) => valuesOf(tree, known, functions, expansion)?.[0]?.text;
  return {
    functions: new Set(functions.keys()),
    aliases,
    expand: (expansion) => (valuesOf(tree, known, functions, expansion)?.length === 1 ? expand(expansion) : undefined),
    readingsOf: (command) => readingsOf(tree, command, (expansion) => valuesOf(tree, known, functions, expansion)),
  };
}

function readAssignment(
  tree: ShellTree,
  node: ShellNode,
  now: ReadExpansion,
  give: (name: string, at: number, value: Value | null) => void,
): void {
  // `A=b command`: only that command sees it.
  if (parentOf(tree, node)?.type === 'command') return;
  const parts = childrenOf(tree, node);
  const name = parts.find((part) => part.type === 'variable_name');
  if (name === undefined) return;
  const value = parts.at(-1);
  const adds = parts.some((part) => part.type === '+=');
  if (value === undefined || value === name || adds) give(textOf(tree, name), node.start, null);
  else if (value.type === '=') give(textOf(tree, name), node.start, { text: '', words: null });
  else if (value.type === 'array') {
    const words = childrenOf(tree, value)
      .filter((child) => child.named)
      .map((child) => wordOf(tree, child, now).value);
    give(
      textOf(tree, name),
      node.start,
      words.some((word) => word.includes(DYNAMIC)) ? null : { text: words[0] ?? '', words },
    );
  } else {
    const text = wordOf(tree, value, now).value;
    give(textOf(tree, name), node.start, text.includes(DYNAMIC) ? null : { text, words: null });
  }
}

function readLoop(
  tree: ShellTree,
  node: ShellNode,
  now: ReadExpansion,
  give: (name: string, at: number, value: Value | null) => void,
): void {
  const parts = childrenOf(tree, node);
  const name = parts.find((part) => part.type === 'variable_name');
  if (name === undefined) return;
  const body = parts.findIndex((part) => part.type === 'do_group');
  const items = parts.slice(parts.indexOf(name) + 1, body < 0 ? undefined : body).filter((part) => part.named);
  if (items.length === 0) give(textOf(tree, name), node.start, null);
  for (const item of items) {
    const text = wordOf(tree, item, now).value;
    const isSplit = item.type === 'simple_expansion' || item.type === 'expansion';
    // `HOSTS="a b"; for host in $HOSTS`: without quotes, each of its words is an item.
    for (const each of isSplit ? text.split(/\s+/).filter(Boolean) : [text])
      give(
        textOf(tree, name),
        node.start,
        each.includes(DYNAMIC) || /[*?]/.test(each) ? null : { text: each, words: null },
      );
  }
}

/** A function's `$1` and `$@` are what its calls in the script hand to it. */
function readCalls(
  tree: ShellTree,
  functions: ReadonlyMap<string, ShellNode>,
  now: ReadExpansion,
  give: (name: string, at: number, value: Value | null) => void,
): void {
  if (functions.size === 0) return;
  for (const node of tree.nodes) {
    if (node.type !== 'command') continue;
    const [first, ...args] = wordsOf(tree, node, now).map((word) => word.value);
    const definition = functions.get(first ?? '');
    if (definition === undefined) continue;
    const isKnown = !args.some((arg) => arg.includes(DYNAMIC));
    give(`${definition.start}@`, 0, isKnown ? { text: args.join(' '), words: args } : null);
  }
}

/** The name in `$X`, `${X}` or `${X[@]}`; other forms compute something. */
function nameIn(tree: ShellTree, expansion: ShellNode): string | undefined {
  return /^\$(?:\{([A-Za-z_]\w*)(?:\[[@*]\])?\}|([A-Za-z_]\w*))$/.exec(textOf(tree, expansion))?.slice(1).find(Boolean);
}

function onlyValue(known: Known | undefined, expansion: ShellNode): Value | undefined {
  return known !== undefined && known.values.length === 1 && known.from < expansion.start
    ? (known.values[0] ?? undefined)
    : undefined;
}

function valuesOf(
  tree: ShellTree,
  known: ReadonlyMap<string, Known>,
  functions: ReadonlyMap<string, ShellNode>,
  expansion: ShellNode,
): readonly Value[] | undefined {
  const text = textOf(tree, expansion);
  const place = /^\$\{?([1-9@*])\}?$/.exec(text)?.[1];
  if (place !== undefined) return functions.size === 0 ? undefined : argumentsAt(tree, known, expansion, place);
  const values = known.get(nameIn(tree, expansion) ?? '');
  if (values === undefined || values.from >= expansion.start || values.values.includes(null)) return undefined;
  return values.values as Value[];
}

/** A body that replaces its arguments, or shifts them in a loop, has others than it was called with. */
const CHANGES_ARGUMENTS = /\bset\s+--|\b(?:while|until|for)\b[\s\S]*\bshift\b/;

function argumentsAt(
  tree: ShellTree,
  known: ReadonlyMap<string, Known>,
  expansion: ShellNode,
  place: string,
): readonly Value[] | undefined {
  const definition = ancestorOf(tree, expansion, ['function_definition']);
  const calls = definition === undefined ? undefined : known.get(`${definition.start}@`)?.values;
  if (definition === undefined || calls === undefined || calls.includes(null)) return undefined;
  if (CHANGES_ARGUMENTS.test(textOf(tree, definition)) || /\bexport\s+-f\b/.test(tree.text)) return undefined;
  const before = tree.text.slice(definition.start, expansion.start);
  const shifted = [...before.matchAll(/(?:^|[\s;{])shift(?:\s+(\d))?(?=\s|;)/g)].reduce(
    (sum, match) => sum + Number(match[1] ?? 1),
    0,
  );
  return (calls as Value[]).map(({ words }) => {
    const rest = (words ?? []).slice(shifted);
    return /\d/.test(place)
      ? { text: rest[Number(place) - 1] ?? '', words: null }
      : { text: rest.join(' '), words: rest };
  });
}

function readingsOf(
  tree: ShellTree,
  command: ShellNode,
  values: (expansion: ShellNode) => readonly Value[] | undefined,
): ShellWord[][] {
  // Most commands hold no expansion at all.
  if (!tree.text.slice(command.start, command.end).includes('$')) return [wordsOf(tree, command)];
  const several = new Map<string, readonly Value[]>();
  const collect: ReadExpansion = (expansion) => {
    const found = values(expansion);
    if (found !== undefined && found.length > 1) several.set(textOf(tree, expansion), found);
    return undefined;
  };
  wordsOf(tree, command, collect);
  let choices: Map<string, Value>[] = [new Map()];
  for (const [name, found] of several) {
    if (choices.length * found.length > MAX_READINGS) {
      choices = [new Map()];
      break;
    }
    choices = choices.flatMap((choice) => found.map((value) => new Map([...choice, [name, value]])));
  }
  return choices.map((choice) => {
    const pick = (expansion: ShellNode): Value | undefined => {
      const found = values(expansion);
      return found?.length === 1 ? found[0] : choice.get(textOf(tree, expansion));
    };
    return wordsOf(tree, command, (expansion) => pick(expansion)?.text).flatMap((word) => splitWord(tree, word, pick));
  });
}

/** `$OPTIONS` without quotes, `"${ARRAY[@]}"` and `"$@"` are several words. */
function splitWord(
  tree: ShellTree,
  word: ShellWord,
  pick: (expansion: ShellNode) => Value | undefined,
): readonly ShellWord[] {
  let node = word.node;
  while (node !== null && ['command_name', 'concatenation'].includes(node.type) && node.children.length === 1)
    node = tree.nodes[node.children[0]!]!;
  if (node === null) return [word];
  const isBare = node.type === 'simple_expansion' || node.type === 'expansion';
  const quoted =
    node.type === 'string' && /^"\$(?:[@*]|\{\w+\[[@*]\]\})"$/.test(textOf(tree, node))
      ? childrenOf(tree, node).find((child) => child.named)
      : undefined;
  const expansion = isBare ? node : quoted;
  const value = expansion === undefined ? undefined : pick(expansion);
  if (value === undefined) return [word];
  const parts = value.words ?? (isBare ? value.text.split(/\s+/).filter((part) => part !== '') : [value.text]);
  return parts.map((part) => ({ ...word, value: part, node: null }));
}
