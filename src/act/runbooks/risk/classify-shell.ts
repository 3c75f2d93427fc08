import { classifyNetwork, looksLikeNetwork } from '../consoles/classify-network.ts';
import { TOOLS } from '../risk-table/index.ts';
import { parseShell } from '../syntax/parse-syntax.ts';
import { childrenOf, parentOf, type ShellNode, type ShellTree, syntaxErrorIn, textOf } from '../syntax/shell-tree.ts';
import { judgeWrite } from './judge-write.ts';
import { judgeByRules } from './match-rule.ts';
import { programIn } from './program-name.ts';
import { readScriptValues } from './script-values.ts';
import {
  DYNAMIC,
  plainWord,
  type ReadExpansion,
  type ShellWord,
  type StandardInput,
  wordOf,
  wordsOf,
} from './shell-words.ts';
import { type Judging, NO_INPUT } from './special-call.ts';
import { SPECIAL_COMMANDS } from './special-commands.ts';
import { standardInputOf } from './standard-input.ts';
import { HARMLESS, riskiest, type Verdict } from './verdict.ts';

/** How deep scripts may be quoted inside scripts before nobody is expected to follow. */
const MAX_NESTING = 6;
/** Blanks between two commands set beside each other in columns. */
const COLUMN_GAP = 2;

/** What a whole script would do: the riskiest of its commands and redirections, whatever they stand in. */
export async function classifyScript(text: string, depth = 0, input: StandardInput = NO_INPUT): Promise<Verdict> {
  if (depth > MAX_NESTING) return { class: 'opaque', reason: 'shells are nested too deep to follow' };
  // What is sent to a switch or router over ssh, or typed at its prompt.
  if (looksLikeNetwork(text)) return classifyNetwork(text);
  const parsed = await parseShell(text);
  if (!parsed.ok) return { class: 'opaque', reason: `this cannot be read as bash: ${parsed.reason}` };
  return classifyTree(parsed.tree, depth, input);
}

