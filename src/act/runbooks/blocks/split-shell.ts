import { childrenOf, type ShellNode, type ShellTree, syntaxErrorIn, textOf } from '../syntax/shell-tree.ts';
import { platformInComment, waitInComment } from './comment-steps.ts';

/** One part of a fence that can be a step of its own. Offsets into the fence's text. */
export type ShellSegment = {
  /** Comment lines above its first command, without their `#`. */
  comments: string[];
  start: number;
  end: number;
  /** True when there are no commands, only comments. */
  empty: boolean;
  /** True when its first comment offers it instead of the segment before it ("or"). */
  alternative: boolean;
};

const KEEPS_STATE = /^(?:cd|pushd|popd|set|shopt|source|\.|read|trap|ulimit|alias|mapfile|readarray|umask|exec)$/;
const OR_COMMENT = /^or\b/i;
const EDIT_COMMENT = /^(?:step\s*)?(?:\d+[.)]\s*)?(?:edit|manually)\b/i;

/** True where later lines need the shell the earlier ones ran in: a script file, variables, a changed folder, a job. */
export function needsOneShell(tree: ShellTree): boolean {
  if (tree.text.startsWith('#!')) return true;
  const top = topNodes(tree).filter((node) => node.type !== 'comment');
  return top.slice(0, -1).some((node) => {
    if (['declaration_command', 'function_definition', 'unset_command'].includes(node.type)) return true;
    if (node.type === 'variable_assignment' || node.type === 'variable_assignments') {
      const name = textOf(tree, node).split('=', 1)[0]!;
      return new RegExp(`\\b${name.replace(/\W/g, '')}\\b`).test(tree.text.slice(node.end));
    }
    const name = childrenOf(tree, node).find((child) => child.type === 'command_name');
    if (node.type === 'command' && name !== undefined && KEEPS_STATE.test(textOf(tree, name))) return true;
    return /^\s*&(?!&)/.test(tree.text.slice(node.end, node.end + 3));
  });
}

/** Splits a fence at blank lines between top-level commands, before "or" and around "edit this" comments. */
export function splitShell(tree: ShellTree): ShellSegment[] {
  const top = topNodes(tree);
  const groups: ShellNode[][] = [];
  const ways = new Set(
    top.flatMap((node) => (node.type === 'comment' ? (platformInComment(commentText(tree, node))?.option ?? []) : [])),
  );
  /** "# Debian" where there is "# Fedora" too: each is the head of its own commands. */
  const isWay = (comment: string) => ways.size > 1 && platformInComment(comment) !== null;
  let last: ShellNode | undefined;
  for (const node of top) {
    const gap = last === undefined ? '' : tree.text.slice(last.end, node.start);
    const comment = node.type === 'comment' ? commentText(tree, node) : '';
    const lastComment = last?.type === 'comment' ? commentText(tree, last) : '';
    const onOwnLine = last === undefined || gap.includes('\n');
    const splits =
      last === undefined ||
      /\n[ \t]*\r?\n/.test(gap) ||
      (onOwnLine &&
        node.type === 'comment' &&
        last?.type !== 'comment' &&
        (isWay(comment) || waitInComment(comment) !== null)) ||
      (onOwnLine && (OR_COMMENT.test(comment) || EDIT_COMMENT.test(comment) || EDIT_COMMENT.test(lastComment)));
    if (splits) groups.push([node]);
    else groups.at(-1)!.push(node);
    last = node;
  }
  return groups.map((nodes) => segmentOf(tree, nodes));
}

/** The whole text as one segment. Where the grammar gave up, its nodes do not cover the text, so the text itself counts. */
export function wholeSegment(tree: ShellTree): ShellSegment {
  const nodes = topNodes(tree);
  if (syntaxErrorIn(tree) !== undefined) {
    const end = tree.text.trimEnd().length;
    return { comments: [], start: tree.text.search(/\S|$/), end, empty: end === 0, alternative: false };
  }
  return nodes.length === 0
    ? { comments: [], start: 0, end: 0, empty: true, alternative: false }
    : segmentOf(tree, nodes);
}

function segmentOf(tree: ShellTree, nodes: readonly ShellNode[]): ShellSegment {
  const firstCommand = nodes.findIndex((node) => node.type !== 'comment');
  const heading = firstCommand < 0 ? nodes : nodes.slice(0, firstCommand);
  const comments = heading
    .map((node) => commentText(tree, node))
    .filter((comment) => comment !== '' && !comment.startsWith('!'));
  const start = nodes[Math.max(0, firstCommand)]!.start;
  const end = [...nodes].reverse().find((node) => firstCommand < 0 || node.type !== 'comment')!.end;
  return {
    comments,
    start,
    end: endOf(tree, start, end),
    empty: firstCommand < 0,
    alternative: OR_COMMENT.test(comments[0] ?? ''),
  };
}

/** A heredoc's node may end before its closing line does, and a `;` or `&` belongs to what it ends. */
function endOf(tree: ShellTree, start: number, end: number): number {
  const rest = /^[ \t]*(?:;|&)?/.exec(tree.text.slice(end))![0].length;
  return start + tree.text.slice(start, end + rest).trimEnd().length;
}

function topNodes(tree: ShellTree): ShellNode[] {
  return childrenOf(tree, tree.nodes[0]!).filter((node) => node.named);
}

function commentText(tree: ShellTree, node: ShellNode): string {
  return textOf(tree, node)
    .replace(/^#+\s?/, '')
    .trim();
}
