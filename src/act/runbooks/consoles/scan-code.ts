import type { ConsoleLanguage } from './console-language.ts';

/**
 * One token of console code. `text` of a string is what is in it; code inside a string (`"#{x.delete}"`) follows it in
 * parentheses, so that it is judged like any other.
 */
export type CodeToken = {
  kind: 'name' | 'number' | 'text' | 'symbol' | 'label' | 'mark' | 'line';
  text: string;
  /** Offset of its first character. */
  start: number;
  /** True where blanks stand before it. */
  spaced: boolean;
};

/** What the languages do differently before grammar begins. */
type CodeSyntax = {
  lineComments: readonly string[];
  blockComment?: readonly [string, string];
  quotes: string;
  /** `"""text"""`. */
  tripleQuotes?: boolean;
  /** What opens code inside a string, by quote. */
  interpolation?: Readonly<Record<string, string>>;
  regexes?: boolean;
  symbols?: boolean;
  heredocs?: boolean;
};

const C_COMMENTS = { lineComments: ['//'], blockComment: ['/*', '*/'] as const };
const SYNTAX: Partial<Record<ConsoleLanguage, CodeSyntax>> = {
  ruby: {
    lineComments: ['#'],
    quotes: `'"\``,
    interpolation: { '"': '#{', '`': '#{' },
    regexes: true,
    symbols: true,
    heredocs: true,
  },
  python: { lineComments: ['#'], quotes: `'"`, tripleQuotes: true, interpolation: { '"': '{', "'": '{' } },
  js: { ...C_COMMENTS, quotes: `'"\``, interpolation: { '`': '${' }, regexes: true },
  mongo: { ...C_COMMENTS, quotes: `'"\``, interpolation: { '`': '${' }, regexes: true },
  php: { lineComments: ['//', '#'], blockComment: ['/*', '*/'], quotes: `'"`, interpolation: { '"': '{$' } },
  erlang: { lineComments: ['%'], quotes: `'"` },
};
const MAX_DEPTH = 6;
const OPENERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };

