import { lex, type Token, type TokenKind } from './lex.ts';
import {
  type Branch,
  type Command,
  isEmptyTree,
  type List,
  type Node,
  type Operand,
  type Pipe,
  showNode,
  type Tree,
} from './nodes.ts';
import { parseNumber } from './parse-number.ts';
import { TemplateError } from './template-error.ts';
import { unquoteLiteral } from './unquote.ts';

/** Deeper nesting of parentheses and blocks is refused: reading them takes stack. */
const DEEPEST = 200;

/**
 * Reads a text as a template and those it defines.
 * @param name goes into messages, and is the name of what stands outside definitions
 * @param isFunction tells which names are functions: any other is refused here, not when it is called
 * @throws TemplateError `template: name:line: …`
 */
export function parseTemplate(name: string, text: string, isFunction: (name: string) => boolean): Tree[] {
  return new Parser(name, text, isFunction).parse();
}

type EndKind = 'end' | 'else';
type Block = { list: List; ended: EndKind };

class Parser {
  readonly #name: string;
  readonly #text: string;
  readonly #isFunction: (name: string) => boolean;
  readonly #tokens: Token[];
  readonly #trees: Tree[] = [];
  #at = 0;
  #variables: string[] = ['$'];
  #rangeDepth = 0;
  #depth = 0;
  #actionLine = 0;

  constructor(name: string, text: string, isFunction: (name: string) => boolean) {
    this.#name = name;
    this.#text = text;
    this.#isFunction = isFunction;
    this.#tokens = lex(text);
  }

  parse(): Tree[] {
    const root: List = { kind: 'list', at: 0, nodes: [] };
    while (this.#peek().kind !== 'eof') {
      if (this.#peek().kind === 'left') {
        const before = this.#at;
        this.#next();
        if (this.#isKeyword(this.#nextNonSpace(), 'define')) {
          this.#parseDefinition();
          continue;
        }
        this.#at = before;
      }
      const node = this.#textOrAction();
      if (node === 'end' || node === 'else') this.#fail(`unexpected {{${node}}}`);
      root.nodes.push(node);
    }
    this.#add(this.#name, root);
    return this.#trees;
  }

  #add(name: string, root: List): void {
    const tree: Tree = { name, parseName: this.#name, text: this.#text, root };
    const known = this.#trees.findIndex((other) => other.name === name);
    const other = this.#trees[known];
    if (!other) this.#trees.push(tree);
    else if (isEmptyTree(other.root)) this.#trees[known] = tree;
    else if (!isEmptyTree(root)) this.#fail(`template: multiple definition of template ${JSON.stringify(name)}`);
  }

