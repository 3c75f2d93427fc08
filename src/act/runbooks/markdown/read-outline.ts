import type { Code, List, ListItem, Nodes, Paragraph, Root, Table } from 'mdast';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { readHtmlBlock } from './read-html-block.ts';
import { splitChapters } from './split-chapters.ts';
import { type IncludeLine, type TabRange, unwrapLayouts } from './unwrap-layouts.ts';

/** One thing of the document in reading order. Lines are 1-based in the file as it is. */
export type OutlineEntry =
  | { kind: 'heading'; depth: number; title: string; line: number }
  /** A paragraph that is, or begins with, bold text: `**Steps:**`, `**Symptoms**: all checks fail`. */
  | { kind: 'label'; title: string; rest: string; line: number }
  | {
      kind: 'item';
      number: string;
      title: string;
      text: string;
      codes: InlineCode[];
      line: number;
      endLine: number;
      links: number;
    }
  | { kind: 'check'; text: string; codes: InlineCode[]; inItem: boolean; line: number; endLine: number }
  | { kind: 'bullet'; text: string; codes: InlineCode[]; inItem: boolean; line: number }
  /** `command`: the paragraph is nothing but this code. */
  | { kind: 'text'; text: string; line: number; command?: InlineCode }
  /** A cell of a table that holds commands. */
  | { kind: 'cell'; text: string; codes: InlineCode[]; line: number }
  | { kind: 'table'; rows: string[][]; line: number }
  | FenceEntry;

export type InlineCode = { text: string; line: number };

/** A code block. `firstLine` is the line of the first line of `text`; `closed` is false when its end was never written. */
export type FenceEntry = {
  kind: 'fence';
  language: string;
  info: string;
  text: string;
  line: number;
  endLine: number;
  firstLine: number;
  fenced: boolean;
  closed: boolean;
};

type Outline = {
  frontMatter: { yaml: string; line: number } | null;
  entries: OutlineEntry[];
  tabs: TabRange[];
  includes: IncludeLine[];
};

const reader = unified().use(remarkParse).use(remarkGfm).use(remarkFrontmatter, ['yaml']);

/**
 * Flattens Markdown into what a runbook is made of, in reading order. Flat on purpose: CommonMark ends a numbered list
 * at an unindented fence, and only the order (with the number each list starts at) still says which step a fence is of.
 */
export function readOutline(text: string): Outline {
  const { text: plain, tabs, includes } = unwrapLayouts(text);
  const outline: Outline = { frontMatter: null, entries: [], tabs, includes };
  for (const chapter of splitChapters(plain)) {
    const entries: OutlineEntry[] = [];
    const frontMatter = readChapter(chapter.text, entries);
    outline.frontMatter ??= frontMatter;
    for (const entry of entries) {
      shiftLines(entry, chapter.line);
      outline.entries.push(entry);
    }
  }
  return outline;
}

function shiftLines(entry: OutlineEntry, by: number): void {
  if (by === 0) return;
  entry.line += by;
  if ('endLine' in entry) entry.endLine += by;
  if ('firstLine' in entry) entry.firstLine += by;
  if ('command' in entry && entry.command !== undefined) entry.command.line += by;
  if ('codes' in entry) for (const code of entry.codes) code.line += by;
}