/** Like `classifyScript`, for a script that is already parsed. */
async function classifyTree(tree: ShellTree, depth: number, outside: StandardInput): Promise<Verdict> {
  const values = readScriptValues(tree);
  const judging = judgingAt(depth, values.functions, values.aliases);
  const verdicts: Verdict[] = [];
  for (const node of tree.nodes) {
    if (node.type === 'command') {
      const own = standardInputOf(tree, node, values.expand);
      const input = own.from === 'nothing' && own.closed !== true ? outside : own;
      for (const words of values.readingsOf(node))
        for (const each of inColumns(words)) verdicts.push(await judgeCommand(each, input, judging));
    } else if (node.type === 'file_redirect') verdicts.push(judgeRedirect(tree, node, values.expand));
    else if (node.type === 'variable_assignment') verdicts.push(judgeAssignment(tree, node));
    else if (node.type === 'test_command') verdicts.push({ class: 'check', reason: 'tests a condition' });
    else if (node.type === 'if_statement' || node.type === 'while_statement') verdicts.push(judgeDecision(tree, node));
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

/** `sudo wg show    sudo wg-quick down wg0`: commands beside each other, as a list of them is set in columns. */
function inColumns(words: ShellWord[]): ShellWord[][] {
  const at = words.findIndex(
    (word, place) => place > 0 && word.value === 'sudo' && word.start - words[place - 1]!.end >= COLUMN_GAP,
  );
  return at < 0 ? [words] : [words.slice(0, at), ...inColumns(words.slice(at))];
}

/** `until pg_isready; do sleep 1; done` decides by an answer; `while read line` and `while true` do not. */
function judgeDecision(tree: ShellTree, node: ShellNode): Verdict {
  const condition = childrenOf(tree, node).find((child) => child.named);
  const said = condition === undefined ? '' : textOf(tree, condition);
  // Whether a tool is installed here says nothing about what is operated.
  if (/^!?\s*(?:command\s+-v|which|type|hash)\s+[\w.-]+\s*(?:(?:&>|[12]?>|2>&1)\s*\S*\s*)*;?$/.test(said))
    return HARMLESS;
  return node.type === 'while_statement' && /^(?:IFS=\S* )?(?:read|true|:)\b|^:/.test(said)
    ? HARMLESS
    : { class: 'check', reason: 'goes on by what a command answers' };
}

function judgingAt(
  depth: number,
  functions: ReadonlySet<string>,
  aliases: ReadonlyMap<string, string> = NO_ALIASES,
): Judging {
  return {
    functions,
    aliases,
    script: (text, input) => classifyScript(text, depth + 1, input),
    // sudo, xargs and their like know nothing of the script's functions and aliases.
    command: (words, input) =>
      depth >= MAX_NESTING
        ? Promise.resolve({ class: 'opaque', reason: 'commands are wrapped too deep to follow' })
        : judgeCommand(words, input, judgingAt(depth + 1, new Set())),
  };
}

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

/** `/var/log/mail.log` in a line of its own: where to look. Nothing with such a name is a program. */
const NAMES_A_FILE = /^\/var\/log\/[\w/-]+$|^\/[\w./-]+\.(?:log|conf|cnf|ya?ml|json|ini|txt)$/;

const HELP: Verdict = { class: 'read', reason: 'it only explains itself' };

/**
 * `some-tool --version`, `some-tool backup create --help`: what every program with a command line answers and does
 * nothing for. Not `-h` (a host, as often) and not a script by its path, which may not look at its arguments at all.
 */
const asksForHelp = (args: readonly string[]) =>
  (args.length === 1 && /^(?:--version|version|help)$/.test(args[0]!)) ||
  (args.at(-1) === '--help' && args.slice(0, -1).every((word) => /^[a-z][a-z0-9-]*$/.test(word)));

/** What one command would do, given its words (quotes off) and where its input comes from. */
async function judgeCommand(words: readonly ShellWord[], input: StandardInput, judging: Judging): Promise<Verdict> {
  const [first, ...args] = words;
  if (first === undefined) return HARMLESS;
  // `/etc/init.d/nginx stop` is `service nginx stop`.
  const initScript = /^\/etc\/(?:rc\.d\/)?(?:init|rc)\.d\/([\w@.-]+)$/.exec(first.value)?.[1];
  if (initScript !== undefined)
    return judgeCommand([plainWord('service'), plainWord(initScript), ...args], input, judging);
  const name = programIn(first);
  if (name === undefined) return { class: 'opaque', reason: 'which command runs is only known when it runs' };
  if (args.length === 0 && NAMES_A_FILE.test(first.value)) return { class: 'read', reason: 'it names a file' };
  if (name.includes('/'))
    return { class: 'opaque', reason: `\`${name.replaceAll(DYNAMIC, '…')}\` is a script nobody here has read` };
  const alias = judging.aliases.get(name);
  // An alias may name the command it stands for, so it is followed once only.
  if (alias !== undefined) return judging.script([alias, ...args.map((arg) => arg.raw)].join(' '), input);
  const special = SPECIAL_COMMANDS[name];
  const call = { name, args, input, judging };
  if (special !== undefined && Object.hasOwn(SPECIAL_COMMANDS, name)) return special(call);
  const tool = TOOLS.get(name);
  // A function named like a tool may not be defined yet where it is called, so the tool counts too.
  if (tool === undefined && judging.functions.has(name))
    return { class: 'read', reason: 'calls a function of this script' };
  if (tool === undefined && asksForHelp(args.map((arg) => arg.value))) return HELP;
  if (tool === undefined) return { class: 'opaque', reason: `nothing is known about \`${name}\`` };
  return judgeByRules(
    tool,
    args.map((arg) => arg.value),
    name,
  );
}

const WRITES = new Set(['>', '>>', '>|', '&>', '&>>', '<>', '>&']);

function judgeRedirect(tree: ShellTree, node: ShellNode, expand: ReadExpansion): Verdict {
  const parts = childrenOf(tree, node);
  const operator = parts.find((part) => !part.named)?.type ?? '';
  const target = parts.at(-1);
  // `</dev/tcp/host/port` asks whether a port answers.
  if (operator === '<' && target !== undefined && /^\/dev\/tcp\//.test(textOf(tree, target)))
    return { class: 'check', reason: 'asks whether a port answers' };
  if (!WRITES.has(operator) || target === undefined) return HARMLESS;
  const file = wordOf(tree, target, expand).value;
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
    .join(' ')
    .trimEnd();
  return (
    /^(?::|true|cat \/dev\/null|echo|echo -n|printf|cat)$/.test(said) &&
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
