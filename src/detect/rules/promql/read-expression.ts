import { parser } from '@prometheus-io/lezer-promql';
import {
  AGGREGATIONS,
  type AggregationOperator,
  type Binary,
  type BinaryOperator,
  type Expression,
  type LabelMatcher,
  type Matching,
  type Placed,
  type Selector,
} from './expression.ts';
import { METRIC_NAME } from './labels.ts';
import { PromqlError } from './promql-error.ts';
import { readDurationMs, readNumber, unquote } from './read-literals.ts';

type SyntaxNode = ReturnType<(typeof parser)['parse']>['topNode'];

const OPERATORS: Readonly<Record<string, BinaryOperator>> = {
  ...{ Add: '+', Sub: '-', Mul: '*', Div: '/', Mod: '%', Pow: '^', Atan2: 'atan2' },
  ...{ Eql: '==', EqlC: '==', Neq: '!=', Gtr: '>', Lss: '<', Gte: '>=', Lte: '<=' },
  ...{ And: 'and', Or: 'or', Unless: 'unless' },
};
const EXPRESSIONS = new Set([
  ...['AggregateExpr', 'AnchoredExpr', 'BinaryExpr', 'FunctionCall', 'MatrixSelector', 'NumberDurationLiteral'],
  ...['OffsetExpr', 'ParenExpr', 'SmoothedExpr', 'StepInvariantExpr', 'StringLiteral', 'SubqueryExpr', 'UnaryExpr'],
  'VectorSelector',
]);
/** Behind feature flags of Prometheus, and about samples that do not exist here. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  AnchoredExpr: 'the modifier anchored',
  SmoothedExpr: 'the modifier smoothed',
};
const NOTHING_MATCHED: Matching = { on: false, labels: [], many: null, include: [] };

/**
 * An expression that `judgeExpression` has found right, as data.
 * @throws PromqlError where it needs what is not evaluated here
 */