/** Reads one chapter; lines are counted from its own beginning. Returns its front matter. */
function readChapter(plain: string, entries: OutlineEntry[]): Outline['frontMatter'] {
  const root = reader.parse(plain) as Root;
  const lines = plain.split(/\r\n|\r|\n/);
  let frontMatter: Outline['frontMatter'] = null;
  // Depth is the author's choice, so the walk has its own stack.
  const stack: { node: Nodes; inItem: boolean }[] = [...root.children]
    .reverse()
    .map((node) => ({ node, inItem: false }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, inItem } = next;
    const line = node.position?.start.line ?? 1;
    switch (node.type) {
      case 'yaml':
        frontMatter = { yaml: node.value, line };
        break;
      case 'heading':
        entries.push({ kind: 'heading', depth: node.depth, title: plainText(node).trim(), line });
        break;
      case 'paragraph':
        entries.push(inItem ? readItemParagraph(node, line) : readParagraph(node, line));
        break;
      case 'code':
        entries.push(readFence(node, lines));
        break;
      case 'html':
        entries.push(...readHtmlBlock(node.value, line));
        break;
      case 'table':
        entries.push({ kind: 'table', rows: readRows(node), line }, ...readCommandCells(node));
        break;
      case 'list':
        for (const child of [...readList(node, inItem)].reverse()) {
          if ('entry' in child)
            stack.push(
              { node: child.item, inItem: true },
              { node: { type: 'x-entry', entry: child.entry } as never, inItem },
            );
        }
        break;
      default:
        if ((node as { type: string }).type === 'x-entry')
          entries.push((node as unknown as { entry: OutlineEntry }).entry);
        else if (node.type === 'listItem') {
          // Its first paragraph is the item's own title.
          const rest = node.children[0]?.type === 'paragraph' ? node.children.slice(1) : node.children;
          for (const child of [...rest].reverse()) stack.push({ node: child, inItem: true });
        } else if ('children' in node) {
          for (const child of [...node.children].reverse()) stack.push({ node: child as Nodes, inItem });
        }
    }
  }
  return frontMatter;
}

function readList(list: List, inItem: boolean): { item: ListItem; entry: OutlineEntry }[] {
  return list.children.map((item, place) => {
    const head = item.children[0]?.type === 'paragraph' ? item.children[0] : undefined;
    const text = head === undefined ? '' : plainText(head).trim();
    const codes = head === undefined ? [] : inlineCodes(head);
    const line = item.position?.start.line ?? 1;
    const endLine = head?.position?.end.line ?? line;
    if (item.checked !== null && item.checked !== undefined)
      return { item, entry: { kind: 'check', text, codes, inItem, line, endLine } };
    if (!list.ordered || inItem) return { item, entry: { kind: 'bullet', text, codes, inItem, line } };
    const bold = head?.children[0]?.type === 'strong' ? plainText(head.children[0]).replace(/:\s*$/, '').trim() : null;
    const number = String((list.start ?? 1) + place);
    const title = bold !== null && text.replace(/:\s*$/, '') === bold ? bold : text.replace(/:\s*$/, '');
    return {
      item,
      entry: {
        kind: 'item',
        number,
        title,
        text,
        codes,
        line,
        endLine,
        links: head === undefined ? 0 : countLinks(head),
      },
    };
  });
}

/** A paragraph below an item's first; one that is a code alone is what to type. */
function readItemParagraph(node: Paragraph, line: number): OutlineEntry {
  const [only, ...others] = node.children;
  const text = plainText(node);
  return only?.type === 'inlineCode' && others.length === 0
    ? { kind: 'text', text, line, command: { text: only.value, line } }
    : { kind: 'text', text, line };
}

function readParagraph(node: Paragraph, line: number): OutlineEntry {
  const first = node.children[0];
  const text = plainText(node).trim();
  if (first?.type !== 'strong') return { kind: 'text', text, line };
  const bold = plainText(first).trim();
  const rest = text.slice(plainText(first).length).trim();
  const isLabel = rest === '' || rest.startsWith(':') || bold.endsWith(':');
  if (!isLabel || bold.length > 100) return { kind: 'text', text, line };
  return { kind: 'label', title: bold.replace(/:\s*$/, ''), rest: rest.replace(/^:\s*/, ''), line };
}

