import type { Code, Root, RootContent } from 'mdast';

/** Where a step's commands stand in the file; lines are 1-based. A `choice` has the lines of its first option. */
export type StepPlace = { id: string; kind: string; line: number; endLine: number };

/** A fence's text cut where its steps are; what belongs to none (comments, blank lines) in between. */
export type FencePart<Step> = {
  text: string;
  /** The line of the file that its text begins with. */
  line: number;
} & ({ kind: 'step'; step: Step } | { kind: 'text' });

export type PlacedSteps<Step> = {
  inFence: ReadonlyMap<Code, FencePart<Step>[]>;
  /** Steps that are no fence: behind the list item, paragraph or heading that holds their line. */
  after: ReadonlyMap<RootContent, Step[]>;
  /** Steps whose line is nowhere in the document; shown at its end rather than lost. */
  unplaced: Step[];
};

const HOLDERS = new Set(['listItem', 'paragraph', 'heading', 'table', 'blockquote', 'html', 'code']);

/** Finds for each step the block of the document it is written in. */
export function placeSteps<Step extends StepPlace>(root: Root, steps: readonly Step[]): PlacedSteps<Step> {
  const inFence = new Map<Code, Step[]>();
  const after = new Map<RootContent, Step[]>();
  const unplaced: Step[] = [];
  for (const step of steps) {
    const holder = findHolder(root.children, step.line);
    if (holder === null) unplaced.push(step);
    else if (holder.type === 'code') inFence.set(holder, [...(inFence.get(holder) ?? []), step]);
    else after.set(holder, [...(after.get(holder) ?? []), step]);
  }
  const parts = new Map([...inFence].map(([fence, ofFence]) => [fence, cutFence(fence, ofFence)] as const));
  return { inFence: parts, after, unplaced };
}

/** What stands at these lines, by the block of the document that holds each; what none holds comes last. */
export function placeLines<Item extends { line: number }>(
  root: Root,
  items: readonly Item[],
): { at: ReadonlyMap<RootContent, Item[]>; unplaced: Item[] } {
  const byHolder = Map.groupBy(items, (item) => findHolder(root.children, item.line));
  const unplaced = byHolder.get(null) ?? [];
  byHolder.delete(null);
  return { at: byHolder as ReadonlyMap<RootContent, Item[]>, unplaced };
}

/** The innermost list item, fence or block of text that covers the line. A paragraph alone in its item stands for it. */
function findHolder(nodes: readonly RootContent[], line: number): RootContent | null {
  for (const node of nodes) {
    const start = node.position?.start.line ?? 0;
    const end = node.position?.end.line ?? 0;
    if (line < start || line > end) continue;
    const children = 'children' in node ? (node.children as RootContent[]) : [];
    const inner = findHolder(children, line);
    if (inner !== null && !(node.type === 'listItem' && inner.type === 'paragraph')) return inner;
    if (HOLDERS.has(node.type)) return node;
    if (inner !== null) return inner;
  }
  return null;
}

function cutFence<Step extends StepPlace>(fence: Code, steps: readonly Step[]): FencePart<Step>[] {
  const lines = fence.value.split('\n');
  const firstLine = firstLineOf(fence, lines.length);
  const parts: FencePart<Step>[] = [];
  let at = firstLine;
  const textBetween = (to: number) => {
    const piece = cut(lines, firstLine, at, to);
    if (piece.text !== '') parts.push({ kind: 'text', ...piece });
  };
  for (const step of steps.toSorted((left, right) => left.line - right.line)) {
    if (step.kind === 'choice') {
      // The question only: the commands below it are the options' own.
      parts.push({ kind: 'step', step, text: '', line: step.line });
      continue;
    }
    textBetween(step.line);
    parts.push({ kind: 'step', step, ...cut(lines, firstLine, Math.max(step.line, at), step.endLine + 1) });
    at = Math.max(at, step.endLine + 1);
  }
  textBetween(firstLine + lines.length);
  return parts;
}

/** The first line of a fence's text: below its opening line; indented code has none. */
function firstLineOf(fence: Code, lines: number): number {
  const start = fence.position?.start.line ?? 1;
  const end = fence.position?.end.line ?? start;
  return end - start + 1 > lines ? start + 1 : start;
}

/** A fence of which no step was read, as one part. */
export function wholeFence(fence: Code): FencePart<never> {
  return { kind: 'text', text: fence.value, line: firstLineOf(fence, fence.value.split('\n').length) };
}

/** The lines of the file from `from` up to (not including) `to`, without blank ones around them. */
function cut(lines: readonly string[], firstLine: number, from: number, to: number): { text: string; line: number } {
  const wanted = lines.slice(Math.max(from - firstLine, 0), Math.max(to - firstLine, 0));
  const blank = wanted.findIndex((line) => line.trim() !== '');
  const last = wanted.findLastIndex((line) => line.trim() !== '');
  if (blank === -1) return { text: '', line: from };
  return { text: wanted.slice(blank, last + 1).join('\n'), line: Math.max(from, firstLine) + blank };
}
