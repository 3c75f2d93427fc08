import { unquote } from './go-quote.ts';
import { createMatcher, type Matcher, MatcherError, type MatcherType } from './matcher.ts';

/**
 * Matchers in the syntax that allows any UTF-8 in names: `{"☂"="x", foo=~bar}`, braces optional. Columns in errors count
 * characters, as Alertmanager's do.
 */

type TokenKind = 'open' | 'close' | 'comma' | 'operator' | 'quoted' | 'unquoted';
type Token = { kind: TokenKind; text: string; from: number; to: number };

const RESERVED = /[\s\u0085{}!=~,\\"'`]/u;
const SPACE = /[\s\u0085]/u;
const OPERATOR_START = /[=!]/;

const AFTER_MATCHER = 'expected a comma or close brace';
const AFTER_COMMA = 'expected a matcher or close brace after comma';

/** @throws MatcherError `0:3: …: expected label name` and its like */
export function parseUtf8Matchers(input: string): Matcher[] {
  const lexer = createLexer(input);
  const matchers: Matcher[] = [];
  const first = lexer.peek();
  if (first === null) return matchers;
  const braced = first.kind === 'open';
  if (braced) lexer.take();
  let next = lexer.peek();
  if (next?.kind === 'close' || (braced && next === null)) return endBraces(lexer, braced, matchers);
  for (;;) {
    matchers.push(parseOne(lexer));
    next = peekFor(lexer, AFTER_MATCHER);
    if (next === null) return endBraces(lexer, braced, matchers);
    expect(next, ['comma', 'close'], AFTER_MATCHER);
    if (next.kind === 'close') return endBraces(lexer, braced, matchers);
    lexer.take();
    next = peekFor(lexer, AFTER_COMMA);
    if (next === null) return endBraces(lexer, braced, matchers);
    expect(next, ['close', 'unquoted', 'quoted'], AFTER_COMMA);
    if (next.kind === 'close') return endBraces(lexer, braced, matchers);
  }
}

/** One matcher without braces. @throws MatcherError */
export function parseUtf8Matcher(input: string): Matcher {
  const matchers = parseUtf8Matchers(input);
  const only = matchers[0];
  if (!only) throw new MatcherError('no matchers');
  if (matchers.length > 1) throw new MatcherError(`expected 1 matcher, found ${matchers.length}`);
  return only;
}

type Lexer = {
  /** The next token, null at the end. @throws MatcherError for what is no token */
  peek(): Token | null;
  take(): Token | null;
  /** Characters read so far. */
  column(): number;
};

function parseOne(lexer: Lexer): Matcher {
  const name = expectNext(lexer, ['quoted', 'unquoted'], 'expected label name');
  const operator = expectNext(lexer, ['operator'], "expected an operator such as '=', '!=', '=~' or '!~'");
  const value = expectNext(lexer, ['unquoted', 'quoted'], 'expected label value');
  try {
    return createMatcher(operator.text as MatcherType, textOf(name), textOf(value));
  } catch (thrown) {
    if (thrown instanceof MatcherError && !thrown.message.includes(': invalid input'))
      throw new MatcherError(`failed to create matcher: ${thrown.message}`);
    throw thrown;
  }
}

function textOf(token: Token): string {
  if (token.kind !== 'quoted') return token.text;
  const text = unquote(token.text);
  if (text === null) throw new MatcherError(`${token.from}:${token.to}: ${token.text}: invalid input`);
  return text;
}

function expectNext(lexer: Lexer, kinds: readonly TokenKind[], what: string): Token {
  const token = peekFor(lexer, what);
  if (token === null) throw new MatcherError(`end of input: ${what}`);
  expect(token, kinds, what);
  lexer.take();
  return token;
}

/** The next token; what is none is reported with what should stand there. */
function peekFor(lexer: Lexer, what: string): Token | null {
  try {
    return lexer.peek();
  } catch (thrown) {
    if (thrown instanceof MatcherError) throw new MatcherError(`${thrown.message}: ${what}`);
    throw thrown;
  }
}

function expect(token: Token, kinds: readonly TokenKind[], what: string): void {
  if (!kinds.includes(token.kind))
    throw new MatcherError(`${token.from}:${token.to}: unexpected ${token.text}: ${what}`);
}

/** The closing brace where there was an opening one, none where there was none, and nothing behind it. */
function endBraces(lexer: Lexer, braced: boolean, matchers: Matcher[]): Matcher[] {
  const token = lexer.peek();
  if (braced) {
    if (token === null) throw new MatcherError(`0:${lexer.column()}: end of input: expected close brace`);
    if (token.kind !== 'close')
      throw new MatcherError(
        `0:${token.to}: ${token.from}:${token.to}: unexpected ${token.text}: expected close brace`,
      );
    lexer.take();
  } else if (token?.kind === 'close') {
    throw new MatcherError(`0:${token.to}: }: expected opening brace`);
  }
  const rest = lexer.peek();
  if (rest !== null) throw new MatcherError(`${rest.from}:${rest.to}: ${rest.text}: expected end of input`);
  return matchers;
}

function createLexer(input: string): Lexer {
  const characters = [...input];
  let position = 0;
  let ahead: Token | null | undefined;

  const token = (kind: TokenKind, from: number): Token => ({
    kind,
    text: characters.slice(from, position).join(''),
    from,
    to: position,
  });
  const shown = (from: number) => `${from}:${position}: ${characters.slice(from, position).join('')}`;

  const scan = (): Token | null => {
    while (position < characters.length && SPACE.test(characters[position] ?? '')) position += 1;
    const from = position;
    const character = characters[position];
    if (character === undefined) return null;
    if (OPERATOR_START.test(character)) return scanOperator(from, character);
    if (character === '"') return scanQuoted(from);
    if (!RESERVED.test(character)) {
      while (position < characters.length && !RESERVED.test(characters[position] ?? '')) position += 1;
      return token('unquoted', from);
    }
    position += 1;
    if (character === '{') return token('open', from);
    if (character === '}') return token('close', from);
    if (character === ',') return token('comma', from);
    throw new MatcherError(`${shown(from)}: invalid input`);
  };

  const scanOperator = (from: number, character: string): Token => {
    position += 1;
    const next = characters[position];
    if (next === '~' || (character === '!' && next === '=')) position += 1;
    else if (character === '!') {
      throw new MatcherError(
        position >= characters.length
          ? `${from}:${position}: unexpected end of input, expected one of '=~'`
          : `${shown(from)}: expected one of '=~'`,
      );
    }
    return token('operator', from);
  };

  const scanQuoted = (from: number): Token => {
    position += 1;
    for (; position < characters.length; position += 1) {
      if (characters[position] === '\\') position += 1;
      else if (characters[position] === '"') {
        position += 1;
        return token('quoted', from);
      }
    }
    position = characters.length;
    throw new MatcherError(`${shown(from)}: missing end "`);
  };

  const peek = () => {
    if (ahead === undefined) ahead = scan();
    return ahead;
  };
  return {
    peek,
    take() {
      const taken = peek();
      ahead = undefined;
      return taken;
    },
    column: () => position,
  };
}
