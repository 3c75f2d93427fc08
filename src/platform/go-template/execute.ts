import { goNameOf, judgeArgument, takesNil } from './arguments.ts';
import { formatValue, PLAIN } from './fmt/format-value.ts';
import { type RenderBudget, RenderLimitError } from './limits.ts';
import {
  type Branch,
  type Command,
  type List,
  type Node,
  type Operand,
  type Pipe,
  showNode,
  type Tree,
} from './nodes.ts';
import { TemplateError } from './template-error.ts';
import { goDuration } from './values/go-duration.ts';
import {
  entriesOf,
  type FLOAT,
  fieldOf,
  type GoFunction,
  goBool,
  goFloat,
  goInt,
  goString,
  indirect,
  isTrue,
  itemsOf,
  type Maybe,
  NOTHING,
  type Parameter,
  sortedKeys,
  zeroOf,
} from './values/go-value.ts';

/** Where a rendering's text goes. */
export type Output = {
  text(text: string): void;
  /** @param functions which of the pipeline's commands are calls of functions, by name */
  value(value: Maybe, functions: readonly (string | null)[]): void;
};

export type Execution = {
  trees: ReadonlyMap<string, Tree>;
  functions(name: string): { run: GoFunction; isBuiltin: boolean } | null;
  budget: RenderBudget;
  output: Output;
};

/** @throws TemplateError `template: name:line:column: executing "name" at <.Field>: …` */
export function execute(execution: Execution, tree: Tree, data: Maybe): void {
  new Run(execution, tree, data, 0).walkRoot();
}

type Jump = 'break' | 'continue' | null;
/** Stands for "no value piped in". */
const MISSING = Symbol('missing');
type Piped = Maybe | typeof MISSING;

class Run {
  readonly #execution: Execution;
  readonly #tree: Tree;
  readonly #variables: { name: string; value: Maybe }[];
  readonly #depth: number;
  #at: Operand | Command | Node | null = null;

  constructor(execution: Execution, tree: Tree, dot: Maybe, depth: number) {
    this.#execution = execution;
    this.#tree = tree;
    this.#variables = [{ name: '$', value: dot }];
    this.#depth = depth;
  }

  walkRoot(): void {
    try {
      this.#walk(this.#variables[0]?.value ?? NOTHING, this.#tree.root);
    } catch (thrown) {
      // A limit is met anywhere; it is told from where.
      if (thrown instanceof RenderLimitError && !thrown.message.startsWith('template: '))
        throw new RenderLimitError(this.#describe(thrown.message));
      throw thrown;
    }
  }

  #walk(dot: Maybe, node: Node): Jump {
    this.#at = node;
    this.#execution.budget.charge(1);
    switch (node.kind) {
      case 'list':
        return this.#walkList(dot, node);
      case 'text':
        this.#execution.output.text(node.text);
        return null;
      case 'action': {
        // Variables stay until the end of the block around them.
        const value = this.#pipeline(dot, node.pipe);
        if (node.pipe.variables.length === 0) {
          this.#at = node;
          this.#print(value, node.pipe);
        }
        return null;
      }
      case 'if':
      case 'with':
        return this.#walkChoice(dot, node);
      case 'range':
        return this.#walkRange(dot, node);
      case 'break':
      case 'continue':
        return node.kind;
      case 'template':
        this.#callTemplate(dot, node.name, node.pipe);
        return null;
    }
  }

