import { REMOTE } from '../risk/container-commands.ts';
import { DYNAMIC, type ShellWord, type StandardInput, wordsOf } from '../risk/shell-words.ts';
import { standardInputOf } from '../risk/standard-input.ts';
import { afterWrapper, WRAPPERS } from '../risk/wrappers.ts';
import { parseShell } from '../syntax/parse-syntax.ts';
import { ancestorOf, childrenOf, parentOf, type ShellNode, type ShellTree } from '../syntax/shell-tree.ts';
import type { LintBlock } from './lint-document.ts';
import type { Span } from './lint-rule.ts';

/** A word of a command. Placeholders and expansions are DYNAMIC in `value`; offsets are the file's. */
export type LintWord = Span & { value: string; raw: string };

/** One command, wherever it stands: behind sudo, inside `ssh h '…'`, in a substitution. */
export type LintCommand = Span & {
  name: string;
  nameSpan: Span;
  args: LintWord[];
  block: LintBlock;
  tree: ShellTree;
  node: ShellNode;
  /** What it stands behind, outermost first: `sudo`, `xargs`, `ssh`, `kubectl`. */
  via: readonly string[];
  /** True where another host or container runs it. */
  remote: boolean;
  /** True where its offsets are those of the text it is quoted in. */
  quoted: boolean;
  /** Where it stands in its block's text, for order and for the comment above it. */
  blockOffset: number;
  input: StandardInput;
};

export type LintScript = {
  tree: ShellTree;
  commands: LintCommand[];
  /** Pipelines with their stages' first commands, in order. */
  pipelines: LintCommand[][];
};

const MAX_DEPTH = 4;
const SHELLS = new Set(['bash', 'sh', 'zsh', 'dash', 'ksh', 'ash']);
const SYSTEM_FOLDER = /^(?:\/usr(?:\/local)?)?\/s?bin\//;
const SSH_VALUE_OPTIONS = '-p -i -l -o -F -J -L -R -D -b -c -E -e -m -O -Q -S -W -w -B -I'.split(' ');

type Place = Pick<LintCommand, 'block' | 'via' | 'remote'> & {
  tree: ShellTree;
  node: ShellNode;
  input: StandardInput;
  depth: number;
  /** Set inside a quoted script: the span of the word that quotes it. */
  inside: (Span & { blockOffset: number }) | null;
  raw: (start: number, end: number) => string;
};

/** Reads all commands of a script, also those quoted for other shells. `marked` has its placeholders masked. */
export async function readScript(block: LintBlock, marked: string): Promise<LintScript | null> {
  const parsed = await parseShell(marked);
  if (!parsed.ok) return null;
  const commands: LintCommand[] = [];
  await readCommands(parsed.tree, block, commands, { via: [], remote: false, depth: 0, inside: null });
  return { tree: parsed.tree, commands, pipelines: readPipelines(parsed.tree, commands) };
}

async function readCommands(
  tree: ShellTree,
  block: LintBlock,
  into: LintCommand[],
  about: Pick<Place, 'via' | 'remote' | 'depth' | 'inside'>,
): Promise<void> {
  for (const node of tree.nodes) {
    if (node.type !== 'command') continue;
    const raw = (start: number, end: number) =>
      about.inside === null ? block.text.slice(start, end) : tree.text.slice(start, end);
    await expand(wordsOf(tree, node), { ...about, tree, node, block, input: standardInputOf(tree, node), raw }, into);
  }
}

