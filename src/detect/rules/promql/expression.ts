/** An expression as data. Times and durations are milliseconds. */
export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'group'; inner: Expression }
  | Selector
  | { kind: 'range'; selector: Selector; rangeMs: number }
  | Subquery
  | { kind: 'negation'; inner: Expression }
  | Binary
  | Aggregation
  | Call;

export type Placed = { offsetMs: number; at: number | 'start' | 'end' | null };
export type Selector = Placed & { kind: 'selector'; matchers: readonly LabelMatcher[] };

/** An expression over a window. Without a step it is looked at in the interval rules are evaluated in. */
export type Subquery = Placed & { kind: 'subquery'; inner: Expression; rangeMs: number; stepMs: number | null };
export type Binary = {
  kind: 'binary';
  operator: BinaryOperator;
  /** A comparison that gives 0 or 1 instead of leaving out. */
  bool: boolean;
  matching: Matching;
  left: Expression;
  right: Expression;
};
/** What series of the two sides belong together. */
export type Matching = {
  on: boolean;
  labels: readonly string[];
  /** Which side has several for one of the other, and what labels it takes from there. */
  many: 'left' | 'right' | null;
  include: readonly string[];
};
export type Aggregation = {
  kind: 'aggregation';
  operator: AggregationOperator;
  by: boolean;
  labels: readonly string[];
  parameter: Expression | null;
  inner: Expression;
};
export type Call = { kind: 'call'; name: string; given: readonly Expression[] };

export type LabelMatcher = { name: string; operator: '=' | '!=' | '=~' | '!~'; value: string };

export const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='] as const;
const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2'] as const;
export const SET_OPERATORS = ['and', 'or', 'unless'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Arithmetic = (typeof ARITHMETIC)[number];
export type SetOperator = (typeof SET_OPERATORS)[number];
export type BinaryOperator = Comparison | Arithmetic | SetOperator;

export const AGGREGATIONS = [
  ...['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar', 'quantile', 'count_values', 'topk'],
  'bottomk',
] as readonly AggregationOperator[];
export type AggregationOperator =
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'count'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'quantile'
  | 'count_values'
  | 'topk'
  | 'bottomk';

export const isComparison = (operator: BinaryOperator): operator is Comparison =>
  (COMPARISONS as readonly string[]).includes(operator);
export const isSetOperator = (operator: BinaryOperator): operator is SetOperator =>
  (SET_OPERATORS as readonly string[]).includes(operator);