  #parseDefinition(): void {
    const name = this.#templateName('define clause');
    this.#expect('right', 'define clause');
    const outer = this.#variables;
    const outerRange = this.#rangeDepth;
    this.#variables = ['$'];
    this.#rangeDepth = 0;
    const { list, ended } = this.#itemList();
    if (ended !== 'end') this.#fail(`unexpected {{${ended}}} in define clause`);
    this.#variables = outer;
    this.#rangeDepth = outerRange;
    this.#add(name, list);
  }

  /** Nodes up to the block's end. */
  #itemList(): Block {
    const list: List = { kind: 'list', at: this.#peekNonSpace().at, nodes: [] };
    while (this.#peekNonSpace().kind !== 'eof') {
      const node = this.#textOrAction();
      if (node === 'end' || node === 'else') return { list, ended: node };
      list.nodes.push(node);
    }
    this.#fail('unexpected EOF');
  }

  #textOrAction(): Node | EndKind {
    const token = this.#nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text };
    if (token.kind === 'left') {
      this.#actionLine = token.line;
      const node = this.#action();
      this.#actionLine = 0;
      return node;
    }
    this.#unexpected(token, 'input');
  }

  #action(): Node | EndKind {
    const token = this.#nextNonSpace();
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'block':
          return this.#block();
        case 'break':
        case 'continue':
          return this.#jump(token);
        case 'else': {
          const following = this.#peekNonSpace();
          if (this.#isKeyword(following, 'if') || this.#isKeyword(following, 'with')) return 'else';
          this.#expect('right', 'else');
          return 'else';
        }
        case 'end':
          this.#expect('right', 'end');
          return 'end';
        case 'if':
        case 'with':
        case 'range':
          return this.#branch(token.text);
        case 'template':
          return this.#templateCall();
        default:
          this.#unexpected(token, 'command');
      }
    }
    this.#at -= 1;
    const first = this.#peekNonSpace();
    return { kind: 'action', at: first.at, pipe: this.#pipeline('command', 'right') };
  }

  #branch(kind: Branch['kind']): Branch {
    this.#deepen();
    const scope = this.#variables.length;
    const pipe = this.#pipeline(kind, 'right');
    if (kind === 'range') this.#rangeDepth += 1;
    const { list, ended } = this.#itemList();
    if (kind === 'range') this.#rangeDepth -= 1;
    let otherwise: List | null = null;
    if (ended === 'else') {
      const following = this.#peekNonSpace();
      if (kind !== 'range' && this.#isKeyword(following, kind)) {
        // {{else if}} is an {{if}} in the {{else}}, ended by the same {{end}}.
        this.#nextNonSpace();
        otherwise = { kind: 'list', at: following.at, nodes: [this.#branch(kind)] };
      } else {
        const block = this.#itemList();
        if (block.ended !== 'end') this.#fail(`expected end; found {{${block.ended}}}`);
        otherwise = block.list;
      }
    }
    this.#variables.length = scope;
    this.#depth -= 1;
    return { kind, at: pipe.at, pipe, body: list, otherwise };
  }

  #jump(token: Token): Node {
    const following = this.#nextNonSpace();
    const kind = token.text as 'break' | 'continue';
    if (following.kind !== 'right') this.#unexpected(following, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind, at: token.at };
  }

  #block(): Node {
    const at = this.#peekNonSpace().at;
    const name = this.#templateName('block clause');
    const pipe = this.#pipeline('block clause', 'right');
    const outer = this.#variables;
    const outerRange = this.#rangeDepth;
    this.#variables = ['$'];
    this.#rangeDepth = 0;
    this.#deepen();
    const { list, ended } = this.#itemList();
    if (ended !== 'end') this.#fail(`unexpected {{${ended}}} in block clause`);
    this.#depth -= 1;
    this.#variables = outer;
    this.#rangeDepth = outerRange;
    this.#add(name, list);
    return { kind: 'template', at, name, pipe };
  }

  #templateCall(): Node {
    const { at } = this.#peekNonSpace();
    const name = this.#templateName('template clause');
    const following = this.#nextNonSpace();
    if (following.kind === 'right') return { kind: 'template', at, name, pipe: null };
    this.#at -= 1;
    return { kind: 'template', at, name, pipe: this.#pipeline('template clause', 'right') };
  }

  #templateName(context: string): string {
    const token = this.#nextNonSpace();
    if (token.kind !== 'string' && token.kind !== 'raw') this.#unexpected(token, context);
    return this.#unquote(token);
  }

  #unquote(token: Token): string {
    return unquoteLiteral(token.text) ?? this.#fail('invalid syntax');
  }

  #pipeline(context: string, end: TokenKind): Pipe {
    this.#deepen();
    const first = this.#peekNonSpace();
    const pipe: Pipe = {
      kind: 'pipe',
      at: first.at,
      line: first.line,
      isAssign: false,
      variables: [],
      commands: [],
    };
    this.#declarations(pipe, context);
    for (;;) {
      const token = this.#nextNonSpace();
      if (token.kind === end) {
        this.#judgePipeline(pipe, context);
        this.#depth -= 1;
        return pipe;
      }
      if (STARTS_OPERAND.has(token.kind)) {
        this.#at -= 1;
        pipe.commands.push(this.#command());
      } else this.#unexpected(token, context);
    }
  }

  /** `$x :=`, `$x =`, `range $i, $x :=`. */
  #declarations(pipe: Pipe, context: string): void {
    for (;;) {
      const token = this.#peekNonSpace();
      if (token.kind !== 'variable') return;
      const before = this.#at;
      this.#nextNonSpace();
      const following = this.#peekNonSpace();
      if (following.kind === 'assign' || following.kind === 'declare') {
        pipe.isAssign = following.kind === 'assign';
        this.#nextNonSpace();
        pipe.variables.push(token.text);
        if (following.kind === 'declare') this.#variables.push(token.text);
        else if (!this.#variables.includes(token.text)) this.#fail(`undefined variable ${JSON.stringify(token.text)}`);
        return;
      }
      if (following.kind === 'comma') {
        if (context !== 'range' || pipe.variables.length > 0) {
          this.#fail(`too many declarations in ${context}`);
        }
        this.#nextNonSpace();
        pipe.variables.push(token.text);
        this.#variables.push(token.text);
        const second = this.#peekNonSpace();
        if (second.kind !== 'variable') this.#fail('range can only initialize variables');
        continue;
      }
      this.#at = before;
      return;
    }
  }

  #judgePipeline(pipe: Pipe, context: string): void {
    if (pipe.commands.length === 0) this.#fail(`missing value for ${context}`);
    for (const [index, command] of pipe.commands.slice(1).entries()) {
      const kind = command.args[0]?.kind;
      if (kind && ['bool', 'dot', 'nil', 'number', 'string'].includes(kind))
        this.#fail(`non executable command in pipeline stage ${index + 2}`);
    }
  }

  #command(): Command {
    const command: Command = { kind: 'command', at: this.#peekNonSpace().at, args: [] };
    for (;;) {
      this.#peekNonSpace();
      const operand = this.#operand();
      if (operand) command.args.push(operand);
      const token = this.#next();
      if (token.kind === 'space') continue;
      if (token.kind === 'right' || token.kind === 'close') this.#at -= 1;
      else if (token.kind !== 'pipe') this.#unexpected(token, 'operand');
      break;
    }
    if (command.args.length === 0) this.#fail('empty command');
    return command;
  }

  /** A term and the fields behind it. */
  #operand(): Operand | null {
    const node = this.#term();
    if (!node || this.#peek().kind !== 'field') return node;
    const at = this.#peek().at;
    const names: string[] = [];
    while (this.#peek().kind === 'field') names.push(this.#next().text.slice(1));
    switch (node.kind) {
      case 'field':
        return { kind: 'field', at, names: [...node.names, ...names] };
      case 'variable':
        return { kind: 'variable', at, names: [...node.names, ...names] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#fail(`unexpected . after term ${JSON.stringify(showNode(node))}`);
      default:
        return { kind: 'chain', at, node, names };
    }
  }

  #term(): Operand | null {
    const token = this.#nextNonSpace();
    const { at } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#isFunction(token.text)) this.#fail(`function ${JSON.stringify(token.text)} not defined`);
        return { kind: 'identifier', at, name: token.text };
      case 'dot':
        return { kind: 'dot', at };
      case 'nil':
        return { kind: 'nil', at };
      case 'variable':
        if (!this.#variables.includes(token.text)) this.#fail(`undefined variable ${JSON.stringify(token.text)}`);
        return { kind: 'variable', at, names: [token.text] };
      case 'field':
        return { kind: 'field', at, names: [token.text.slice(1)] };
      case 'bool':
        return { kind: 'bool', at, value: token.text === 'true' };
      case 'char':
      case 'number': {
        const number = parseNumber(token.text, token.kind === 'char');
        if (typeof number === 'string') this.#fail(number);
        return { kind: 'number', at, text: token.text, ...number };
      }
      case 'open':
        return this.#pipeline('parenthesized pipeline', 'close');
      case 'string':
      case 'raw':
        return { kind: 'string', at, quoted: token.text, value: this.#unquote(token) };
      default:
        this.#at -= 1;
        return null;
    }
  }

  #deepen(): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) this.#fail(`nested deeper than ${DEEPEST} levels`);
  }

  #isKeyword(token: Token, word: string): boolean {
    return token.kind === 'keyword' && token.text === word;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? (this.#tokens.at(-1) as Token);
  }

  #nextNonSpace(): Token {
    this.#peekNonSpace();
    return this.#next();
  }

  #peekNonSpace(): Token {
    while (this.#peek().kind === 'space') this.#at += 1;
    return this.#peek();
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#nextNonSpace();
    if (token.kind !== kind) this.#unexpected(token, context);
    return token;
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind === 'error') {
      const elsewhere = this.#actionLine !== 0 && this.#actionLine !== token.line;
      const started = ` started at ${this.#name}:${this.#actionLine}`;
      this.#fail(
        token.text + (elsewhere ? (token.text.endsWith(' action') ? started : ` in action${started}`) : ''),
        token,
      );
    }
    this.#fail(`unexpected ${showToken(token)} in ${context}`, token);
  }

  #fail(message: string, token?: Token): never {
    const near = token ?? this.#tokens[Math.min(Math.max(this.#at - 1, 0), this.#tokens.length - 1)];
    throw new TemplateError(`template: ${this.#name}:${near?.line ?? 1}: ${message}`);
  }
}

const STARTS_OPERAND = new Set<TokenKind>([
  'bool',
  'char',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw',
  'string',
  'variable',
  'open',
]);

function showToken(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (token.kind === 'keyword' || token.kind === 'dot' || token.kind === 'nil') return `<${token.text}>`;
  const characters = [...token.text];
  return characters.length > 10 ? `${JSON.stringify(characters.slice(0, 10).join(''))}...` : JSON.stringify(token.text);
}
