import { childrenOf, type ShellNode, type ShellTree, textOf } from '../syntax/shell-tree.ts';

/** Stands in a word's value for everything only known when it runs: expansions, substitutions, globs stay as written. */
export const DYNAMIC = '\uFFFC';

/** One word of a command with its quotes taken off. */
export type ShellWord = { value: string; raw: string; start: number; end: number; node: ShellNode | null };

/** Where a command's standard input comes from; `text` is what is in it, null where that cannot be known from here. */
export type StandardInput = {
  from: 'nothing' | 'heredoc' | 'file' | 'pipe';
  text: string | null;
  /** Set for `< /dev/null`: nothing arrives, whatever the shell around it is given. */
  closed?: true;
};

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

/** What an expansion (`$X`, `${X}`) stands for, if the script itself says so. */
export type ReadExpansion = (expansion: ShellNode) => string | undefined;
const UNREAD: ReadExpansion = () => undefined;

/** The words of a `command` node: its name and arguments, without assignments and redirections. */
export function wordsOf(tree: ShellTree, command: ShellNode, expand: ReadExpansion = UNREAD): ShellWord[] {
  return childrenOf(tree, command)
    .filter((child) => !NOT_WORDS.has(child.type) && (child.named || child.type === 'word' || child.type === '$'))
    .map((child) => wordOf(tree, child, expand));
}

export function wordOf(tree: ShellTree, node: ShellNode, expand: ReadExpansion = UNREAD): ShellWord {
  return { value: readValue(tree, node, expand), raw: textOf(tree, node), start: node.start, end: node.end, node };
}

function readValue(tree: ShellTree, top: ShellNode, expand: ReadExpansion): string {
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
        value += quotedValue(tree, node, expand);
        break;
      case 'simple_expansion':
      case 'expansion':
        value += expand(node) ?? DYNAMIC;
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
function quotedValue(tree: ShellTree, node: ShellNode, expand: ReadExpansion): string {
  const from = textOf(tree, node).startsWith('$"') ? node.start + 2 : node.start + 1;
  let value = '';
  let at = from;
  for (const child of childrenOf(tree, node)) {
    if (!child.named || child.type === 'string_content') continue;
    value += unescapeQuoted(tree.text.slice(at, child.start)) + (expand(child) ?? DYNAMIC);
    at = child.end;
  }
  return value + unescapeQuoted(tree.text.slice(at, Math.max(at, node.end - 1)));
}

const unescapeBare = (text: string) => text.replace(/\\\r?\n/g, '').replace(/\\(.)/gs, '$1');
const unescapeQuoted = (text: string) => text.replace(/\\\r?\n/g, '').replace(/\\([$`"\\])/g, '$1');
