import { childrenOf, parentOf, type ShellNode, type ShellTree, textOf } from '../syntax/shell-tree.ts';

/** Stands in a word's value for everything only known when it runs: expansions, substitutions, globs stay as written. */
export const DYNAMIC = '\uFFFC';

/** One word of a command with its quotes taken off. */
export type ShellWord = { value: string; raw: string; start: number; end: number; node: ShellNode | null };

/** Where a command's standard input comes from; `text` is what is in it, null where that cannot be known from here. */
export type StandardInput = { from: 'nothing' | 'heredoc' | 'file' | 'pipe'; text: string | null };

export function isDynamic(word: ShellWord | undefined): boolean {
  return word?.value.includes(DYNAMIC) ?? false;
}

/** A word made up by a wrapper (`ssh h rm x` is the words `rm x` for another shell). */
export function plainWord(value: string): ShellWord {
  return { value, raw: value, start: 0, end: 0, node: null };
}

const NOT_WORDS = new Set([
  'variable_assignment',
  'file_redirect',
  'heredoc_redirect',
  'herestring_redirect',
  'comment',
]);

/** The words of a `command` node: its name and arguments, without assignments and redirections. */
export function wordsOf(tree: ShellTree, command: ShellNode): ShellWord[] {
  return childrenOf(tree, command)
    .filter((child) => !NOT_WORDS.has(child.type) && (child.named || child.type === 'word' || child.type === '$'))
    .map((child) => wordOf(tree, child));
}

export function wordOf(tree: ShellTree, node: ShellNode): ShellWord {
  return { value: readValue(tree, node), raw: textOf(tree, node), start: node.start, end: node.end, node };
}

function readValue(tree: ShellTree, top: ShellNode): string {
  let value = '';
  const stack = [top];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const text = textOf(tree, node);
    switch (node.type) {
      case 'word':
      case 'number':
      case 'extglob_pattern':
      case 'special_variable_name':
        // A word holding an expansion (`{1..$N}`) has children of its own.
        if (node.children.length === 0) value += unescapeBare(text);
        else value += DYNAMIC;
        break;
      case 'raw_string':
        value += text.slice(1, -1);
        break;
      case 'ansi_c_string':
        // Escapes such as \x72 can spell anything; only text without them is taken as written.
        value += text.includes('\\') ? DYNAMIC : text.slice(2, -1);
        break;
      case 'string':
        value += quotedValue(tree, node);
        break;
      case 'command_name':
      case 'concatenation':
        for (const child of childrenOf(tree, node).reverse()) stack.push(child);
        break;
      default:
        value += node.named || node.children.length > 0 || text === '$' ? DYNAMIC : text;
    }
  }
  return value;
}

/** Inside double quotes the grammar keeps spaces outside its nodes, so the text between expansions is cut out of the source. */
function quotedValue(tree: ShellTree, node: ShellNode): string {
  const from = textOf(tree, node).startsWith('$"') ? node.start + 2 : node.start + 1;
  let value = '';
  let at = from;
  for (const child of childrenOf(tree, node)) {
    if (!child.named || child.type === 'string_content') continue;
    value += unescapeQuoted(tree.text.slice(at, child.start)) + DYNAMIC;
    at = child.end;
  }
  return value + unescapeQuoted(tree.text.slice(at, Math.max(at, node.end - 1)));
}

const unescapeBare = (text: string) => text.replace(/\\\r?\n/g, '').replace(/\\(.)/gs, '$1');
const unescapeQuoted = (text: string) => text.replace(/\\\r?\n/g, '').replace(/\\([$`"\\])/g, '$1');

/** Finds what a command reads: its own heredoc or file, else the pipe it stands behind, else nothing. */
export function standardInputOf(tree: ShellTree, command: ShellNode): StandardInput {
  const around = parentOf(tree, command);
  if (around?.type === 'redirected_statement') {
    for (const redirect of childrenOf(tree, around)) {
      const input = redirectedInput(tree, redirect);
      if (input !== undefined) return input;
    }
  }
  for (const redirect of childrenOf(tree, command)) {
    const input = redirectedInput(tree, redirect);
    if (input !== undefined) return input;
  }
  return pipedInput(tree, command);
}

function redirectedInput(tree: ShellTree, redirect: ShellNode): StandardInput | undefined {
  if (redirect.type === 'heredoc_redirect') return { from: 'heredoc', text: heredocText(tree, redirect) };
  if (redirect.type === 'herestring_redirect') {
    const word = childrenOf(tree, redirect).find((child) => child.named);
    const value = word === undefined ? DYNAMIC : wordOf(tree, word).value;
    return { from: 'heredoc', text: value.includes(DYNAMIC) ? null : value };
  }
  if (redirect.type !== 'file_redirect') return undefined;
  const parts = childrenOf(tree, redirect);
  if (!parts.some((part) => part.type === '<')) return undefined;
  const target = parts.at(-1);
  const value = target === undefined ? '' : wordOf(tree, target).value;
  return value === '/dev/null' ? { from: 'nothing', text: null } : { from: 'file', text: null };
}

function heredocText(tree: ShellTree, redirect: ShellNode): string | null {
  const body = childrenOf(tree, redirect).find((child) => child.type === 'heredoc_body');
  if (body === undefined) return null;
  const dynamic = childrenOf(tree, body).some((child) => child.named && child.type !== 'heredoc_content');
  return dynamic ? null : textOf(tree, body);
}

function pipedInput(tree: ShellTree, command: ShellNode): StandardInput {
  let inside = command;
  for (let above = parentOf(tree, command); above !== undefined; above = parentOf(tree, above)) {
    // `cat <<EOF | sh`: the grammar hangs the rest of the pipe into the heredoc of its first command.
    if (above.type === 'heredoc_redirect' && inside.type === 'pipeline') {
      return { from: 'pipe', text: catText(tree, above) };
    }
    if (above.type === 'pipeline') {
      const stages = childrenOf(tree, above).filter((child) => child.named);
      const place = stages.indexOf(inside);
      if (place > 0) return { from: 'pipe', text: echoedText(tree, stages[place - 1]!) };
      if (parentOf(tree, above)?.type === 'heredoc_redirect')
        return { from: 'pipe', text: catText(tree, parentOf(tree, above)!) };
    }
    if (above.type === 'command_substitution' || above.type === 'process_substitution') break;
    inside = above;
  }
  return { from: 'nothing', text: null };
}

/** What `cat <<EOF` hands to the next stage. */
function catText(tree: ShellTree, redirect: ShellNode): string | null {
  const before = parentOf(tree, redirect);
  const command = before === undefined ? undefined : childrenOf(tree, before)[0];
  const words = command?.type === 'command' ? wordsOf(tree, command) : [];
  return words.length === 1 && words[0]?.value === 'cat' ? heredocText(tree, redirect) : null;
}

/** What `echo …` or `printf …` hands to the next stage, if nothing in it is computed. */
function echoedText(tree: ShellTree, stage: ShellNode): string | null {
  if (stage.type === 'redirected_statement') {
    const redirect = childrenOf(tree, stage).find((child) => child.type === 'heredoc_redirect');
    return redirect === undefined ? null : catText(tree, redirect);
  }
  if (stage.type !== 'command') return null;
  const [name, ...rest] = wordsOf(tree, stage);
  if (name === undefined || !['echo', 'printf'].includes(name.value)) return null;
  const said = rest
    .filter((word) => !/^-[neE]+$/.test(word.value))
    .map((word) => word.value)
    .join(' ');
  return said.includes(DYNAMIC) || (name.value === 'printf' && said.includes('%')) ? null : said.replace(/\\n/g, '\n');
}
