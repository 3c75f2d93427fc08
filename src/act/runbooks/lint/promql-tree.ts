import { parser } from '@prometheus-io/lezer-promql';

/** Prometheus's own grammar as plain data. Offsets are into the expression. */
export type PromqlNode = {
  type: string;
  start: number;
  end: number;
  error: boolean;
  children: PromqlNode[];
  parent: PromqlNode | null;
};

/** Longer expressions are generated, and nobody reads them in a runbook. */
const MAX_PROMQL_CHARS = 4_000;

/** The tree of an expression; null when it is too long to read. */
export function parsePromql(text: string): PromqlNode | null {
  if (text.length > MAX_PROMQL_CHARS) return null;
  let root: PromqlNode | null = null;
  let at: PromqlNode | null = null;
  parser.parse(text).iterate({
    enter(node) {
      const next: PromqlNode = {
        type: node.name,
        start: node.from,
        end: node.to,
        error: node.type.isError,
        children: [],
        parent: at,
      };
      at?.children.push(next);
      root ??= next;
      at = next;
    },
    leave() {
      at = at?.parent ?? null;
    },
  });
  return root;
}

export function* descendants(top: PromqlNode): Iterable<PromqlNode> {
  const stack = [top];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    stack.push(...[...node.children].reverse());
  }
}

export const find = (top: PromqlNode, type: string): PromqlNode[] =>
  [...descendants(top)].filter((node) => node.type === type);

/** The metric's name of a selector, or ''. */
export function metricOf(text: string, selector: PromqlNode): string {
  const name = selector.children.find((child) => child.type === 'Identifier');
  return name === undefined ? '' : text.slice(name.start, name.end);
}

/** `rate` of `rate(x[5m])`. */
export function functionOf(text: string, call: PromqlNode): string {
  const name = call.children.find((child) => child.type === 'FunctionIdentifier');
  return name === undefined ? '' : text.slice(name.start, name.end);
}

/** Without the parentheses around it. */
export function unwrap(node: PromqlNode): PromqlNode {
  let inner = node;
  while (inner.type === 'ParenExpr' && inner.children[0] !== undefined) inner = inner.children[0];
  return inner;
}
