import { type ShellWord, wordsOf } from '../risk/shell-words.ts';
import { parseShell } from '../syntax/parse-syntax.ts';
import { ancestorOf, childrenOf, parentOf, type ShellNode, type ShellTree, textOf } from '../syntax/shell-tree.ts';
import { readerOf } from './argument-readers.ts';
import { type InputMark, marksIn } from './mark-inputs.ts';

/** A script whose marks became parameters, or why no safe way to write one exists. */
type Rewritten = { ok: true; script: string; parameters: Record<string, string> } | { ok: false; reason: string };

type Edit = { start: number; end: number; text: string };
/** What a value may not hold, because where it goes no quoting protects what is around it. */
type Guard = { variable: string; input: string; pattern: string; says: string };

const NO_CONTROL = { pattern: '*[[:cntrl:]]*', says: 'may not hold control characters here' };
const NO_JSON = {
  pattern: '*[[:cntrl:]\\"\\\\]*',
  says: 'stands inside JSON and may not hold quotes, backslashes or control characters',
};
const NO_YAML = {
  pattern: '*[!A-Za-z0-9._/@+=,:-]*',
  says: 'stands inside a manifest and may only hold letters, digits and . _ / @ + = , : -',
};
const NO_URL = {
  pattern: '*[!A-Za-z0-9._~:/@%+=,-]*',
  says: 'stands inside an address and may only hold letters, digits and . _ ~ : / @ % + = , -',
};
const NOT_A_NUMBER = { pattern: '*[!0-9-]*', says: 'must be a whole number here' };

/**
 * Turns marks into parameters read from the environment, by where in bash's grammar each one stands. The value never
 * becomes part of the script's text, so it arrives whole and cannot end a quote, start a command or match a file.
 */
export async function rewriteShell(
  marked: string,
  marks: readonly InputMark[],
  numbers: readonly string[] = [],
): Promise<Rewritten> {
  const used = marksIn(marked, marks);
  const parameters: Record<string, string> = {};
  const guards: Guard[] = [];
  const quoted = new Set<string>();
  for (const name of numbers) {
    parameters[name] = name;
    guards.push({ variable: name, input: name, ...NOT_A_NUMBER });
  }
  if (used.length === 0) return { ok: true, script: withGuards(marked, guards), parameters };
  const parsed = await parseShell(marked);
  if (!parsed.ok) return { ok: false, reason: `it cannot be read as bash: ${parsed.reason}` };
  const edits: Edit[] = [];
  const taken = new Map<string, string>();
  for (const mark of used) {
    const variable = freeVariable(mark, taken);
    for (const place of marked.matchAll(new RegExp(`${mark.char}+`, 'g'))) {
      const edited = await editFor(parsed.tree, place.index, place.index + place[0].length, mark, variable);
      if (!edited.ok) return { ok: false, reason: `<${mark.name}> ${edited.reason}` };
      edits.push(...edited.edits);
      if (edited.inComment) continue;
      parameters[variable] = mark.name;
      if (edited.edits.some((edit) => edit.text.includes(quotedVariable(variable)))) quoted.add(variable);
      if (
        edited.guard !== undefined &&
        !guards.some((guard) => guard.variable === variable && guard.pattern === edited.guard!.pattern)
      ) {
        guards.push({ variable, input: mark.name, ...edited.guard });
      }
    }
  }
  let script = marked;
  const seen = new Set<string>();
  for (const edit of edits.sort((left, right) => right.start - left.start)) {
    // A quoted heredoc is opened once, however many values are in it.
    const key = `${edit.start}:${edit.end}`;
    if (seen.has(key)) continue;
    seen.add(key);
    script = script.slice(0, edit.start) + edit.text + script.slice(edit.end);
  }
  return { ok: true, script: withGuards(withQuoted(script, quoted), guards), parameters };
}