/** Takes console code apart. Never fails: what cannot be read ends up as marks, which judge nothing harmless. */
export function scanCode(text: string, language: ConsoleLanguage, depth = 0): CodeToken[] {
  const syntax = SYNTAX[language] ?? SYNTAX.js!;
  const tokens: CodeToken[] = [];
  let at = 0;
  let spaced = false;
  const push = (kind: CodeToken['kind'], value: string, length: number) => {
    tokens.push({ kind, text: value, start: at, spaced });
    at += length;
    spaced = false;
  };
  /** Adds a string and the code in it. `contents` begins `skip` characters after where we are. */
  const pushText = (contents: string, length: number, opens: string | undefined) => {
    push('text', contents, length);
    if (opens === undefined || !contents.includes(opens) || depth >= MAX_DEPTH) return;
    for (const code of codeIn(contents, opens)) {
      const inner = scanCode(code, language, depth + 1);
      const mark = (each: string): CodeToken => ({ kind: 'mark', text: each, start: at, spaced: false });
      tokens.push(mark('#('), ...inner.map((token) => ({ ...token, start: at })), mark(')'));
    }
  };
  while (at < text.length) {
    const char = text[at]!;
    if (char === '\n') {
      push('line', '\n', 1);
      continue;
    }
    if (/\s/.test(char)) {
      at++;
      spaced = true;
      continue;
    }
    if (char === '\\' && /^\\\r?\n/.test(text.slice(at, at + 3))) {
      at = text.indexOf('\n', at) + 1;
      spaced = true;
      continue;
    }
    const comment = syntax.lineComments.find((each) => text.startsWith(each, at));
    if (comment !== undefined) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
      continue;
    }
    if (syntax.blockComment !== undefined && text.startsWith(syntax.blockComment[0], at)) {
      const end = text.indexOf(syntax.blockComment[1], at + 2);
      at = end < 0 ? text.length : end + 2;
      spaced = true;
      continue;
    }
    if (syntax.heredocs === true) {
      const opening = /^<<[~-]?(['"]?)([A-Z]\w*)\1/.exec(text.slice(at, at + 60));
      if (opening !== null) {
        const bodyAt = text.indexOf('\n', at);
        const rest = bodyAt < 0 ? '' : text.slice(bodyAt + 1);
        const end = new RegExp(`^[ \\t]*${opening[2]}[ \\t]*$`, 'm').exec(rest);
        const body = end === null ? rest : rest.slice(0, end.index);
        push('text', body, opening[0].length);
        // The rest of the line is code; the body is not. It is cut out by scanning the line on its own.
        const line = text.slice(at, bodyAt < 0 ? text.length : bodyAt);
        if (depth < MAX_DEPTH)
          tokens.push(...scanCode(line, language, depth + 1).map((token) => ({ ...token, start: token.start + at })));
        at = end === null ? text.length : bodyAt + 1 + end.index + end[0].length;
        continue;
      }
      const list = /^%[wWiIqQx]?([([{<|!])/.exec(text.slice(at, at + 4));
      if (list !== null && (tokens.length === 0 || spaced || tokens.at(-1)!.kind === 'mark')) {
        const close = OPENERS[list[1]!] ?? list[1]!;
        const end = text.indexOf(close, at + list[0].length);
        const contents = text.slice(at + list[0].length, end < 0 ? text.length : end);
        if (list[0][1] === 'x') tokens.push({ kind: 'name', text: 'system', start: at, spaced });
        pushText(contents, (end < 0 ? text.length : end + 1) - at, /^%[iwq]/.test(list[0]) ? undefined : '#{');
        continue;
      }
    }
    if (syntax.tripleQuotes === true && /^(?:"""|''')/.test(text.slice(at, at + 3))) {
      const quote = text.slice(at, at + 3);
      const end = text.indexOf(quote, at + 3);
      const contents = text.slice(at + 3, end < 0 ? text.length : end);
      pushText(contents, (end < 0 ? text.length : end + 3) - at, formats(tokens) ? '{' : undefined);
      continue;
    }
    if (syntax.quotes.includes(char)) {
      const end = endOfQuote(text, at, char);
      const contents = text.slice(at + 1, end);
      if (char === '`' && language === 'ruby') tokens.push({ kind: 'name', text: 'system', start: at, spaced });
      const opens = language === 'python' && !formats(tokens) ? undefined : syntax.interpolation?.[char];
      pushText(contents, Math.min(text.length, end + 1) - at, opens);
      continue;
    }
    if (syntax.regexes === true && char === '/' && beginsRegex(tokens.at(-1), spaced, text[at + 1])) {
      const end = /^\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/.exec(text.slice(at, at + 2_000));
      if (end !== null) {
        push('text', end[0], end[0].length);
        continue;
      }
    }
    const rest = text.slice(at, at + 200);
    const number = /^\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d+)?/i.exec(rest);
    if (number !== null) {
      push('number', number[0], number[0].length);
      continue;
    }
    if (syntax.symbols === true) {
      const symbol = /^:(?:[A-Za-z_]\w*[?!]?|"[^"\n]*")/.exec(rest);
      if (symbol !== null && text[at - 1] !== ':') {
        push('symbol', symbol[0].slice(1).replace(/"/g, ''), symbol[0].length);
        continue;
      }
    }
    const name = /^[@$]{0,2}[\p{L}_][\p{L}\p{N}_$]*/u.exec(rest) ?? /^\$/.exec(rest);
    if (name !== null) {
      let said = name[0];
      if (language === 'ruby' && /^[?!](?![=~])/.test(rest.slice(said.length))) said += rest[said.length]!;
      const isLabel =
        tokens.at(-1)?.text !== '?' &&
        /^:(?![:=])(?=\s|$|["'[{\d])/.test(rest.slice(said.length)) &&
        language !== 'erlang';
      push(isLabel ? 'label' : 'name', said, said.length + (isLabel ? 1 : 0));
      continue;
    }
    const mark =
      /^(?:&\.|\?\.|->|=>|::|\|\||&&|<=>|===|==|!==|!=|>=|<=|<<|>>|\+=|-=|\*=|\|\|=|&&=|:=|\*\*|=~)/.exec(rest)?.[0] ??
      char;
    push('mark', mark, mark.length);
  }
  return tokens;
}

/** True after `f` (or `rf`) glued to a quote: Python's strings with code in them. The prefix is no name of its own. */
function formats(tokens: CodeToken[]): boolean {
  const before = tokens.at(-1);
  if (before?.kind !== 'name' || !/^(?:[rbu]|f|rf|fr|br|rb)$/i.test(before.text)) return false;
  tokens.pop();
  return /f/i.test(before.text);
}

function endOfQuote(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

function beginsRegex(before: CodeToken | undefined, spaced: boolean, next: string | undefined): boolean {
  if (before === undefined || before.kind === 'line') return true;
  if (before.kind === 'mark') return !/^[)\]}]$/.test(before.text);
  // `grep /x/` against `a / b`: a blank before it and none behind it.
  return before.kind === 'name' && spaced && next !== ' ';
}

/** The stretches of code inside a string: `#{…}`, `${…}`, `{…}`. */
function codeIn(contents: string, opens: string): string[] {
  const found: string[] = [];
  for (let at = contents.indexOf(opens); at >= 0; at = contents.indexOf(opens, at)) {
    let level = 1;
    let end = at + opens.length;
    for (; end < contents.length && level > 0; end++) {
      if (contents[end] === '{') level++;
      else if (contents[end] === '}') level--;
    }
    found.push(contents.slice(at + opens.length - (opens === '{$' ? 1 : 0), level === 0 ? end - 1 : end));
    at = end;
  }
  return found;
}
