import { childrenOf, parentOf, type ShellNode, type ShellTree, textOf } from '../syntax/shell-tree.ts';
import { DYNAMIC, type ReadExpansion, type StandardInput, wordOf, wordsOf } from './shell-words.ts';

const UNREAD: ReadExpansion = () => undefined;

/** Finds what a command reads: its own heredoc or file, else the pipe it stands behind, else nothing. */
export function standardInputOf(tree: ShellTree, command: ShellNode, expand: ReadExpansion = UNREAD): StandardInput {
  const around = parentOf(tree, command);
  if (around?.type === 'redirected_statement') {
    for (const redirect of childrenOf(tree, around)) {
      const input = redirectedInput(tree, redirect, expand);
      if (input !== undefined) return input;
    }
  }
  for (const redirect of childrenOf(tree, command)) {
    const input = redirectedInput(tree, redirect, expand);
    if (input !== undefined) return input;
  }
  return pipedInput(tree, command, expand);
}

function redirectedInput(tree: ShellTree, redirect: ShellNode, expand: ReadExpansion): StandardInput | undefined {
  if (redirect.type === 'heredoc_redirect')
    return { from: 'heredoc', text: knownText(heredocText(tree, redirect, expand)) };
  if (redirect.type === 'herestring_redirect') {
    const word = childrenOf(tree, redirect).find((child) => child.named);
    return { from: 'heredoc', text: word === undefined ? null : knownText(wordOf(tree, word, expand).value) };
  }
  if (redirect.type !== 'file_redirect') return undefined;
  const parts = childrenOf(tree, redirect);
  if (!parts.some((part) => part.type === '<')) return undefined;
  const target = parts.at(-1);
  const value = target === undefined ? '' : wordOf(tree, target).value;
  return value === '/dev/null' ? { from: 'nothing', text: null, closed: true } : { from: 'file', text: null };
}

/** A text that is one expansion and nothing else says nothing about what it holds. */
function knownText(text: string | null): string | null {
  return text === null || (text.includes(DYNAMIC) && !/[\w]/.test(text)) ? null : text;
}

/** A heredoc's text; what is only known when it runs stands in it as `DYNAMIC`. */
function heredocText(tree: ShellTree, redirect: ShellNode, expand: ReadExpansion): string | null {
  const parts = childrenOf(tree, redirect);
  const body = parts.find((child) => child.type === 'heredoc_body');
  if (body === undefined) return null;
  const start = parts.find((child) => child.type === 'heredoc_start');
  if (start !== undefined && /^['"\\]/.test(textOf(tree, start))) return textOf(tree, body);
  let text = '';
  let at = body.start;
  for (const child of childrenOf(tree, body)) {
    if (!child.named || child.type === 'heredoc_content') continue;
    text += unescapeHeredoc(tree.text.slice(at, child.start)) + (expand(child) ?? DYNAMIC);
    at = child.end;
  }
  return text + unescapeHeredoc(tree.text.slice(at, body.end));
}

const unescapeHeredoc = (text: string) => text.replace(/\\([$`\\])/g, '$1');

function pipedInput(tree: ShellTree, command: ShellNode, expand: ReadExpansion): StandardInput {
  let inside = command;
  for (let above = parentOf(tree, command); above !== undefined; above = parentOf(tree, above)) {
    // `cat <<EOF | sh`: the grammar hangs the rest of the pipe into the heredoc of its first command.
    if (above.type === 'heredoc_redirect' && (inside.type === 'pipeline' || inside.type === 'command')) {
      return { from: 'pipe', text: knownText(catText(tree, above, expand)) };
    }
    if (above.type === 'pipeline') {
      const stages = childrenOf(tree, above).filter((child) => child.named);
      const place = stages.indexOf(inside);
      if (place > 0) return { from: 'pipe', text: saidBy(tree, stages[place - 1]!, expand) };
      const outside = parentOf(tree, above);
      if (outside?.type === 'heredoc_redirect')
        return { from: 'pipe', text: knownText(catText(tree, outside, expand)) };
    }
    if (above.type === 'redirected_statement' && inside.type !== 'command') {
      // `while read x; do …; done < list`, `{ … } <<EOF`: what stands inside shares that input.
      for (const redirect of childrenOf(tree, above)) {
        const input = redirect === inside ? undefined : redirectedInput(tree, redirect, expand);
        if (input !== undefined) return { ...input, text: null };
      }
    }
    if (above.type === 'command_substitution' || above.type === 'process_substitution') break;
    inside = above;
  }
  return { from: 'nothing', text: null };
}

/** What `cat <<EOF` hands to the next stage. */
function catText(tree: ShellTree, redirect: ShellNode, expand: ReadExpansion): string | null {
  const before = parentOf(tree, redirect);
  const command = before === undefined ? undefined : childrenOf(tree, before)[0];
  const words = command?.type === 'command' ? wordsOf(tree, command) : [];
  return words.length === 1 && words[0]?.value === 'cat' ? heredocText(tree, redirect, expand) : null;
}

/** What a stage of echoes hands to the next one: `echo …`, `printf …`, `(echo a; sleep 1; echo b)`, `cat <<EOF`. */
function saidBy(tree: ShellTree, stage: ShellNode, expand: ReadExpansion): string | null {
  if (stage.type === 'redirected_statement') {
    const redirect = childrenOf(tree, stage).find((child) => child.type === 'heredoc_redirect');
    return redirect === undefined ? null : knownText(catText(tree, redirect, expand));
  }
  if (stage.type === 'subshell' || stage.type === 'compound_statement') {
    const said: string[] = [];
    for (const inner of childrenOf(tree, stage).filter((child) => child.named)) {
      if (inner.type !== 'command') return null;
      if (wordsOf(tree, inner)[0]?.value === 'sleep') continue;
      const text = echoedText(tree, inner, expand);
      if (text === null) return null;
      said.push(text);
    }
    return knownText(said.join('\n'));
  }
  return stage.type === 'command' ? knownText(echoedText(tree, stage, expand)) : null;
}

function echoedText(tree: ShellTree, command: ShellNode, expand: ReadExpansion): string | null {
  const [name, ...rest] = wordsOf(tree, command, expand).map((word) => word.value);
  if (name === 'echo')
    return rest
      .filter((word) => !/^-[neE]+$/.test(word))
      .join(' ')
      .replace(/\\[rn]/g, '\n');
  if (name === ':' || name === 'true' || (name === 'cat' && rest.join(' ') === '/dev/null')) return '';
  if (name !== 'printf') return null;
  const [format = '', ...values] = rest;
  let at = 0;
  const said = format
    .replace(/%%|%-?[\d.]*[a-zA-Z]/g, (spec) => (spec === '%%' ? '%' : (values[at++] ?? DYNAMIC)))
    .replace(/\\[rn]/g, '\n');
  return at === 0 && values.length > 0 ? [said, ...values].join(' ') : said;
}
