/** Go's text/template lexer: the text between actions, and what stands in them. */

export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'bool'
  | 'char'
  | 'comma'
  | 'assign'
  | 'declare'
  | 'dot'
  | 'field'
  | 'identifier'
  | 'keyword'
  | 'nil'
  | 'other'
  | 'number'
  | 'pipe'
  | 'raw'
  | 'string'
  | 'open'
  | 'close'
  | 'space'
  | 'variable'
  | 'error'
  | 'eof';

/** `at` counts UTF-16 units from the start of the text. */
export type Token = { kind: TokenKind; text: string; at: number; line: number };

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);
const SPACE = /[ \t\r\n]/;
const ALPHANUMERIC = /[\p{L}\p{Nd}_]/u;

/** The tokens of a template; the last one is `eof` or `error`. */
export function lex(input: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let parens = 0;

  const lineAfter = (from: number, to: number) => {
    for (let index = from; index < to; index += 1) if (input.charCodeAt(index) === 10) line += 1;
  };
  const emit = (kind: TokenKind, end: number) => {
    tokens.push({ kind, text: input.slice(at, end), at, line });
    lineAfter(at, end);
    at = end;
  };
  const fail = (message: string) => {
    tokens.push({ kind: 'error', text: message, at, line });
    return tokens;
  };
  const skipTo = (end: number) => {
    lineAfter(at, end);
    at = end;
  };

  for (;;) {
    const open = input.indexOf('{{', at);
    if (open < 0) {
      if (at < input.length) emit('text', input.length);
      emit('eof', at);
      return tokens;
    }
    const trimsBefore = input[open + 2] === '-' && SPACE.test(input[open + 3] ?? '');
    const textEnd = trimsBefore ? at + input.slice(at, open).replace(/[ \t\r\n]+$/, '').length : open;
    if (textEnd > at) emit('text', textEnd);
    skipTo(open);
    const inside = open + (trimsBefore ? 4 : 2);
    if (input.startsWith('/*', trimsBefore ? open + 4 : inside)) {
      const close = input.indexOf('*/', inside);
      if (close < 0) return fail('unclosed comment');
      const trimsAfter = SPACE.test(input[close + 2] ?? '') && input.startsWith('-}}', close + 3);
      if (!trimsAfter && !input.startsWith('}}', close + 2)) return fail('comment ends before closing delimiter');
      skipTo(close + (trimsAfter ? 6 : 4));
      if (trimsAfter) skipTo(afterSpace(input, at));
      continue;
    }
    tokens.push({ kind: 'left', text: '{{', at, line });
    skipTo(inside);
    parens = 0;
    const failed = lexAction();
    if (failed) return tokens;
  }

  /** True when the rest cannot be read. */
  function lexAction(): boolean {
    for (;;) {
      const character = characterAt(input, at);
      const trimsAfter = SPACE.test(character) && input.startsWith('-}}', at + 1);
      if (trimsAfter || input.startsWith('}}', at)) {
        if (parens > 0) return fail('unclosed left paren').length > 0;
        if (trimsAfter) skipTo(at + 2);
        emit('right', at + 2);
        if (trimsAfter) skipTo(afterSpace(input, at));
        return false;
      }
      if (character === '') return fail('unclosed action').length > 0;
      if (SPACE.test(character)) {
        let end = at + 1;
        while (SPACE.test(input[end] ?? '') && !input.startsWith('-}}', end + 1)) end += 1;
        emit('space', end);
      } else {
        const message = lexItem(character);
        if (message !== null) return fail(message).length > 0;
      }
    }
  }

  function lexItem(character: string): string | null {
    const next = input[at + 1] ?? '';
    if (character === '=') return done('assign', at + 1);
    if (character === ':') return next === '=' ? done('declare', at + 2) : 'expected :=';
    if (character === '|') return done('pipe', at + 1);
    if (character === ',') return done('comma', at + 1);
    if (character === '"') return lexQuoted('"', 'string', 'unterminated quoted string');
    if (character === "'") return lexQuoted("'", 'char', 'unterminated character constant');
    if (character === '`') {
      const end = input.indexOf('`', at + 1);
      return end < 0 ? 'unterminated raw quoted string' : done('raw', end + 1);
    }
    if (character === '(') {
      parens += 1;
      return done('open', at + 1);
    }
    if (character === ')') {
      if (parens === 0) return 'unexpected right paren';
      parens -= 1;
      return done('close', at + 1);
    }
    if (character === '$') return lexName('variable');
    if (character === '.' && !/\d/.test(next)) return lexName('field');
    if (/[+\-.0-9]/.test(character)) return lexNumber();
    if (ALPHANUMERIC.test(character)) return lexWord();
    if (/[!-~]/.test(character)) return done('other', at + 1);
    return `unrecognized character in action: ${describeCharacter(character)}`;
  }

  function done(kind: TokenKind, end: number): null {
    emit(kind, end);
    return null;
  }

  function lexQuoted(quote: string, kind: TokenKind, unterminated: string): string | null {
    for (let end = at + 1; ; end += 1) {
      const character = input[end];
      if (character === '\\') {
        end += 1;
        if (input[end] === undefined || input[end] === '\n') return unterminated;
      } else if (character === undefined || character === '\n') return unterminated;
      else if (character === quote) return done(kind, end + 1);
    }
  }

  /** A field or a variable, its sign alone included. */
  function lexName(kind: 'field' | 'variable'): string | null {
    if (isTerminator(input, at + 1)) return done(kind === 'field' ? 'dot' : 'variable', at + 1);
    const end = afterWord(input, at + 1);
    if (!isTerminator(input, end)) return `bad character ${describeCharacter(characterAt(input, end))}`;
    return done(kind, end);
  }

  function lexWord(): string | null {
    const end = afterWord(input, at);
    if (!isTerminator(input, end)) return `bad character ${describeCharacter(characterAt(input, end))}`;
    const word = input.slice(at, end);
    if (KEYWORDS.has(word)) return done('keyword', end);
    if (word === 'true' || word === 'false') return done('bool', end);
    return done(word === 'nil' ? 'nil' : 'identifier', end);
  }

  function lexNumber(): string | null {
    const sign = /^[+-]?/.exec(input.slice(at, at + 1))?.[0].length ?? 0;
    const rest = input.slice(at + sign, at + sign + 400);
    const [body = ''] =
      /^0[xX][0-9a-fA-F_]*(\.[0-9a-fA-F_]*)?([pP][+-]?[0-9_]*)?/.exec(rest) ??
      /^0[oO][0-7_]*/.exec(rest) ??
      /^0[bB][01_]*/.exec(rest) ??
      /^[0-9_]*(\.[0-9_]*)?([eE][+-]?[0-9_]*)?/.exec(rest) ??
      [];
    let end = at + sign + body.length;
    if (input[end] === 'i') end += 1;
    if (input[end] === '+' || input[end] === '-') {
      // 1+2i is one number, and complex ones are none of ours.
      const imaginary = /^[+-][0-9_.]*i?/.exec(input.slice(end, end + 100))?.[0] ?? '';
      return `bad number syntax: ${JSON.stringify(input.slice(at, end + imaginary.length))}`;
    }
    const following = characterAt(input, end);
    if (ALPHANUMERIC.test(following))
      return `bad number syntax: ${JSON.stringify(input.slice(at, end + following.length))}`;
    return done('number', end);
  }
}

function afterSpace(input: string, at: number): number {
  let end = at;
  while (SPACE.test(input[end] ?? '')) end += 1;
  return end;
}

function afterWord(input: string, at: number): number {
  let end = at;
  for (;;) {
    const character = characterAt(input, end);
    if (character === '' || !ALPHANUMERIC.test(character)) return end;
    end += character.length;
  }
}

function characterAt(input: string, at: number): string {
  const code = input.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function isTerminator(input: string, at: number): boolean {
  const character = input[at] ?? '';
  return character === '' || SPACE.test(character) || '.,|:()'.includes(character) || input.startsWith('}}', at);
}

function describeCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} '${character}'`;
}
