import type { Heading, Root, RootContent } from 'mdast';
import { textOf } from './parse-markdown.ts';

/** The part of a document that a procedure is: the blocks to show, and whether anything was left out. */
export type Section = { blocks: RootContent[]; partial: boolean };

/**
 * The smallest section (a heading and what stands under it) that holds all these lines; the whole document when none
 * does. Its own heading is left out when the page shows it as its title already.
 */
export function cutSection(root: Root, lines: readonly number[], shownTitle: string): Section {
  const blocks = root.children.filter((node) => node.type !== 'yaml' && node.type !== 'definition');
  const first = Math.min(...lines);
  const last = Math.max(...lines);
  const headings = blocks.flatMap((node, index) =>
    node.type === 'heading' && startOf(node) <= first ? [{ node, index }] : [],
  );
  for (const { node, index } of headings.toReversed()) {
    const end = endOfSection(blocks, node, index);
    const endLine = blocks[end - 1]?.position?.end.line ?? 0;
    if (endLine < last) continue;
    const from = sameTitle(textOf(node), shownTitle) ? index + 1 : index;
    return { blocks: blocks.slice(from, end), partial: index > 0 || end < blocks.length };
  }
  return { blocks, partial: false };
}

function endOfSection(blocks: readonly RootContent[], heading: Heading, index: number): number {
  const next = blocks.findIndex((node, at) => at > index && node.type === 'heading' && node.depth <= heading.depth);
  return next === -1 ? blocks.length : next;
}

const startOf = (node: RootContent) => node.position?.start.line ?? 0;
const sameTitle = (left: string, right: string) => left.trim().toLowerCase() === right.trim().toLowerCase();