/** Adds the command these words are, and the ones it runs. */
async function expand(words: readonly ShellWord[], place: Place, into: LintCommand[]): Promise<void> {
  const [first, ...args] = words;
  if (first === undefined || place.depth > MAX_DEPTH) return;
  const name = unmarked(first.value).replace(SYSTEM_FOLDER, '');
  const span = (start: number, end: number): Span =>
    (place.inside && { start: place.inside.start, end: place.inside.end }) ?? {
      start: place.block.offsetOf(start),
      end: place.block.offsetOf(end),
    };
  const last = args.at(-1) ?? first;
  into.push({
    ...span(first.start, last.end),
    name,
    nameSpan: span(first.start, first.end),
    args: args.map((arg) => ({
      ...span(arg.start, arg.end),
      value: unmarked(arg.value),
      raw: place.raw(arg.start, arg.end),
    })),
    block: place.block,
    tree: place.tree,
    node: place.node,
    via: place.via,
    remote: place.remote,
    quoted: place.inside !== null,
    blockOffset: place.inside?.blockOffset ?? first.start,
    input: place.input,
  });
  const deeper = (more: Partial<Place>): Place => ({
    ...place,
    depth: place.depth + 1,
    via: [...place.via, name],
    ...more,
  });
  const quoted = async (text: string, from: ShellWord, remote: boolean) => {
    if (text.includes(DYNAMIC) && text.replaceAll(DYNAMIC, '').trim() === '') return;
    const parsed = await parseShell(text.replaceAll(DYNAMIC, 'X'));
    if (!parsed.ok) return;
    await readCommands(parsed.tree, place.block, into, {
      via: [...place.via, name],
      remote: place.remote || remote,
      depth: place.depth + 1,
      inside: place.inside ?? { ...span(from.start, from.end), blockOffset: from.start },
    });
  };
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper !== undefined) return expand(afterWrapper(wrapper, args), deeper({}), into);
  if (SHELLS.has(name)) {
    const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg.value));
    if (at >= 0 && args[at + 1] !== undefined) await quoted(args[at + 1]!.value, args[at + 1]!, false);
    else if (place.input.from === 'heredoc' && place.input.text !== null) await quoted(place.input.text, first, false);
  } else if (name === 'ssh') {
    const inner = afterWrapper({ valueOptions: SSH_VALUE_OPTIONS, ownWords: 1 }, args);
    if (inner.length > 0) await quoted(inner.map((word) => word.value).join(' '), inner[0]!, true);
    else if (place.input.from === 'heredoc' && place.input.text !== null) await quoted(place.input.text, first, true);
  } else if (name === 'watch') {
    const inner = afterWrapper({ valueOptions: ['-n', '--interval'] }, args);
    if (inner.length > 0) await quoted(inner.map((word) => word.value).join(' '), inner[0]!, false);
  } else if (name === 'su' || name === 'runuser') {
    const at = args.findIndex((arg) => arg.value === '-c' || arg.value === '--command');
    if (at >= 0 && args[at + 1] !== undefined) await quoted(args[at + 1]!.value, args[at + 1]!, false);
  } else {
    const inner = remoteCommand(name, args);
    if (inner.length > 0) await expand(inner, deeper({ remote: true }), into);
  }
}

/** The command behind `kubectl exec pod --` and its like. */
function remoteCommand(tool: string, args: readonly ShellWord[]): readonly ShellWord[] {
  const isCompose = tool === 'docker' && args[0]?.value === 'compose';
  const rest = isCompose ? args.slice(1) : args;
  const remotes = (Object.hasOwn(REMOTE, tool) ? REMOTE[isCompose ? 'docker-compose' : tool] : undefined) ?? [];
  for (const remote of remotes) {
    const at = rest.findIndex((arg) => remote.verb.test(arg.value));
    if (at < 0 || rest.slice(0, at).some((arg) => /^(?:get|describe|delete|logs|apply)$/.test(arg.value))) continue;
    const after = rest.slice(at + 1);
    const dashes = after.findIndex((arg) => arg.value === '--');
    return dashes < 0 ? afterWrapper(remote, after) : after.slice(dashes + 1);
  }
  return [];
}

function readPipelines(tree: ShellTree, commands: readonly LintCommand[]): LintCommand[][] {
  // The first command of each stage: what a command inside a substitution does is not what the stage does.
  const byPipeline = new Map<ShellNode, LintCommand[]>();
  const taken = new Set<ShellNode>();
  for (const command of commands) {
    if (command.tree !== tree || command.via.length > 0) continue;
    let inside = command.node;
    for (let above = parentOf(tree, inside); above !== undefined; above = parentOf(tree, above)) {
      if (above.type === 'command_substitution' || above.type === 'process_substitution') break;
      if (above.type === 'pipeline') {
        if (!taken.has(inside)) (byPipeline.get(above) ?? newStages(byPipeline, above)).push(command);
        taken.add(inside);
        break;
      }
      inside = above;
    }
  }
  return [...byPipeline.values()].filter((stages) => stages.length > 1);
}

