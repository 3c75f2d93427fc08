import type { ConsoleLanguage } from './console-language.ts';
import type { CodeToken } from './scan-code.ts';

/** One call in console code. */
export type CodeCall = {
  /** What it is called on and its name, arguments left out: `Sidekiq::Queue.new.clear`, `db.orders.remove`. */
  path: string;
  name: string;
  /** What stands before its name: nothing, a class or module, or a value. */
  on: 'nothing' | 'constant' | 'value';
  hasArguments: boolean;
  /** Its arguments as one text, strings without quotes. */
  args: string;
  /** The strings among its arguments. */
  texts: string[];
  /** True where something is asked of its result (`.size` behind it), or a printing call shows it. */
  isUsed: boolean;
};

const RUBY_WORDS = new Set(
  'alias and begin BEGIN break case class def defined? do else elsif end END ensure false for if in module next nil not or redo rescue retry return self super then true undef unless until when while yield __FILE__ __LINE__ it'.split(
    ' ',
  ),
);
const OTHER_WORDS = new Set(
  'if elif else for while with try except finally return yield lambda and or not in is def class function async await new typeof instanceof switch case default catch do let const var of from import export as pass raise throw assert global nonlocal fn match array isset empty echo foreach elseif use namespace when fun begin end receive after andalso orelse void delete del'.split(
    ' ',
  ),
);
const MEMBER = new Set(['.', '&.', '?.', '->', '::']);
const CLOSES: Readonly<Record<string, string>> = { '(': ')', '#(': ')', '[': ']', '{': '}' };

/** Every call of a text, wherever it stands. */
export function readCalls(tokens: readonly CodeToken[], language: ConsoleLanguage): CodeCall[] {
  const pairs = pairBrackets(tokens);
  const own = ownNames(tokens, language);
  const calls: CodeCall[] = [];
  const showing: number[] = [];
  for (const [at, token] of tokens.entries()) {
    while (showing.length > 0 && showing.at(-1)! <= at) showing.pop();
    if (token.text === '#(' && token.kind === 'mark') showing.push(pairs.get(at) ?? tokens.length);
    // `each(&:delete)`: a symbol turned into a call.
    if (token.kind === 'symbol') {
      const before = tokens[at - 1];
      if (before?.kind === 'mark' && before.text === '&')
        calls.push({
          path: `it.${token.text}`,
          name: token.text,
          on: 'value',
          hasArguments: false,
          args: '',
          texts: [],
          isUsed: true,
        });
      continue;
    }
    if (token.kind !== 'name') continue;
    const before = tokens[at - 1];
    const behind = tokens[at + 1];
    const isMember =
      before?.kind === 'mark' && (MEMBER.has(before.text) || (language === 'erlang' && before.text === ':'));
    const opensArguments = behind?.kind === 'mark' && behind.text === '(' && (!behind.spaced || language !== 'ruby');
    if (!isMember && (language === 'ruby' ? RUBY_WORDS : OTHER_WORDS).has(token.text)) {
      continue;
    }
    if (before?.kind === 'name' && /^(?:def|class|module|function|fun|import|from|require)$/.test(before.text))
      continue;
    const isConstant = /^[A-Z]/.test(token.text) && before?.text !== '.' && before?.text !== '&.';
    if (language === 'ruby') {
      if (isConstant && !opensArguments) continue;
      if (!isMember && (own.has(token.text) || isAssigned(tokens, at) || /^[@$]/.test(token.text))) continue;
    } else {
      if (!opensArguments || (!isMember && own.has(token.text))) continue;
    }
    const end = opensArguments ? (pairs.get(at + 1) ?? tokens.length - 1) : at;
    const inside = opensArguments
      ? tokens.slice(at + 2, end)
      : language === 'ruby'
        ? looseArguments(tokens, at, pairs)
        : [];
    const next = tokens[end + 1];
    const asked = next?.kind === 'mark' && (MEMBER.has(next.text) || next.text === '[');
    const call: CodeCall = {
      path: pathOf(tokens, at, pairs, language),
      name: token.text,
      on: !isMember ? 'nothing' : receiverKind(tokens, at, pairs),
      hasArguments: inside.length > 0,
      args: inside
        .map((each) => each.text)
        .join(' ')
        .slice(0, 2_000),
      texts: inside.filter((each) => each.kind === 'text').map((each) => each.text),
      isUsed: asked || showing.length > 0,
    };
    calls.push(call);
    if (
      !isMember &&
      /^(?:puts|p|pp|print|ap|echo|console|printjson|var_dump|print_r|dd|dump|len|str|repr)$/.test(token.text)
    )
      showing.push(opensArguments ? end : at + 1 + inside.length);
  }
  return calls;
}

function pairBrackets(tokens: readonly CodeToken[]): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'mark') continue;
    if (Object.hasOwn(CLOSES, token.text)) open.push(at);
    else if (/^[)\]}]$/.test(token.text)) {
      const from = open.pop();
      if (from === undefined) continue;
      pairs.set(from, at);
      pairs.set(at, from);
    }
  }
  return pairs;
}

