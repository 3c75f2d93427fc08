import type { Nodes, Root } from 'mdast';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { RunbookProcedure } from '../../../contract/runbook.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { commandsOfTranscript, isKnownCommand, readingOf } from '../blocks/detect-language.ts';
import { looksLikeSql } from '../blocks/read-sql-block.ts';
import { headingSlugs } from '../markdown/slug-headings.ts';
import { withoutButtons } from '../markdown/unwrap-layouts.ts';
import { canBeMarked, markPlaceholders } from '../parameters/mark-inputs.ts';
import { parseRunbook } from '../parse-runbook.ts';
import type { ParsedRunbook } from '../parsed-runbook.ts';
import { planProcedure } from '../plan-procedure.ts';
import type { LintBlock, LintDocument, LintHeading, LintItem, LintLink } from './lint-document.ts';
import type { Span } from './lint-rule.ts';
import { type LintCommand, readScript } from './lint-script.ts';
import { findQueries } from './read-queries.ts';
import { findSql } from './read-sql.ts';
import { loadAwsTable } from './tools/aws-table.ts';
import { loadToolTables } from './tools/tool-table.ts';

const reader = unified().use(remarkParse).use(remarkGfm).use(remarkFrontmatter, ['yaml']);
const CRONTAB_LINE =
  /^[ \t]*(?:(?:[\d*]+(?:[-/,][\d*]+)*[ \t]+){5}|@(?:hourly|daily|weekly|monthly|yearly|reboot)[ \t]+)\S.*$/gm;
const IS_CONSOLE = /^(?:console|shell-?session|terminal|sh-session|bash-session)$/;
/** Inline code longer than this is no command somebody types. */
const MAX_INLINE_CHARS = 400;

/** Makes of a text everything the rules look at. Any text is accepted. */
export async function readLintDocument(source: {
  file: string;
  text: string;
  fileExists: LintDocument['fileExists'];
}): Promise<LintDocument> {
  // A byte order mark is no character of the document: editors do not count it either.
  const text = source.text.replace(/^\uFEFF/, '');
  const plain = withoutButtons(text);
  const lines = plain.split(/\r\n|\r|\n/);
  const starts = lineStarts(text);
  const found = walk(reader.parse(plain) as Root, text, lines, starts);
  const blocks: LintBlock[] = found.blocks;
  const reading = await readAsRunbook(source);
  for (const block of blocks) {
    const marked = maskedScript(block);
    if (marked === null) continue;
    if (block.reading === 'shell' && (await looksLikeSql(block.text))) block.reading = 'sql';
    else block.script = await readScript(block, marked);
  }
  const inline = await readInlineCommands(found.inline);
  const commands: LintCommand[] = [...blocks, ...inline]
    .flatMap((block) => block.script?.commands ?? [])
    .sort((left, right) => left.start - right.start);
  const partial = {
    file: source.file,
    text,
    lines,
    headings: found.headings,
    items: found.items,
    links: found.links,
    anchors: found.anchors,
    tables: found.tables,
    blocks,
    commands,
    fileExists: source.fileExists,
    ...reading,
    lineStart: (line: number) => starts[line - 1] ?? text.length,
    lineSpan: (line: number): Span => {
      const start = starts[line - 1] ?? text.length;
      return { start, end: start + (lines[line - 1]?.length ?? 0) };
    },
  };
  const sql = await findSql(blocks, commands);
  const called = new Set(commands.map((command) => command.name));
  const aws = called.has('aws') ? await loadAwsTable() : null;
  const tools = await loadToolTables(called);
  return { ...partial, sql, aws, tools, queries: findQueries({ ...partial, inline: found.inline }) };
}

export function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** What reading and planning it as a runbook tells: why it is refused, or what had to be worked around. */
async function readAsRunbook(source: { file: string; text: string }): Promise<Pick<LintDocument, 'problem' | 'notes'>> {
  try {
    const document = await parseRunbook(source);
    const problem = document.procedures
      .map((procedure) => planProblem(document, procedure))
      .find((each) => each !== null);
    return { problem: problem ?? null, notes: document.problems };
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError) || thrown.kind !== 'invalid') throw thrown;
    return { problem: placeOf(thrown, source.file) ?? { line: 1, message: thrown.message }, notes: [] };
  }
}

