import type { Definition, Heading, Root } from 'mdast';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { headingId, slugOf } from './safe-url.ts';

export type MarkdownDocument = {
  root: Root;
  /** Targets of `[text][label]`, by label. */
  definitions: ReadonlyMap<string, Definition>;
  /** Ids of the headings as links name them; a slug that comes again gets a number, as on GitHub. */
  headingIds: ReadonlyMap<Heading, string>;
};

// The same parser the server reads runbooks with, so that lines mean the same on both sides.
const parser = unified().use(remarkParse).use(remarkGfm).use(remarkFrontmatter, ['yaml']);

/** Markdown as a tree. Nothing in it is ever given to the browser as HTML. */
export function parseMarkdown(text: string): MarkdownDocument {
  const root = parser.parse(text);
  const definitions = new Map<string, Definition>();
  const headingIds = new Map<Heading, string>();
  const slugs = new Map<string, number>();
  const visit = (node: { type: string; children?: unknown[] }) => {
    if (node.type === 'definition') {
      const definition = node as unknown as Definition;
      if (!definitions.has(definition.identifier)) definitions.set(definition.identifier, definition);
    }
    if (node.type === 'heading') {
      const slug = slugOf(textOf(node));
      const seen = slugs.get(slug) ?? 0;
      slugs.set(slug, seen + 1);
      headingIds.set(node as unknown as Heading, headingId(seen === 0 ? slug : `${slug}-${seen}`));
    }
    for (const child of node.children ?? []) visit(child as typeof node);
  };
  visit(root);
  return { root, definitions, headingIds };
}

/** The text of a node without its marks. */
export function textOf(node: { value?: unknown; alt?: unknown; children?: readonly unknown[] }): string {
  if (typeof node.value === 'string') return node.value;
  if (typeof node.alt === 'string') return node.alt;
  return (node.children ?? []).map((child) => textOf(child as typeof node)).join('');
}