/** Names the code itself gives: variables, block parameters, functions. Calling or reading these adds nothing. */
function ownNames(tokens: readonly CodeToken[], language: ConsoleLanguage): Set<string> {
  const own = new Set<string>();
  let inBars = false;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'mark' && token.text === '|' && language === 'ruby') {
      const before = tokens[at - 1];
      if (inBars) inBars = false;
      else if (before?.text === '{' || before?.text === 'do') inBars = true;
      continue;
    }
    if (token.kind !== 'name') continue;
    if (inBars) own.add(token.text);
    const before = tokens[at - 1];
    const isMember = before?.kind === 'mark' && MEMBER.has(before.text);
    if (isMember) continue;
    if (/^(?:def|function|for|fun)$/.test(before?.text ?? '') && before?.kind === 'name') own.add(token.text);
    if (language === 'ruby') {
      if (isAssigned(tokens, at) || (before?.text === '=>' && tokens[at - 2]?.kind === 'name')) own.add(token.text);
    } else if (/^(?:const|let|var)$/.test(before?.text ?? '') || isAssigned(tokens, at)) {
      // A variable that holds a function written here; one that holds somebody else's function stays unknown.
      const value = tokens.slice(at + 2, at + 30);
      const isFunction =
        value[0]?.text === 'function' ||
        value[0]?.text === 'lambda' ||
        value[0]?.text === 'async' ||
        (value.findIndex((each) => each.text === '=>') >= 0 && (value[0]?.text === '(' || value[1]?.text === '=>'));
      if (isFunction) own.add(token.text);
    }
  }
  return own;
}

/** `a = …`, `a, b = …`, `a += …`, `a ||= …`. */
function isAssigned(tokens: readonly CodeToken[], at: number): boolean {
  for (let next = at + 1; next < tokens.length && next < at + 20; next++) {
    const token = tokens[next]!;
    if (token.kind === 'mark' && /^(?:=|\+=|-=|\|\|=|&&=|:=)$/.test(token.text)) return true;
    if (token.text !== ',' && !(token.kind === 'name' && tokens[next - 1]?.text === ',') && token.text !== '*')
      return false;
  }
  return false;
}

/** `redis.set "a", 1`: what follows a Ruby name on its line and cannot be anything but its arguments. */
function looseArguments(tokens: readonly CodeToken[], at: number, pairs: ReadonlyMap<number, number>): CodeToken[] {
  const first = tokens[at + 1];
  if (first === undefined || !first.spaced || first.kind === 'line') return [];
  if (first.kind === 'mark' && !/^(?:\[|->|\*|&|::|-)$/.test(first.text)) return [];
  if (first.kind === 'mark' && tokens[at + 2]?.spaced !== false) return [];
  if (first.kind === 'name' && /^(?:if|unless|while|until|and|or|do|then|rescue|in|end)$/.test(first.text)) return [];
  const found: CodeToken[] = [];
  for (let next = at + 1; next < tokens.length; next++) {
    const token = tokens[next]!;
    if (token.kind === 'line' && tokens[next - 1]?.text !== ',') break;
    if (token.kind === 'mark' && /^(?:;|\)|\]|\})$/.test(token.text)) break;
    if (token.kind === 'name' && /^(?:if|unless|do|while|until|rescue)$/.test(token.text)) break;
    found.push(token);
    const close = pairs.get(next);
    if (close !== undefined && close > next) {
      found.push(...tokens.slice(next + 1, close + 1));
      next = close;
    }
  }
  return found;
}

function pathOf(
  tokens: readonly CodeToken[],
  at: number,
  pairs: ReadonlyMap<number, number>,
  language: ConsoleLanguage,
): string {
  const parts: string[] = [tokens[at]!.text];
  let place = at;
  for (let count = 0; count < 40; count++) {
    const member = tokens[place - 1];
    const isErlang = language === 'erlang' && member?.text === ':';
    if (member?.kind !== 'mark' || !(MEMBER.has(member.text) || isErlang)) break;
    let before = place - 2;
    // Over line breaks: `.where(…)` on a line of its own.
    while (tokens[before]?.kind === 'line') before--;
    while (tokens[before]?.kind === 'mark' && /^[)\]}]$/.test(tokens[before]!.text)) {
      const open = pairs.get(before);
      if (open === undefined) break;
      before = open - 1;
      // A block belongs to the call before it.
      while (tokens[before]?.kind === 'line') before--;
    }
    const name = tokens[before];
    if (name === undefined || (name.kind !== 'name' && name.kind !== 'text' && name.kind !== 'number')) {
      parts.unshift('…', member.text === '&.' || member.text === '?.' || member.text === '->' ? '.' : member.text);
      break;
    }
    parts.unshift(
      name.kind === 'name' ? name.text : '…',
      member.text === '::' ? '::' : member.text === ':' ? ':' : '.',
    );
    place = before;
  }
  return parts.join('');
}

function receiverKind(
  tokens: readonly CodeToken[],
  at: number,
  pairs: ReadonlyMap<number, number>,
): 'constant' | 'value' {
  let before = at - 2;
  while (tokens[before]?.kind === 'line') before--;
  const token = tokens[before];
  if (token?.kind === 'mark' && pairs.has(before)) return 'value';
  return token?.kind === 'name' && /^[A-Z]/.test(token.text) ? 'constant' : 'value';
}
