import { describe, expect, it } from 'vitest';
import { cutSection } from './cut-section.ts';
import { parseMarkdown, textOf } from './parse-markdown.ts';
import { placeLines, placeSteps } from './place-steps.ts';

const SOURCE = `---
title: Two procedures
---

# Cache

Intro.

## Flush the cache

1. Look first

   \`\`\`sh
   # how many
   redis-cli dbsize

   redis-cli info
   \`\`\`

2. Tell the team

## Warm the cache

\`\`\`sh
warm --all
\`\`\`
`;

const step = (id: string, line: number, endLine = line, kind = 'shell') => ({ id, kind, line, endLine });
const { root } = parseMarkdown(SOURCE);

describe('steps in their place', () => {
  it('cuts a fence where its steps are and keeps what stands between them', () => {
    const placed = placeSteps(root, [step('size', 15), step('info', 17)]);
    const [parts] = [...placed.inFence.values()];
    expect(parts?.map((part) => (part.kind === 'step' ? `${part.step.id}: ${part.text}` : part.text))).toEqual([
      '# how many',
      'size: redis-cli dbsize',
      'info: redis-cli info',
    ]);
    expect(parts?.map((part) => part.line)).toEqual([14, 15, 17]);
    expect(placed.unplaced).toEqual([]);
  });

  it('says what stands at a line, fences and front matter included', () => {
    const found = placeLines(root, [{ line: 2 }, { line: 7 }, { line: 15 }, { line: 20 }]);
    expect([...found.at].map(([node]) => node.type)).toEqual(['paragraph', 'code', 'listItem']);
    expect(found.unplaced).toEqual([{ line: 2 }]);
  });

  it('puts a step that is a sentence behind its list item', () => {
    const placed = placeSteps(root, [step('tell', 20, 20, 'manual')]);
    const [[holder] = []] = [...placed.after];
    expect(holder?.type).toBe('listItem');
    expect(holder && textOf(holder as never)).toBe('Tell the team');
  });

  it('asks a choice before its first option, whose commands stay the option’s', () => {
    const placed = placeSteps(root, [step('which', 15, 15, 'choice'), step('size', 15), step('info', 17)]);
    const [parts] = [...placed.inFence.values()];
    expect(parts?.map((part) => part.text)).toEqual(['', '# how many', 'redis-cli dbsize', 'redis-cli info']);
  });

  it('loses no step whose line is nowhere', () => {
    expect(placeSteps(root, [step('lost', 999)]).unplaced.map(({ id }) => id)).toEqual(['lost']);
  });
});

describe('the section of a procedure', () => {
  it('is the smallest that holds all its steps, without a heading that the page shows already', () => {
    const section = cutSection(root, [15, 17, 20], 'Flush the cache');
    expect(section.partial).toBe(true);
    expect(section.blocks.map((block) => block.type)).toEqual(['list']);
  });

  it('keeps a heading that says more than the title', () => {
    const section = cutSection(root, [25], 'Something else');
    expect(textOf(section.blocks[0] as never)).toBe('Warm the cache');
  });

  it('is the common one when its steps are spread over several', () => {
    const section = cutSection(root, [15, 25], 'x');
    expect(textOf(section.blocks[0] as never)).toBe('Cache');
    expect(section.partial).toBe(false);
  });

  it('is the whole document without front matter when no heading stands above', () => {
    const plain = parseMarkdown('---\na: 1\n---\n\n```sh\nls\n```\n');
    expect(cutSection(plain.root, [6], 'x').blocks.map((block) => block.type)).toEqual(['code']);
  });
});

describe('headings', () => {
  it('with the same words get ids of their own', () => {
    const { headingIds } = parseMarkdown('# Steps\n\n# Steps\n');
    expect([...headingIds.values()]).toEqual(['doc-steps', 'doc-steps-1']);
  });
});
