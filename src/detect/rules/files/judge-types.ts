import type { parser } from '@prometheus-io/lezer-promql';
import { compileRegex, matchRegex } from '../../../platform/go-template/go-regex.ts';
import { AGGREGATION_PARAMETERS, type PromqlType, type Signature, signatureOf } from './promql-functions.ts';

export type SyntaxNode = ReturnType<(typeof parser)['parse']>['topNode'];

/** A mistake of types, at an offset of the expression. */
export class PromqlTypeError extends Error {
  readonly offset: number;
  constructor(node: SyntaxNode, message: string) {
    super(message);
    this.offset = node.from;
  }
}

const NAMES: Readonly<Record<PromqlType, string>> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
};
const EXPRESSIONS = new Set([
  ...[
    'AggregateExpr',
    'BinaryExpr',
    'FunctionCall',
    'MatrixSelector',
    'NumberDurationLiteral',
    'OffsetExpr',
    'ParenExpr',
  ],
  ...['StringLiteral', 'SubqueryExpr', 'UnaryExpr', 'VectorSelector', 'StepInvariantExpr'],
]);
const SET_OPERATORS = new Set(['And', 'Or', 'Unless']);
const COMPARISONS = new Set(['Gtr', 'Gte', 'Lss', 'Lte', 'EqlC', 'Neq']);

/** The type of an expression that parsed. @throws PromqlTypeError in Prometheus's words */
export function typeOf(node: SyntaxNode, text: string): PromqlType {
  const inner = expressionsIn(node.getChild('FunctionCallBody') ?? node);
  // Once each: what is below is looked at by every level above it otherwise.
  const types = inner.map((child) => typeOf(child, text));
  const expect = (index: number, wanted: readonly PromqlType[], where: string) => {
    const found = types[index];
    const child = inner[index];
    if (found === undefined || child === undefined || wanted.includes(found)) return;
    const names = wanted.map((each) => NAMES[each]).join(' or ');
    throw new PromqlTypeError(child, `expected type ${names} in ${where}, got ${NAMES[found]}`);
  };
  switch (node.name) {
    case 'NumberDurationLiteral':
      return 'scalar';
    case 'StringLiteral':
      return 'string';
    case 'VectorSelector':
      judgeSelector(node, text);
      return 'vector';
    case 'MatrixSelector':
      expect(0, ['vector'], 'range');
      return 'matrix';
    case 'SubqueryExpr':
      expect(0, ['vector'], 'subquery');
      return 'matrix';
    case 'UnaryExpr':
      expect(0, ['scalar', 'vector'], 'unary expression');
      return types[0] ?? 'vector';
    case 'BinaryExpr':
      for (const side of [0, 1]) expect(side, ['scalar', 'vector'], 'binary expression');
      return typeOfBinary(node, types);
    case 'AggregateExpr': {
      const name = textOf(node.getChild('AggregateOp'), text).toLowerCase();
      const parameter = Object.hasOwn(AGGREGATION_PARAMETERS, name) ? AGGREGATION_PARAMETERS[name] : undefined;
      const wanted: PromqlType[] = parameter ? [parameter, 'vector'] : ['vector'];
      if (types.length !== wanted.length) {
        const counts = `expected ${wanted.length}, got ${types.length}`;
        throw new PromqlTypeError(node, `wrong number of arguments for aggregate expression provided, ${counts}`);
      }
      wanted.forEach((type, index) => {
        expect(index, [type], index < wanted.length - 1 ? 'aggregation parameter' : 'aggregation expression');
      });
      return 'vector';
    }
    case 'FunctionCall': {
      const name = textOf(node.getChild('FunctionIdentifier'), text);
      const signature = signatureOf(name);
      if (!signature) return 'vector';
      judgeCount(node, name, signature, types.length);
      const { required, optional, repeats } = signature;
      types.forEach((_type, index) => {
        const wanted = required[index] ?? optional[repeats ? 0 : index - required.length] ?? 'vector';
        expect(index, [wanted], `call to function ${JSON.stringify(name)}`);
      });
      return signature.returns;
    }
    default:
      return types[0] ?? 'vector';
  }
}

function judgeCount(node: SyntaxNode, name: string, { required, optional, repeats }: Signature, given: number): void {
  const most = repeats ? Number.POSITIVE_INFINITY : required.length + optional.length;
  if (given >= required.length && given <= most) return;
  const bound = optional.length === 0 ? '' : given > most ? 'at most ' : 'at least ';
  const count = given > most ? most : required.length;
  throw new PromqlTypeError(
    node,
    `expected ${bound}${count} argument(s) in call to ${JSON.stringify(name)}, got ${given}`,
  );
}

function typeOfBinary(node: SyntaxNode, [left, right]: readonly PromqlType[]): PromqlType {
  const names = childrenOf(node).map(({ name }) => name);
  const isSet = names.some((name) => SET_OPERATORS.has(name));
  if (isSet && (left === 'scalar' || right === 'scalar'))
    throw new PromqlTypeError(node, 'set operator not allowed in binary scalar expression');
  if (left !== 'scalar' || right !== 'scalar') return 'vector';
  if (names.some((name) => COMPARISONS.has(name)) && !names.includes('BoolModifier'))
    throw new PromqlTypeError(node, 'comparisons between scalars must use BOOL modifier');
  return 'scalar';
}

/** A selector must say what it selects, and its expressions must be such. */
function judgeSelector(node: SyntaxNode, text: string): void {
  let selects = node.getChild('Identifier') !== null;
  for (const matcher of childrenOf(node.getChild('LabelMatchers'))) {
    if (matcher.name === 'QuotedLabelName') selects = true;
    const operator = childrenOf(matcher.getChild('MatchOp'))[0]?.name;
    const value = unquote(textOf(matcher.getChild('StringLiteral'), text));
    // What is written with escapes is left to the server.
    if (operator === undefined || value === null) {
      selects ||= value === null;
      continue;
    }
    if (operator === 'EqlSingle') selects ||= value !== '';
    else if (operator === 'Neq') selects ||= value === '';
    else {
      // Judged always: a bad expression is a mistake beside a name too.
      const fitsEmpty = matchesEmpty(matcher, value);
      selects ||= fitsEmpty === (operator === 'NeqRegex');
    }
  }
  if (!selects) throw new PromqlTypeError(node, 'vector selector must contain at least one non-empty matcher');
}

function matchesEmpty(matcher: SyntaxNode, pattern: string): boolean {
  try {
    return matchRegex(compileRegex(`^(?s:${pattern})$`), '');
  } catch (thrown) {
    throw new PromqlTypeError(matcher, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function unquote(literal: string): string | null {
  const inner = literal.slice(1, -1);
  return literal.startsWith('`') || !inner.includes('\\') ? inner : null;
}

const textOf = (node: SyntaxNode | null, text: string) => (node ? text.slice(node.from, node.to) : '');

function childrenOf(node: SyntaxNode | null): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) children.push(child);
  return children;
}

const expressionsIn = (node: SyntaxNode | null) => childrenOf(node).filter(({ name }) => EXPRESSIONS.has(name));
