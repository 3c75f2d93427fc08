/** A template as a tree. `at` is the place in its text. */

export type Operand =
  | { kind: 'dot'; at: number }
  | { kind: 'nil'; at: number }
  | { kind: 'bool'; at: number; value: boolean }
  | { kind: 'number'; at: number; text: string; int: bigint | null; float: number; isFloat: boolean }
  | { kind: 'string'; at: number; quoted: string; value: string }
  | { kind: 'field'; at: number; names: string[] }
  | { kind: 'variable'; at: number; names: string[] }
  | { kind: 'identifier'; at: number; name: string }
  | { kind: 'chain'; at: number; node: Operand; names: string[] }
  | Pipe;

export type Command = { kind: 'command'; at: number; args: Operand[] };
export type Pipe = {
  kind: 'pipe';
  at: number;
  line: number;
  isAssign: boolean;
  variables: string[];
  commands: Command[];
};

export type List = { kind: 'list'; at: number; nodes: Node[] };
export type Branch = { kind: 'if' | 'with' | 'range'; at: number; pipe: Pipe; body: List; otherwise: List | null };
export type Node =
  | List
  | { kind: 'text'; at: number; text: string }
  | { kind: 'action'; at: number; pipe: Pipe }
  | Branch
  | { kind: 'break' | 'continue'; at: number }
  | { kind: 'template'; at: number; name: string; pipe: Pipe | null };

/** A named tree with the text it came from, for places in messages. */
export type Tree = { name: string; parseName: string; text: string; root: List };

/** A node as Go writes it in messages. */
export function showNode(node: Operand | Command | Node): string {
  switch (node.kind) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'field':
      return node.names.map((name) => `.${name}`).join('');
    case 'variable':
      return node.names.join('.');
    case 'identifier':
      return node.name;
    case 'chain':
      return `${node.node.kind === 'pipe' ? `(${showNode(node.node)})` : showNode(node.node)}${node.names.map((name) => `.${name}`).join('')}`;
    case 'command':
      return node.args.map((arg) => (arg.kind === 'pipe' ? `(${showNode(arg)})` : showNode(arg))).join(' ');
    case 'pipe': {
      const declared = node.variables.length > 0 ? `${node.variables.join(', ')} ${node.isAssign ? '=' : ':='} ` : '';
      return declared + node.commands.map(showNode).join(' | ');
    }
    case 'list':
      return node.nodes.map(showNode).join('');
    case 'text':
      return node.text;
    case 'action':
      return `{{${showNode(node.pipe)}}}`;
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`;
    case 'template':
      return `{{template ${JSON.stringify(node.name)}${node.pipe ? ` ${showNode(node.pipe)}` : ''}}}`;
    default: {
      const otherwise = node.otherwise ? `{{else}}${showNode(node.otherwise)}` : '';
      return `{{${node.kind} ${showNode(node.pipe)}}}${showNode(node.body)}${otherwise}{{end}}`;
    }
  }
}

/** Whether a tree prints nothing but spaces: such a one never replaces another of its name. */
export function isEmptyTree(list: List): boolean {
  return list.nodes.every((node) =>
    node.kind === 'text' ? node.text.trim() === '' : node.kind === 'list' && isEmptyTree(node),
  );
}
