/**
 * A bash syntax tree as plain data, so that it can leave the worker that parsed it.
 * `nodes` is in preorder: a node's index is smaller than those of everything inside it. Offsets are UTF-16 units.
 */
export type ShellNode = {
  type: string;
  start: number;
  end: number;
  /** Index of the parent, -1 for the program. */
  parent: number;
  named: boolean;
  /** True for a token the grammar had to invent; together with type ERROR it says "this is not bash". */
  missing: boolean;
  children: number[];
};

export type ShellTree = { text: string; nodes: ShellNode[] };

export function textOf(tree: ShellTree, node: ShellNode): string {
  return tree.text.slice(node.start, node.end);
}

export function childrenOf(tree: ShellTree, node: ShellNode): ShellNode[] {
  return node.children.map((index) => tree.nodes[index]!);
}

export function parentOf(tree: ShellTree, node: ShellNode): ShellNode | undefined {
  return node.parent < 0 ? undefined : tree.nodes[node.parent];
}

/** The nearest enclosing node of one of these types, the node itself not counted. */
export function ancestorOf(tree: ShellTree, node: ShellNode, types: readonly string[]): ShellNode | undefined {
  for (let above = parentOf(tree, node); above !== undefined; above = parentOf(tree, above)) {
    if (types.includes(above.type)) return above;
  }
  return undefined;
}

/** The first thing in the tree that is not bash, if any. */
export function syntaxErrorIn(tree: ShellTree): ShellNode | undefined {
  return tree.nodes.find((node) => node.type === 'ERROR' || node.missing);
}