function newStages(byPipeline: Map<ShellNode, LintCommand[]>, pipeline: ShellNode): LintCommand[] {
  const stages: LintCommand[] = [];
  byPipeline.set(pipeline, stages);
  return stages;
}

/** Placeholders are masked by private-use characters; like expansions they are only known when it runs. */
const unmarked = (value: string) => value.replace(/[\uE000-\uF8FF]+/g, DYNAMIC);

export const isKnown = (word: LintWord | undefined): boolean => word !== undefined && !word.value.includes(DYNAMIC);

/** True when one of these options is there, as a word of its own or as `--option=…`. */
export function hasOption(command: LintCommand, ...names: string[]): boolean {
  return command.args.some((arg) => names.includes(arg.value.split('=', 1)[0]!));
}

/** The value of an option: `--name value`, `--name=value`, `-nvalue`. */
export function optionValue(command: LintCommand, ...names: string[]): string | undefined {
  for (const [at, arg] of command.args.entries()) {
    for (const name of names) {
      if (arg.value === name) return command.args[at + 1]?.value;
      if (arg.value.startsWith(`${name}=`)) return arg.value.slice(name.length + 1);
      if (/^-[a-zA-Z]$/.test(name) && arg.value.startsWith(name) && arg.value.length > 2) return arg.value.slice(2);
    }
  }
  return undefined;
}

/** `command` as it was written, on one line and not longer than a message should be. */
export function writtenAs(command: LintCommand, limit = 60): string {
  const text = [command.name, ...command.args.map((arg) => arg.raw)].join(' ').replace(/\\?\s*\n\s*/g, ' ');
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** The comment lines that announce a command: directly above it, or above the commands it stands in one group with. */
export function commentAbove(command: LintCommand): string {
  const before = command.block.text.slice(0, command.blockOffset).split('\n');
  const said: string[] = [];
  for (let at = before.length - 2; at >= 0; at--) {
    const line = before[at]!.trim();
    if (line === '') break;
    if (line.startsWith('#')) said.unshift(line.replace(/^#+\s*/, ''));
    else if (said.length > 0) break;
  }
  return said.join(' ');
}

/** True when the command runs in any case: not in a branch, a loop, a function or behind `&&` and `||`. */
export function isUnconditional(command: LintCommand): boolean {
  return (
    ancestorOf(command.tree, command.node, [
      'if_statement',
      'case_statement',
      'while_statement',
      'for_statement',
      'c_style_for_statement',
      'function_definition',
      'list',
      'subshell',
    ]) === undefined
  );
}

/** Whether the script it stands in has told bash to stop at errors (`e`), at unset variables (`u`), at failed pipes. */
export function shellOptions(command: Pick<LintCommand, 'tree'>): {
  errexit: boolean;
  nounset: boolean;
  pipefail: boolean;
} {
  const sets = command.tree.text.match(/^[ \t]*set[ \t]+[-+][^\n;]*/gm)?.join('\n') ?? '';
  const shebang = /^#!.*?\s-([a-z]+)/.exec(command.tree.text)?.[1] ?? '';
  return {
    errexit: /(?:^|\s)-[a-z]*e/m.test(sets) || /errexit/.test(sets) || shebang.includes('e'),
    nounset: /(?:^|\s)-[a-z]*u/m.test(sets) || /nounset/.test(sets) || shebang.includes('u'),
    pipefail: /pipefail/.test(sets),
  };
}

/** Where the output of a command goes, other than to the screen. */
export function outputGoesTo(command: LintCommand): 'screen' | 'file' | 'pipe' | 'variable' {
  for (let inside = command.node, above = parentOf(command.tree, inside); above !== undefined; ) {
    if (above.type === 'command_substitution') return 'variable';
    if (above.type === 'redirected_statement' && /(?:^|[^2&])>/.test(redirects(command.tree, above))) return 'file';
    if (above.type === 'pipeline') {
      const stages = childrenOf(command.tree, above).filter((child) => child.named);
      if (stages.at(-1) !== inside) return 'pipe';
    }
    inside = above;
    above = parentOf(command.tree, above);
  }
  return 'screen';
}

function redirects(tree: ShellTree, statement: ShellNode): string {
  return childrenOf(tree, statement)
    .filter((child) => child.type === 'file_redirect')
    .map((child) => tree.text.slice(child.start, child.end))
    .join(' ');
}