function readFence(node: Code, lines: readonly string[]): FenceEntry {
  const line = node.position?.start.line ?? 1;
  const endLine = node.position?.end.line ?? line;
  const opening = /(`{3,}|~{3,})/.exec(lines[line - 1]?.slice((node.position?.start.column ?? 1) - 1) ?? '');
  const fenced = opening !== null && opening.index === 0;
  const shifted = fenced ? null : fenceInIndentedCode(node.value);
  if (shifted !== null)
    return { kind: 'fence', ...shifted, line, endLine, firstLine: line + 1, fenced: true, closed: true };
  const mark = opening?.[1] ?? '```';
  const last = (lines[endLine - 1] ?? '').replace(/^[\s>]*/, '').trimEnd();
  const closed = !fenced || (endLine > line && last.startsWith(mark) && [...last].every((char) => char === mark[0]));
  // `sh{name=x}` without a blank belongs to the attributes, not to the language.
  const [, named = '', glued = ''] = /^([^{]*)(\{.*)?$/s.exec(node.lang ?? '') ?? [];
  // Pandoc and MkDocs write the language as a class: `{.bash .numberLines}`.
  const language = (named !== '' ? named : (/^\{\s*\.([\w+-]+)/.exec(glued)?.[1] ?? ''))
    .replace(/^(?:language-|lang-)/, '')
    .replace(/[,:].*$/, '');
  return {
    kind: 'fence',
    language,
    info: `${glued} ${node.meta ?? ''}`.trim(),
    text: node.value,
    line,
    endLine,
    firstLine: fenced ? line + 1 : line,
    fenced,
    closed,
  };
}

/**
 * A fence indented further than its list item allows: CommonMark reads it as indented code, marks and all, and its
 * author meant a fence. Null where the marks are not exactly the first and the last line.
 */
function fenceInIndentedCode(text: string): Pick<FenceEntry, 'language' | 'info' | 'text'> | null {
  const match = /^[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)[ \t]*([^`\n]*)\n/.exec(text);
  if (match === null) return null;
  const inside = text.slice(match[0].length).split('\n');
  const closing = inside.pop() ?? '';
  const isMark = (line: string) => line.trim().startsWith(match[1]!);
  if (closing.trim() !== match[1] || inside.some(isMark)) return null;
  return { language: match[2]!, info: match[3]!.trim(), text: inside.join('\n') };
}

function readRows(table: Table): string[][] {
  return table.children.map((row) => row.children.map((cell) => plainText(cell).trim()));
}

const COMMAND_COLUMN =
  /command|action|fix|how|run|check|step|remed|resolution|query|befehl|maßnahme|comando|acción|commande|ação|команда|コマンド|命令|操作/i;

/** Commands in the cells of a column that is called so: each is something to do, titled by its row's first cell. */
function readCommandCells(table: Table): OutlineEntry[] {
  const [head, ...rows] = table.children;
  const columns = new Set(
    (head?.children ?? []).flatMap((cell, at) => (COMMAND_COLUMN.test(plainText(cell)) ? [at] : [])),
  );
  return rows.flatMap((row) =>
    row.children.flatMap((cell, at): OutlineEntry[] => {
      const codes = columns.has(at) ? inlineCodes(cell) : [];
      if (codes.length === 0) return [];
      const title = at === 0 ? '' : plainText(row.children[0]!).trim();
      return [{ kind: 'cell', text: title, codes, line: row.position?.start.line ?? 1 }];
    }),
  );
}

function plainText(top: Nodes): string {
  let text = '';
  const stack: Nodes[] = [top];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'text' || node.type === 'inlineCode') text += node.value;
    else if (node.type === 'html')
      text +=
        /^<\/?[a-z][\w.-]*>$/i.test(node.value) &&
        !/^<\/?(?:br|b|i|em|strong|p|div|span|a|img|code|sub|sup|kbd|details|summary)>$/i.test(node.value)
          ? node.value
          : '';
    else if (node.type === 'break') text += '\n';
    else if ('children' in node) for (const child of [...node.children].reverse()) stack.push(child as Nodes);
  }
  return text;
}

function inlineCodes(node: Nodes): InlineCode[] {
  return descendants(node).flatMap((each) =>
    each.type === 'inlineCode' ? [{ text: each.value, line: each.position?.start.line ?? 1 }] : [],
  );
}

function countLinks(node: Paragraph): number {
  return descendants(node).filter((each) => each.type === 'link' && each.url.startsWith('#')).length;
}

function descendants(top: Nodes): Nodes[] {
  const found: Nodes[] = [];
  const stack: Nodes[] = [top];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    found.push(node);
    if ('children' in node) for (const child of [...node.children].reverse()) stack.push(child as Nodes);
  }
  return found;
}