export function readExpression(text: string): Expression {
  const top = expressionsIn(parser.parse(text).topNode)[0];
  if (!top) throw new PromqlError('no expression found in input');
  return read(top);

  function read(node: SyntaxNode): Expression {
    const inner = expressionsIn(node.getChild('FunctionCallBody') ?? node);
    const first = inner[0];
    const left = LEFT_OUT[node.name];
    if (left !== undefined) throw new PromqlError(`${left} is not evaluated here`);
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: readNumber(textOf(node)) };
      case 'StringLiteral':
        return { kind: 'text', value: unquote(textOf(node)) };
      case 'VectorSelector':
        return readSelector(node);
      case 'BinaryExpr':
        return readBinary(node, inner);
      case 'AggregateExpr':
        return readAggregation(node, inner);
      case 'FunctionCall':
        return { kind: 'call', name: textOf(node.getChild('FunctionIdentifier')), given: inner.map(read) };
      default:
        if (!first) throw new PromqlError(`${node.name} without an expression`);
    }
    const operand = read(first);
    switch (node.name) {
      case 'ParenExpr':
        return { kind: 'group', inner: operand };
      case 'UnaryExpr':
        return textOf(node.getChild('UnaryOp')) === '-' ? { kind: 'negation', inner: operand } : operand;
      case 'OffsetExpr': {
        const offsetMs = signedDuration(textOf(node.getChild('OffsetDurationExpr')));
        return onLast(operand, (last) => ({ ...placed(last), offsetMs }));
      }
      case 'StepInvariantExpr': {
        const at = readAt(node);
        return onLast(operand, (last) => ({ ...placed(last), at }));
      }
      case 'MatrixSelector': {
        const rangeMs = positive(readDurationMs(textOf(node.getChild('DurationExpr'))));
        return onLast(operand, (last) => ({ kind: 'range', selector: last as Selector, rangeMs }));
      }
      case 'SubqueryExpr': {
        const [range, step] = childrenOf(node).filter(({ name }) => name === 'DurationExpr');
        const rangeMs = positive(readDurationMs(textOf(range ?? null)));
        const stepMs = step ? positive(readDurationMs(textOf(step))) : null;
        return onLast(operand, (last) => ({
          kind: 'subquery',
          inner: last,
          rangeMs,
          stepMs,
          offsetMs: 0,
          at: null,
        }));
      }
      default:
        throw new PromqlError(`${node.name} is not evaluated here`);
    }
  }

  function readSelector(node: SyntaxNode): Selector {
    const matchers: LabelMatcher[] = [];
    const name = node.getChild('Identifier');
    if (name) matchers.push({ name: METRIC_NAME, operator: '=', value: textOf(name) });
    for (const matcher of childrenOf(node.getChild('LabelMatchers'))) {
      if (matcher.name === 'QuotedLabelName') {
        matchers.push({ name: METRIC_NAME, operator: '=', value: unquote(textOf(matcher)) });
        continue;
      }
      const label = matcher.getChild('LabelName') ?? matcher.getChild('QuotedLabelName');
      const value = matcher.getChild('StringLiteral');
      if (!label || !value) continue;
      matchers.push({
        name: nameOf(label),
        operator: textOf(matcher.getChild('MatchOp')) as LabelMatcher['operator'],
        value: unquote(textOf(value)),
      });
    }
    return { kind: 'selector', matchers, offsetMs: 0, at: null };
  }

  function readBinary(node: SyntaxNode, [left, right]: readonly SyntaxNode[]): Expression {
    const children = childrenOf(node);
    const operator = children.map(({ name }) => OPERATORS[name]).find((known) => known !== undefined);
    if (!left || !right || operator === undefined)
      throw new PromqlError(`the operator of ${JSON.stringify(textOf(node))} is not evaluated here`);
    if (node.getChild('FillModifier')) throw new PromqlError('the modifier fill is not evaluated here');
    const binary: Binary = {
      kind: 'binary',
      operator,
      bool: node.getChild('BoolModifier') !== null,
      matching: readMatching(node.getChild('MatchingModifierClause')),
      left: read(left),
      right: read(right),
    };
    // The grammar takes the sign of -2 ^ 2 for one of the number; it is one of the power.
    if (operator !== '^' || left.name !== 'NumberDurationLiteral' || !/^[-+]/.test(textOf(left))) return binary;
    const power: Binary = { ...binary, left: { kind: 'number', value: readNumber(textOf(left).slice(1)) } };
    return textOf(left).startsWith('-') ? { kind: 'negation', inner: power } : power;
  }

  function readMatching(clause: SyntaxNode | null): Matching {
    if (!clause) return NOTHING_MATCHED;
    const [labels, include] = childrenOf(clause).filter(({ name }) => name === 'GroupingLabels');
    return {
      on: clause.getChild('On') !== null,
      labels: namesIn(labels ?? null),
      many: clause.getChild('GroupLeft') ? 'left' : clause.getChild('GroupRight') ? 'right' : null,
      include: namesIn(include ?? null),
    };
  }

  function readAggregation(node: SyntaxNode, inner: readonly SyntaxNode[]): Expression {
    const operator = textOf(node.getChild('AggregateOp')).toLowerCase() as AggregationOperator;
    if (!AGGREGATIONS.includes(operator)) throw new PromqlError(`${operator} is experimental and not evaluated here`);
    const modifier = node.getChild('AggregateModifier');
    const last = inner.at(-1);
    if (!last) throw new PromqlError('no arguments for aggregate expression provided');
    return {
      kind: 'aggregation',
      operator,
      by: modifier?.getChild('Without') == null,
      labels: namesIn(modifier?.getChild('GroupingLabels') ?? null),
      parameter: inner.length > 1 && inner[0] ? read(inner[0]) : null,
      inner: read(last),
    };
  }

  function readAt(node: SyntaxNode): number | 'start' | 'end' {
    const preprocessor = node.getChild('AtModifierPreprocessors');
    if (preprocessor) return preprocessor.getChild('AtStart') ? 'start' : 'end';
    const numbers = childrenOf(node).filter(({ name }) => name === 'NumberDurationLiteral');
    const seconds = readNumber(textOf(numbers.at(-1) ?? null));
    if (!Number.isFinite(seconds)) throw new PromqlError('timestamp out of bounds for @ modifier');
    return Math.round(seconds * 1_000);
  }

  function namesIn(labels: SyntaxNode | null): string[] {
    return childrenOf(labels).map(nameOf);
  }

  function nameOf(node: SyntaxNode): string {
    return node.name === 'QuotedLabelName' ? unquote(textOf(node)) : textOf(node);
  }

  function textOf(node: SyntaxNode | null): string {
    return node ? text.slice(node.from, node.to) : '';
  }
}

function positive(durationMs: number): number {
  if (durationMs > 0) return durationMs;
  throw new PromqlError('duration must be greater than 0');
}

function signedDuration(written: string): number {
  const [, sign, duration = ''] = /^\s*([-+]?)\s*(.*?)\s*$/s.exec(written) ?? [];
  return sign === '-' ? -readDurationMs(duration) : readDurationMs(duration);
}

/** What is written behind an expression belongs to its last operand; the grammar takes it for one of the whole. */
function onLast(expression: Expression, change: (last: Expression) => Expression): Expression {
  if (expression.kind === 'binary') return { ...expression, right: onLast(expression.right, change) };
  if (expression.kind === 'negation') return { ...expression, inner: onLast(expression.inner, change) };
  if (expression.kind === 'range') return { ...expression, selector: change(expression.selector) as Selector };
  return change(expression);
}

function placed(expression: Expression): Extract<Expression, Placed> {
  if (expression.kind === 'selector' || expression.kind === 'subquery') return expression;
  throw new PromqlError('offset and @ must be preceded by a selector or a subquery');
}

const expressionsIn = (node: SyntaxNode) => childrenOf(node).filter(({ name }) => EXPRESSIONS.has(name));

function childrenOf(node: SyntaxNode | null): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}