  #walkList(dot: Maybe, list: List): Jump {
    for (const node of list.nodes) {
      const jump = this.#walk(dot, node);
      if (jump !== null) return jump;
    }
    return null;
  }

  #print(value: Maybe, pipe: Pipe): void {
    const functions = pipe.commands.map(({ args: [first] }) => (first?.kind === 'identifier' ? first.name : null));
    try {
      this.#execution.output.value(value, functions);
    } catch (thrown) {
      this.#rethrow(thrown, (message) => message);
    }
  }

  #walkChoice(dot: Maybe, node: Branch): Jump {
    const mark = this.#variables.length;
    const value = this.#pipeline(dot, node.pipe);
    let jump: Jump = null;
    if (isTrue(value)) jump = this.#walk(node.kind === 'with' ? value : dot, node.body);
    else if (node.otherwise) jump = this.#walk(dot, node.otherwise);
    this.#variables.length = mark;
    return jump;
  }

  #walkRange(dot: Maybe, node: Branch): Jump {
    const outer = this.#variables.length;
    const value = this.#pipeline(dot, node.pipe);
    const mark = this.#variables.length;
    let ran = false;
    for (const [index, element] of this.#elementsOf(value, node)) {
      ran = true;
      this.#execution.budget.charge(1);
      this.#setLoopVariables(node.pipe, index, element);
      const jump = this.#walk(element, node.body);
      this.#variables.length = mark;
      if (jump === 'break') break;
    }
    let jump: Jump = null;
    if (!ran && node.otherwise) jump = this.#walk(dot, node.otherwise);
    this.#variables.length = outer;
    return jump;
  }

  #setLoopVariables(pipe: Pipe, index: Maybe, element: Maybe): void {
    const [first, second] = pipe.variables;
    if (first === undefined) return;
    if (pipe.isAssign) {
      this.#setVariable(first, second === undefined ? element : index);
      if (second !== undefined) this.#setVariable(second, element);
      return;
    }
    const top = this.#variables.at(-1);
    if (top) top.value = element;
    const below = second === undefined ? undefined : this.#variables.at(-2);
    if (below) below.value = index;
  }

  *#elementsOf(value: Maybe, node: Branch): Generator<[index: Maybe, element: Maybe]> {
    switch (value?.type.kind) {
      case undefined:
        return;
      case 'slice': {
        const items = itemsOf(value);
        for (let index = 0; index < items.length; index += 1) yield [goInt(index), items[index] ?? NOTHING];
        return;
      }
      case 'map': {
        const entries = entriesOf(value);
        for (const key of sortedKeys(entries)) yield [goString(key), entries.get(key) ?? NOTHING];
        return;
      }
      case 'int': {
        if (node.pipe.variables.length > 1)
          this.#fail(`can't use ${this.#show(value)} to iterate over more than one variable`);
        const { type } = value as { type: typeof FLOAT };
        for (let index = 0n; index < ((value as { value: unknown }).value as bigint); index += 1n)
          yield [NOTHING, { type, value: index }];
        return;
      }
      default:
        this.#fail(`range can't iterate over ${this.#show(indirect(value ?? NOTHING))}`);
    }
  }

  #callTemplate(dot: Maybe, name: string, pipe: Pipe | null): void {
    const tree = this.#execution.trees.get(name);
    if (!tree) this.#fail(`template ${JSON.stringify(name)} not defined`);
    const deepest = this.#execution.budget.deepestCalls;
    if (this.#depth >= deepest) this.#fail(`exceeded maximum template depth (${deepest})`);
    const data = pipe ? this.#pipeline(dot, pipe) : NOTHING;
    new Run(this.#execution, tree, data, this.#depth + 1).walkRoot();
  }

  #pipeline(dot: Maybe, pipe: Pipe): Maybe {
    this.#at = pipe;
    let value: Piped = MISSING;
    for (const command of pipe.commands) value = this.#command(dot, command, value);
    const result = value === MISSING ? NOTHING : value;
    for (const name of pipe.variables) {
      if (pipe.isAssign) this.#setVariable(name, result);
      else this.#variables.push({ name, value: result });
    }
    return result;
  }

  #command(dot: Maybe, command: Command, piped: Piped): Maybe {
    this.#execution.budget.charge(1);
    const [first] = command.args;
    if (!first) return NOTHING;
    switch (first.kind) {
      case 'field':
        this.#at = first;
        return this.#fieldChain(dot, dot, first, first.names, command.args, piped);
      case 'chain':
        return this.#chain(dot, first, command.args, piped);
      case 'identifier':
        return this.#function(dot, first, command, command.args, piped);
      case 'pipe':
        this.#mustNotTakeArguments(command.args, piped);
        return this.#pipeline(dot, first);
      case 'variable':
        return this.#variable(dot, first, command.args, piped);
      default:
        this.#at = first;
        this.#mustNotTakeArguments(command.args, piped);
        if (first.kind === 'nil') this.#fail('nil is not a command');
        return this.#constant(dot, first);
    }
  }

  #constant(dot: Maybe, node: Operand): Maybe {
    switch (node.kind) {
      case 'dot':
        return dot;
      case 'bool':
        return goBool(node.value);
      case 'string':
        return goString(node.value);
      case 'number':
        if (node.isFloat) return goFloat(node.float);
        if (node.int === null) return goFloat(node.float);
        if (node.int > 0x7fff_ffff_ffff_ffffn) this.#fail(`${node.text} overflows int`);
        return goInt(node.int);
      default:
        return NOTHING;
    }
  }

  #chain(dot: Maybe, node: Operand & { kind: 'chain' }, args: readonly Operand[], piped: Piped): Maybe {
    this.#at = node;
    if (node.node.kind === 'nil') this.#fail(`indirection through explicit nil in ${showNode(node)}`);
    return this.#fieldChain(dot, this.#argument(dot, 'any', node.node), node, node.names, args, piped);
  }

  #variable(dot: Maybe, node: Operand & { kind: 'variable' }, args: readonly Operand[], piped: Piped): Maybe {
    this.#at = node;
    const [name = '', ...fields] = node.names;
    const value = this.#variables.findLast((variable) => variable.name === name)?.value ?? NOTHING;
    if (fields.length === 0) {
      this.#mustNotTakeArguments(args, piped);
      return value;
    }
    return this.#fieldChain(dot, value, node, fields, args, piped);
  }

  #setVariable(name: string, value: Maybe): void {
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (!variable) this.#fail(`undefined variable: ${name}`);
    variable.value = value;
  }

  /** `.A.B.C` of a value; the last may be a method with arguments. */
  #fieldChain(
    dot: Maybe,
    receiver: Maybe,
    node: Operand,
    names: readonly string[],
    args: readonly Operand[],
    piped: Piped,
  ): Maybe {
    let value = receiver;
    names.forEach((name, index) => {
      const isLast = index === names.length - 1;
      if (value === NOTHING && index > 0) this.#fail(`nil pointer evaluating interface {}.${name}`);
      value = isLast
        ? this.#field(dot, name, node, args, piped, value)
        : this.#field(dot, name, node, [], MISSING, value);
    });
    return value;
  }

  #field(dot: Maybe, name: string, node: Operand, args: readonly Operand[], piped: Piped, receiver: Maybe): Maybe {
    if (receiver === NOTHING) return NOTHING;
    const { type } = receiver;
    const method = Object.hasOwn(type.methods, name) ? type.methods[name] : undefined;
    if (method) return this.#call(dot, method, false, node, name, args, piped, receiver);
    const hasArguments = args.length > 1 || piped !== MISSING;
    if (type.kind === 'struct' && type.fields.includes(name)) {
      if (hasArguments) this.#fail(`${name} has arguments but cannot be invoked as function`);
      return fieldOf(receiver, name);
    }
    if (type.kind === 'map') {
      if (hasArguments) this.#fail(`${name} is not a method but has arguments`);
      return entriesOf(receiver).get(name) ?? zeroOf(type.element);
    }
    this.#fail(`can't evaluate field ${name} in type ${type.name}`);
  }

  #function(
    dot: Maybe,
    node: Operand & { kind: 'identifier' },
    at: Operand | Command,
    args: readonly Operand[],
    piped: Piped,
  ): Maybe {
    this.#at = node;
    const found = this.#execution.functions(node.name);
    if (!found) this.#fail(`${JSON.stringify(node.name)} is not a defined function`);
    return this.#call(dot, found.run, found.isBuiltin, at, node.name, args, piped);
  }

  #call(
    dot: Maybe,
    run: GoFunction,
    isBuiltin: boolean,
    node: Operand | Command,
    name: string,
    words: readonly Operand[],
    piped: Piped,
    receiver?: Maybe,
  ): Maybe {
    const args = words.slice(1);
    const { parameters, variadic } = run;
    const given = args.length + (piped === MISSING ? 0 : 1);
    if (variadic && given < parameters.length)
      this.#fail(`wrong number of args for ${name}: want at least ${parameters.length} got ${args.length}`);
    if (!variadic && given !== parameters.length)
      this.#fail(`wrong number of args for ${name}: want ${parameters.length} got ${given}`);
    if (isBuiltin && (name === 'and' || name === 'or')) return this.#shortCircuit(dot, name, args, piped);
    const values = args.map((arg, index) => this.#argument(dot, parameters[index] ?? variadic ?? 'any', arg));
    if (piped !== MISSING) values.push(this.#checked(piped, parameters[values.length] ?? variadic ?? 'any'));
    this.#execution.budget.charge(1);
    for (const value of values) {
      if (value?.type.kind === 'string') this.#execution.budget.charge((value.value as string).length >> 4);
      else if (value?.type.kind === 'slice') this.#execution.budget.charge((value.value as unknown[]).length);
    }
    try {
      const result = run.call(receiver === undefined ? values : [receiver, ...values], this.#execution.budget);
      if (result?.type.kind === 'string') this.#execution.budget.charge((result.value as string).length);
      return result;
    } catch (thrown) {
      this.#at = node;
      this.#rethrow(thrown, (message) => `error calling ${name}: ${message}`);
    }
  }

  #shortCircuit(dot: Maybe, name: 'and' | 'or', args: readonly Operand[], piped: Piped): Maybe {
    let value: Maybe = NOTHING;
    for (const arg of args) {
      value = this.#argument(dot, 'any', arg);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped === MISSING ? value : piped;
  }

  #argument(dot: Maybe, parameter: Parameter, node: Operand): Maybe {
    this.#at = node;
    switch (node.kind) {
      case 'dot':
        return this.#checked(dot, parameter);
      case 'nil':
        if (!takesNil(parameter)) this.#fail(`cannot assign nil to ${goNameOf(parameter)}`);
        return NOTHING;
      case 'field':
        return this.#checked(this.#fieldChain(dot, dot, node, node.names, [node], MISSING), parameter);
      case 'variable':
        return this.#checked(this.#variable(dot, node, [], MISSING), parameter);
      case 'pipe':
        return this.#checked(this.#pipeline(dot, node), parameter);
      case 'identifier':
        return this.#checked(this.#function(dot, node, node, [], MISSING), parameter);
      case 'chain':
        return this.#checked(this.#chain(dot, node, [], MISSING), parameter);
      default:
        return this.#literal(dot, parameter, node);
    }
  }

  #literal(dot: Maybe, parameter: Parameter, node: Operand): Maybe {
    switch (parameter) {
      case 'any':
        return this.#constant(dot, node);
      case 'string':
        if (node.kind === 'string') return goString(node.value);
        this.#fail(`expected string; found ${showNode(node)}`);
        break;
      case 'bool':
        if (node.kind === 'bool') return goBool(node.value);
        this.#fail(`expected bool; found ${showNode(node)}`);
        break;
      case 'int':
      case 'duration':
        if (node.kind === 'number' && node.int !== null)
          return parameter === 'int' ? goInt(node.int) : goDuration(node.int);
        this.#fail(`expected integer; found ${showNode(node)}`);
        break;
      case 'float':
        if (node.kind === 'number') return goFloat(node.float);
        this.#fail(`expected float; found ${showNode(node)}`);
        break;
      default:
        this.#fail(`can't handle ${showNode(node)} for arg of type ${goNameOf(parameter)}`);
    }
  }

  #checked(value: Maybe, parameter: Parameter): Maybe {
    const wrong = judgeArgument(value, parameter);
    if (wrong !== null) this.#fail(wrong);
    return value;
  }

  #mustNotTakeArguments(args: readonly Operand[], piped: Piped): void {
    if (args.length > 1 || piped !== MISSING)
      this.#fail(`can't give argument to non-function ${args[0] ? showNode(args[0]) : ''}`);
  }

  #show(value: Maybe): string {
    return formatValue(value, 'v', PLAIN, this.#execution.budget);
  }

  #rethrow(thrown: unknown, describe: (message: string) => string): never {
    if (thrown instanceof RenderLimitError) throw thrown;
    this.#fail(describe(thrown instanceof Error ? thrown.message : String(thrown)));
  }

  #fail(message: string): never {
    throw new TemplateError(this.#describe(message));
  }

  #describe(message: string): string {
    const { name, parseName, text } = this.#tree;
    if (!this.#at) return `template: ${name}: ${message}`;
    const before = text.slice(0, this.#at.at);
    const line = before.split('\n').length;
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1));
    return `template: ${parseName}:${line}:${column}: executing ${JSON.stringify(name)} at <${showNode(this.#at)}>: ${message}`;
  }
}