/** Why a procedure cannot be planned, where that is the document's own doing: a `verify` that names no step. */
function planProblem(document: ParsedRunbook, procedure: RunbookProcedure): LintDocument['problem'] {
  // What other runbooks hold is not known here.
  if (procedure.phases.some((phase) => phase.steps.some((step) => step.kind === 'subrunbook'))) return null;
  try {
    planProcedure({ document, procedure: procedure.slug, inputs: {} });
    return null;
  } catch (thrown) {
    return thrown instanceof HoldfastError ? placeOf(thrown, document.file) : null;
  }
}

/** The line an error of the parser names before its message. */
function placeOf(error: HoldfastError, file: string): LintDocument['problem'] {
  const said = error.message.startsWith(`${file}:`) ? error.message.slice(file.length + 1) : '';
  const [, line, message] = /^(\d+): (.*)$/s.exec(said) ?? [];
  return line === undefined ? null : { line: Number(line), message: message! };
}

type Walked = {
  headings: LintHeading[];
  items: LintItem[];
  links: LintLink[];
  anchors: Set<string>;
  tables: { rows: string[][]; line: number }[];
  blocks: LintBlock[];
  inline: LintBlock[];
};

/** Goes through the document in reading order, remembering what announces what. */
function walk(root: Root, text: string, lines: readonly string[], starts: readonly number[]): Walked {
  const slugs = headingSlugs();
  const walked: Walked = { headings: [], items: [], links: [], anchors: new Set(), tables: [], blocks: [], inline: [] };
  const path: { depth: number; title: string }[] = [];
  let announced = '';
  let lists = 0;
  const spanOf = (node: Nodes): Span => ({
    start: node.position?.start.offset ?? 0,
    end: node.position?.end.offset ?? 0,
  });
  const about = () => ({
    headings: path.map((each) => each.title),
    section: walked.headings.length - 1,
    announced,
    script: null,
  });
  const stack: { node: Nodes; list: number; depth: number }[] = [{ node: root, list: 0, depth: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, list, depth } = next;
    const line = node.position?.start.line ?? 1;
    if (node.type === 'heading') {
      const title = plainText(node).trim();
      while (path.length > 0 && path.at(-1)!.depth >= node.depth) path.pop();
      path.push({ depth: node.depth, title });
      const slug = slugs(title);
      walked.anchors.add(slug);
      walked.headings.push({ ...spanOf(node), title, slug, depth: node.depth, line });
      announced = '';
    } else if (node.type === 'html') {
      for (const match of node.value.matchAll(/\b(?:id|name)\s*=\s*["']?([\w-]+)/g)) walked.anchors.add(match[1]!);
    } else if (node.type === 'link' || node.type === 'definition' || node.type === 'image') {
      walked.links.push({ ...spanOf(node), url: node.url });
    } else if (node.type === 'code') {
      walked.blocks.push({ ...readBlock(node, lines, starts), ...about() });
    } else if (node.type === 'inlineCode') {
      const span = spanOf(node);
      const ticks = /^`+ ?/.exec(text.slice(span.start, span.end))?.[0].length ?? 1;
      walked.inline.push({
        language: '',
        info: '',
        reading: 'unknown',
        text: node.value,
        line,
        endLine: line,
        fenced: false,
        closed: true,
        ...about(),
        announced: announced,
        offsetOf: (offset) => Math.min(span.end, span.start + ticks + offset),
      });
    } else if (node.type === 'table') {
      walked.tables.push({
        rows: node.children.map((row) => row.children.map((cell) => plainText(cell).trim())),
        line,
      });
    } else if (node.type === 'listItem') {
      const written = /^\s*(?:>\s*)*(\d+)[.)]/.exec(lines[line - 1] ?? '')?.[1];
      const head = node.children[0]?.type === 'paragraph' ? plainText(node.children[0]) : '';
      announced = head;
      walked.items.push({
        ...spanOf(node),
        number: written === undefined ? null : Number(written),
        text: head,
        list,
        line,
        depth,
      });
    } else if (node.type === 'paragraph' && depth === 0) announced = plainText(node);
    if ('children' in node) {
      const inList = node.type === 'list' ? ++lists : list;
      const deeper = node.type === 'list' ? depth + 1 : depth;
      for (const child of [...node.children].reverse())
        stack.push({ node: child as Nodes, list: inList, depth: deeper });
    }
  }
  return walked;
}

function readBlock(
  node: Extract<Nodes, { type: 'code' }>,
  lines: readonly string[],
  starts: readonly number[],
): Omit<LintBlock, 'headings' | 'section' | 'announced' | 'script'> {
  const line = node.position?.start.line ?? 1;
  const endLine = node.position?.end.line ?? line;
  const column = (node.position?.start.column ?? 1) - 1;
  const opening = /^(`{3,}|~{3,})/.exec((lines[line - 1] ?? '').slice(column))?.[1];
  const last = (lines[endLine - 1] ?? '').replace(/^[\s>]*/, '').trimEnd();
  const closed =
    opening === undefined ||
    (endLine > line && last.startsWith(opening) && [...last].every((char) => char === opening[0]));
  const language = /^[^{]*/.exec(node.lang ?? '')?.[0].toLowerCase() ?? '';
  const firstLine = opening === undefined ? line : line + 1;
  // Indentation is not part of the text, so each line knows how far it was moved.
  const textLines = node.value.split(/\r\n|\r|\n/);
  const places: { from: number; at: number }[] = [];
  let from = 0;
  for (const [index, written] of textLines.entries()) {
    const whole = lines[firstLine - 1 + index] ?? '';
    const indent = whole.endsWith(written) ? whole.length - written.length : Math.max(0, whole.indexOf(written.trim()));
    places.push({ from, at: (starts[firstLine - 1 + index] ?? 0) + indent });
    from += written.length + 1;
  }
  const offsetOf = (offset: number): number => {
    let low = 0;
    let high = places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (places[middle]!.from <= offset) low = middle;
      else high = middle - 1;
    }
    const place = places[low]!;
    return place.at + Math.min(offset - place.from, (textLines[low] ?? '').length + 1);
  };
  const text = textLines.join('\n');
  return {
    language,
    info: node.meta ?? '',
    reading: readingOf(language, text),
    text,
    line,
    endLine,
    fenced: opening !== undefined,
    closed,
    offsetOf,
  };
}

/** The block's commands with placeholders masked, or null where it holds no commands. Offsets stay. */
function maskedScript(block: LintBlock): string | null {
  if (block.text.trim() === '' || !canBeMarked(block.text)) return null;
  if (block.reading !== 'shell' && block.reading !== 'transcript') return null;
  const console = IS_CONSOLE.test(block.language);
  const commands = block.reading === 'transcript' ? commandsOfTranscript(block.text, console) : block.text;
  const marked = markPlaceholders(commands.replace(CRONTAB_LINE, (line) => ' '.repeat(line.length)));
  return marked.full ? null : marked.text;
}

async function readInlineCommands(inline: readonly LintBlock[]): Promise<LintBlock[]> {
  const read: LintBlock[] = [];
  for (const block of inline) {
    const name = /^([\w.-]+)\s+\S/.exec(block.text)?.[1];
    if (name === undefined || !isKnownCommand(name) || block.text.length > MAX_INLINE_CHARS) continue;
    if (/…|\.\.\./.test(block.text) || !canBeMarked(block.text)) continue;
    block.reading = 'shell';
    block.script = await readScript(block, markPlaceholders(block.text).text);
    read.push(block);
  }
  return read;
}

function plainText(top: Nodes): string {
  let text = '';
  const stack: Nodes[] = [top];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'text' || node.type === 'inlineCode') text += node.value;
    else if (
      node.type === 'html' &&
      /^<[a-z][\w. -]*>$/i.test(node.value) &&
      !/^<(?:br|a|b|i|em|strong|code|sub|sup|kbd)>$/i.test(node.value)
    )
      text += node.value;
    else if (node.type === 'break') text += '\n';
    else if ('children' in node) for (const child of [...node.children].reverse()) stack.push(child as Nodes);
  }
  return text;
}
