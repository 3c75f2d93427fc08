import type { Code, Root, RootContent } from 'mdast';

/** Where a step's commands stand in the file; lines are 1-based. A `choice` has the lines of its first option. */
export type StepPlace = { id: string; kind: string; line: number; endLine: number };

/** A fence's text cut where its steps are; what belongs to none (comments, blank lines) in between. */
export type FencePart<Step> = { kind: 'step'; step: Step; text: string } | { kind: 'text'; text: string };

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
  // A fence's text begins below its opening line; indented code has none.
  const start = fence.position?.start.line ?? 1;
  const end = fence.position?.end.line ?? start;
  const firstLine = end - start + 1 > lines.length ? start + 1 : start;
  const parts: FencePart<Step>[] = [];
  let at = firstLine;
  const textBetween = (to: number) => {
    const text = trimBlankLines(lines.slice(at - firstLine, Math.max(to - firstLine, 0)));
    if (text !== '') parts.push({ kind: 'text', text });
  };
  for (const step of steps.toSorted((left, right) => left.line - right.line)) {
    if (step.kind === 'choice') {
      // The question only: the commands below it are the options' own.
      parts.push({ kind: 'step', step, text: '' });
      continue;
    }
    textBetween(step.line);
    const text = trimBlankLines(lines.slice(Math.max(step.line, at) - firstLine, step.endLine - firstLine + 1));
    parts.push({ kind: 'step', step, text });
    at = Math.max(at, step.endLine + 1);
  }
  textBetween(firstLine + lines.length);
  return parts;
}

function trimBlankLines(lines: readonly string[]): string {
  return lines.join('\n').replace(/^(?:[ \t]*\n)+|(?:\n[ \t]*)+$/g, '');
}