/** Prefixed, so that no input can stand in for PATH or another variable programs obey. */
function variableOf(mark: Pick<InputMark, 'name' | 'source'>): string {
  if (mark.source === 'env') return mark.name;
  return `INPUT_${mark.name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}

/** Two names that look the same in capitals (`a-b`, `a_b`) must not share a value. */
function freeVariable(mark: Pick<InputMark, 'name' | 'source'>, taken: Map<string, string>): string {
  const wanted = variableOf(mark);
  for (let count = 1; ; count++) {
    const variable = count === 1 ? wanted : `${wanted}_${count}`;
    const owner = taken.get(variable) ?? mark.name;
    if (owner !== mark.name) continue;
    taken.set(variable, mark.name);
    return variable;
  }
}

const quotedVariable = (variable: string) => `HOLDFAST_QUOTED_${variable}`;

/**
 * Values as another shell would have to read them, made once before the script: each ' becomes '\\''. (bash's own `@Q`
 * writes $'…' for letters its locale does not know, which dash, the sh of many machines, takes for text.)
 */
function withQuoted(script: string, variables: ReadonlySet<string>): string {
  const lines = [...variables].map((variable) => `${quotedVariable(variable)}=\${${variable}//\\'/\\'\\\\\\'\\'}`);
  return lines.length === 0 ? script : `${lines.join('\n')}\n${script}`;
}

function withGuards(script: string, guards: readonly Guard[]): string {
  const lines = guards.map(
    ({ variable, input, pattern, says }) =>
      `case "\${${variable}-}" in ${pattern}) printf '%s\\n' 'holdfast: the value of ${input.replaceAll("'", '')} ${says}' >&2; exit 64;; esac`,
  );
  return lines.length === 0 ? script : `${lines.join('\n')}\n${script}`;
}

type Edited =
  | { ok: true; edits: Edit[]; guard?: Omit<Guard, 'variable' | 'input'>; inComment?: boolean }
  | { ok: false; reason: string };

async function editFor(
  tree: ShellTree,
  start: number,
  end: number,
  mark: InputMark,
  variable: string,
): Promise<Edited> {
  const node = deepestAt(tree, start, end);
  if (node.type === 'comment') return { ok: true, edits: [{ start, end, text: `<${mark.name}>` }], inComment: true };
  const heredoc = node.type === 'heredoc_body' ? node : ancestorOf(tree, node, ['heredoc_body']);
  const quoting = quotingAt(tree, node);
  if (quoting === 'unsafe') return { ok: false, reason: 'stands where bash offers no safe way to put a value' };
  if (heredoc !== undefined && ancestorOf(tree, node, ['command_substitution', 'process_substitution']) === undefined) {
    return editHeredoc(tree, heredoc, { start, end }, variable);
  }
  const command = ancestorOf(tree, node, ['command']);
  const holder = command === undefined ? undefined : wordHolding(tree, command, start);
  if (command !== undefined && holder?.place === 0) return { ok: false, reason: 'would decide which command runs' };
  const reader =
    command === undefined || holder === undefined ? 'argument' : readerOf(wordsOf(tree, command), holder.place, start);
  if (reader === 'program')
    return { ok: false, reason: 'stands inside a program of another language, where no quoting of bash protects' };
  if (reader === 'shell') return editNested(holder!.word, { start, end }, quoting, mark, variable);
  const edits = [{ start, end, text: wrapped(quoting, `\${${variable}}`) }];
  if (reader === 'json') return { ok: true, edits, guard: NO_JSON };
  // A value that begins the address is the address; one inside it must not end a part of it.
  const isInside =
    holder !== undefined && holder.word.value.indexOf('://') >= 0 && !holder.word.value.startsWith(mark.char);
  return reader === 'url' && isInside ? { ok: true, edits, guard: NO_URL } : { ok: true, edits };
}

type Quoting = 'bare' | 'single' | 'double' | 'unsafe';

function quotingAt(tree: ShellTree, node: ShellNode): Quoting {
  for (let at: ShellNode | undefined = node; at !== undefined; at = tree.nodes[at.parent]) {
    // Beside something that is not bash nothing is known about where a value ends.
    const above = parentOf(tree, at);
    if (above !== undefined && childrenOf(tree, above).some((child) => child.type === 'ERROR')) return 'unsafe';
    if (at.type === 'raw_string') return 'single';
    if (at.type === 'string') return 'double';
    if (
      [
        'ansi_c_string',
        'translated_string',
        'regex',
        'arithmetic_expansion',
        'subscript',
        'variable_name',
        'heredoc_start',
        'heredoc_end',
        'expansion',
        'function_definition',
        'ERROR',
        'brace_expression',
      ].includes(at.type)
    ) {
      return at.type === 'function_definition' && at !== node ? 'bare' : 'unsafe';
    }
    if (['command', 'redirected_statement', 'program', 'command_substitution', 'heredoc_body'].includes(at.type))
      return 'bare';
  }
  return 'bare';
}

function wrapped(quoting: Quoting, expansion: string): string {
  if (quoting === 'single') return `'"${expansion}"'`;
  return quoting === 'double' ? expansion : `"${expansion}"`;
}

/** A value inside a script for another shell: quoted once more for that shell, and its own quotes there closed around it. */
async function editNested(
  word: ShellWord,
  place: { start: number; end: number },
  quoting: Quoting,
  mark: InputMark,
  variable: string,
): Promise<Edited> {
  const inner = await parseShell(word.value);
  if (!inner.ok) return { ok: false, reason: 'stands inside a script that cannot be read' };
  const at = word.value.indexOf(mark.char);
  const node = deepestAt(inner.tree, at, at + 1);
  const innerQuoting = quotingAt(inner.tree, node);
  if (innerQuoting === 'unsafe' || node.type === 'heredoc_body')
    return { ok: false, reason: 'stands too deep inside a script for another shell' };
  const command = ancestorOf(inner.tree, node, ['command']);
  const holder = command === undefined ? undefined : wordHolding(inner.tree, command, at);
  if (holder?.place === 0) return { ok: false, reason: 'would decide which command runs' };
  if (
    command !== undefined &&
    holder !== undefined &&
    readerOf(wordsOf(inner.tree, command), holder.place, at) !== 'argument'
  ) {
    return { ok: false, reason: 'stands inside a script within a script' };
  }
  // Inside single quotes of the outer shell a single quote of the inner one cannot be written.
  if (innerQuoting === 'single' && quoting === 'single')
    return { ok: false, reason: 'stands inside two kinds of single quotes' };
  const close = innerQuoting === 'double' ? '"' : innerQuoting === 'single' ? "'" : '';
  const escaped =
    quoting === 'double' && close === '"' ? '\\"' : quoting === 'bare' && close !== '' ? `\\${close}` : close;
  const text = escaped + wrapped(quoting, `'\${${quotedVariable(variable)}}'`) + escaped;
  return { ok: true, edits: [{ ...place, text }], guard: NO_CONTROL };
}

/** A value in a heredoc: expanded there, or, where the delimiter is quoted, the heredoc opened and the rest of it kept literal. */
function editHeredoc(
  tree: ShellTree,
  body: ShellNode,
  place: { start: number; end: number },
  variable: string,
): Edited {
  const redirect = tree.nodes[body.parent]!;
  const opening = childrenOf(tree, redirect).find((child) => child.type === 'heredoc_start');
  const command = childrenOf(tree, tree.nodes[redirect.parent] ?? redirect).find((child) => child.type === 'command');
  const words = command === undefined ? [] : wordsOf(tree, command);
  const reader = readerOf(words, words.length, -1);
  if (reader === 'program')
    return { ok: false, reason: 'stands inside a program of another language, where no quoting of bash protects' };
  const expansion = reader === 'shell' ? `'\${${quotedVariable(variable)}}'` : `\${${variable}}`;
  if (reader === 'shell') {
    const line = tree.text.slice(body.start, place.start);
    const quotes = line.slice(line.lastIndexOf('\n') + 1).replace(/\\./g, '');
    if (/["'`]/.test(quotes)) return { ok: false, reason: 'stands inside quotes of a script for another shell' };
  }
  const guard = reader === 'shell' ? NO_CONTROL : NO_YAML;
  const delimiter = opening === undefined ? '' : textOf(tree, opening);
  if (!/["'\\]/.test(delimiter)) return { ok: true, edits: [{ ...place, text: expansion }], guard };
  const bare = delimiter.replace(/["'\\]/g, '');
  const edits: Edit[] = [
    { start: opening!.start, end: opening!.end, text: bare },
    { ...place, text: expansion },
  ];
  for (const special of tree.text.slice(body.start, body.end).matchAll(/[\\$`]/g)) {
    const at = body.start + special.index;
    edits.push({ start: at, end: at + 1, text: `\\${special[0]}` });
  }
  return { ok: true, edits, guard };
}

function deepestAt(tree: ShellTree, start: number, end: number): ShellNode {
  let node = tree.nodes[0]!;
  for (;;) {
    const inside = childrenOf(tree, node).find((child) => child.start <= start && child.end >= end);
    if (inside === undefined) return node;
    node = inside;
  }
}

function wordHolding(
  tree: ShellTree,
  command: ShellNode,
  offset: number,
): { word: ShellWord; place: number } | undefined {
  const words = wordsOf(tree, command);
  const place = words.findIndex((word) => word.start <= offset && offset < word.end);
  return place < 0 ? undefined : { word: words[place]!, place };
}
