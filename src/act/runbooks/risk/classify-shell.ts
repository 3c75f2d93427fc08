import { TOOLS } from '../risk-table/index.ts';
import { parseShell } from '../syntax/parse-syntax.ts';
import { childrenOf, parentOf, type ShellNode, type ShellTree, syntaxErrorIn, textOf } from '../syntax/shell-tree.ts';
import { judgeWrite } from './judge-write.ts';
import { judgeByRules } from './match-rule.ts';
import {
  DYNAMIC,
  isDynamic,
  type ShellWord,
  type StandardInput,
  standardInputOf,
  wordOf,
  wordsOf,
} from './shell-words.ts';
import type { Judging } from './special-call.ts';
import { SPECIAL_COMMANDS } from './special-commands.ts';
import { HARMLESS, riskiest, type Verdict } from './verdict.ts';

/** How deep scripts may be quoted inside scripts before nobody is expected to follow. */
const MAX_NESTING = 6;
/** Where system packages put programs; anything else with a slash in it is a script this table cannot know. */
const SYSTEM_FOLDER = /^(?:\/usr(?:\/local)?)?\/s?bin\/[^/]+$/;

/** What a whole script would do: the riskiest of its commands and redirections, whatever they stand in. */
export async function classifyScript(text: string, depth = 0): Promise<Verdict> {
  if (depth > MAX_NESTING) return { class: 'opaque', reason: 'shells are nested too deep to follow' };
  const parsed = await parseShell(text);
  if (!parsed.ok) return { class: 'opaque', reason: `this cannot be read as bash: ${parsed.reason}` };
  return classifyTree(parsed.tree, depth);
}

/** Like `classifyScript`, for a script that is already parsed. */
async function classifyTree(tree: ShellTree, depth = 0): Promise<Verdict> {
  const functions = new Set(
    tree.nodes
      .filter((node) => node.type === 'function_definition')
      .map((node) => childrenOf(tree, node).find((child) => child.type === 'word'))
      .flatMap((name) => (name === undefined ? [] : [textOf(tree, name)])),
  );
  const judging = judgingAt(depth, functions);
  const verdicts: Verdict[] = [];
  for (const node of tree.nodes) {
    if (node.type === 'command')
      verdicts.push(await judgeCommand(wordsOf(tree, node), standardInputOf(tree, node), judging));
    else if (node.type === 'file_redirect') verdicts.push(judgeRedirect(tree, node));
    else if (node.type === 'variable_assignment') verdicts.push(judgeAssignment(tree, node));
    else if (
      node.type === 'redirected_statement' &&
      node.children.every((index) => tree.nodes[index]!.type === 'file_redirect')
    ) {
      verdicts.push(judgeTruncation(tree, node));
    }
  }
  const broken = syntaxErrorIn(tree);
  if (broken !== undefined) {
    const line = tree.text.slice(0, broken.start).split('\n').length;
    verdicts.push({ class: 'opaque', reason: `line ${line} of it cannot be read as bash` });
  }
  return riskiest(verdicts);
}

function judgingAt(depth: number, functions: ReadonlySet<string>): Judging {
  return {
    functions,
    script: (text) => classifyScript(text, depth + 1),
    // sudo, xargs and their like know nothing of the script's functions.
    command: (words, input) =>
      depth >= MAX_NESTING
        ? Promise.resolve({ class: 'opaque', reason: 'commands are wrapped too deep to follow' })
        : judgeCommand(words, input, judgingAt(depth + 1, new Set())),
  };
}

/** What one command would do, given its words (quotes off) and where its input comes from. */
async function judgeCommand(words: readonly ShellWord[], input: StandardInput, judging: Judging): Promise<Verdict> {
  const [first, ...args] = words;
  if (first === undefined) return HARMLESS;
  if (isDynamic(first)) return { class: 'opaque', reason: 'which command runs is only known when it runs' };
  const name = SYSTEM_FOLDER.test(first.value) ? first.value.slice(first.value.lastIndexOf('/') + 1) : first.value;
  if (name.includes('/'))
    return { class: 'opaque', reason: `\`${name.replaceAll(DYNAMIC, '…')}\` is a script nobody here has read` };
  const special = SPECIAL_COMMANDS[name];
  const call = { name, args, input, judging };
  if (special !== undefined && Object.hasOwn(SPECIAL_COMMANDS, name)) return special(call);
  const tool = TOOLS.get(name);
  // A function named like a tool may not be defined yet where it is called, so the tool counts too.
  if (tool === undefined && judging.functions.has(name))
    return { class: 'read', reason: 'calls a function of this script' };
  if (tool === undefined) return { class: 'opaque', reason: `nothing is known about \`${name}\`` };
  return judgeByRules(
    tool,
    args.map((arg) => arg.value),
    name,
  );
}

const WRITES = new Set(['>', '>>', '>|', '&>', '&>>', '<>', '>&']);

function judgeRedirect(tree: ShellTree, node: ShellNode): Verdict {
  const parts = childrenOf(tree, node);
  const operator = parts.find((part) => !part.named)?.type ?? '';
  const target = parts.at(-1);
  if (!WRITES.has(operator) || target === undefined) return HARMLESS;
  const file = wordOf(tree, target).value;
  if (operator === '>&' && /^(?:\d+|-)$/.test(file)) return HARMLESS;
  const writes = judgeWrite(file, operator.endsWith('>>') ? 'appends to' : 'writes');
  const empties = !operator.endsWith('>>') && writes.class === 'change' && saysNothing(tree, parentOf(tree, node));
  return empties ? { class: 'destroy', reason: `empties the file ${file.replaceAll(DYNAMIC, '…')}` } : writes;
}

/** `: > file`, `cat /dev/null > file`: the command only serves to empty the file. */
function saysNothing(tree: ShellTree, statement: ShellNode | undefined): boolean {
  const command =
    statement === undefined ? undefined : childrenOf(tree, statement).find((child) => child.type === 'command');
  if (command === undefined) return false;
  const said = wordsOf(tree, command)
    .map((word) => word.value)
    .join(' ');
  return (
    /^(?::|true|cat \/dev\/null|echo -n|echo -n |printf |cat)$/.test(said) &&
    (said !== 'cat' || standardInputOf(tree, command).from === 'nothing')
  );
}

/** `> file` with no command empties the file. */
function judgeTruncation(tree: ShellTree, node: ShellNode): Verdict {
  const empties = childrenOf(tree, node).some((child) => childrenOf(tree, child).some((part) => part.type === '>'));
  return empties ? { class: 'destroy', reason: `empties the file: \`${textOf(tree, node)}\`` } : HARMLESS;
}

const LOADER_VARIABLES =
  /^(?:LD_PRELOAD|LD_LIBRARY_PATH|BASH_ENV|ENV|PROMPT_COMMAND|GIT_SSH_COMMAND|PAGER|KUBECTL_EXTERNAL_DIFF)=/;

function judgeAssignment(tree: ShellTree, node: ShellNode): Verdict {
  if (!LOADER_VARIABLES.test(textOf(tree, node))) return HARMLESS;
  return { class: 'opaque', reason: 'it changes which code the following commands load' };
}
