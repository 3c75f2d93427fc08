import { assembleProcedures, type ReadFence } from './assemble-procedures.ts';
import type { BlockContext } from './blocks/block-reading.ts';
import { readBlock } from './blocks/read-block.ts';
import { askedInputs, variablesAnywhere } from './document/document-variables.ts';
import { readInlineCommand } from './document/inline-commands.ts';
import { presentRunbook } from './document/present-runbook.ts';
import { readFenceAttributes } from './markdown/fence-attributes.ts';
import { findAlternatives } from './markdown/find-alternatives.ts';
import { readFrontMatter } from './markdown/front-matter.ts';
import { type FenceEntry, type InlineCode, type OutlineEntry, readOutline } from './markdown/read-outline.ts';
import { readScriptVariables } from './parameters/handed-variables.ts';
import { canBeMarked } from './parameters/mark-inputs.ts';
import type { KnownVariables } from './parameters/mark-variables.ts';
import type { ParsedRunbook } from './parsed-runbook.ts';
import { MAX_RUNBOOK_BYTES } from './runbook-limits.ts';
import { runbookProblem } from './runbook-problem.ts';

/** Each fence is read by a parser of its own language; a document with more of them is data, not a runbook. */
const MAX_FENCES = 10_000;

/**
 * Reads a Markdown document as procedures, blocks and steps, with what each would do. Any text is accepted; only front
 * matter and fence attributes, which are Holdfast's own, can be wrong (HoldfastError `runbook.invalid` with the line).
 */
export async function parseRunbook(source: { file: string; text: string }): Promise<ParsedRunbook> {
  const { file } = source;
  if (Buffer.byteLength(source.text) > MAX_RUNBOOK_BYTES) {
    throw runbookProblem(file, 1, 'the document is larger than 1 MiB', 'Split it, or leave logs and data out of it.');
  }
  const text = source.text.replace(/^\uFEFF/, '');
  const outline = readOutline(canBeMarked(text) ? text : text.replace(/[\uE000-\uF8FF]/g, '\uFFFD'));
  const front = readFrontMatter(outline.frontMatter?.yaml ?? null, { file, line: outline.frontMatter?.line ?? 1 });
  const fenceEntries = outline.entries.filter((entry) => entry.kind === 'fence');
  if (fenceEntries.length > MAX_FENCES) {
    throw runbookProblem(
      file,
      fenceEntries[MAX_FENCES]!.line,
      `the document has more than ${MAX_FENCES} code blocks`,
      'Split it into several documents.',
    );
  }
  const known: KnownVariables = {
    ...(await variablesAnywhere(fenceEntries)),
    declared: new Map([
      ...askedInputs(fenceEntries),
      ...front.inputs.map((input) => [input.name, input.type] as const),
    ]),
  };
  const fences = new Map<FenceEntry, ReadFence>();
  for (const [place, entry] of outline.entries.entries()) {
    if (entry.kind !== 'fence') continue;
    const attributes = readFenceAttributes(entry.info, { file, line: entry.line });
    // What a step is given by name is no question.
    const given = attributes.secrets ?? [];
    const knownHere = given.length === 0 ? known : { ...known, assigned: new Set([...known.assigned, ...given]) };
    const context: BlockContext = {
      file,
      firstLine: entry.firstLine,
      known: knownHere,
      attributes,
      before: wordsOf(outline.entries[place - 1]),
    };
    const reading = await readBlock(entry, context);
    if (!entry.closed) reading.reason += '; its end was never written';
    fences.set(entry, { attributes, reading });
  }
  const firstHeading = outline.entries.find((entry) => entry.kind === 'heading')?.title;
  const title = front.title ?? firstHeading ?? file.replace(/^.*\//, '');
  const readInline = (code: InlineCode) =>
    readInlineCommand(code, { file, firstLine: code.line, known, attributes: {} });
  const alternatives = findAlternatives(outline.entries, outline.tabs);
  const { sections, sectionOf } = await assembleProcedures(outline.entries, fences, readInline, title, alternatives);
  const inlineCodes = outline.entries.flatMap((entry) => ('codes' in entry ? entry.codes : []));
  const parsed = presentRunbook({
    inlineCodes,
    file,
    text: source.text,
    title,
    front,
    sections,
    sectionOf,
    fences,
    includes: outline.includes,
  });
  for (const draft of Object.values(parsed.drafts)) {
    if (draft.action.kind !== 'shell' || known.assigned.size === 0) continue;
    draft.variables = await readScriptVariables(draft.action.script, known.assigned);
  }
  return parsed;
}

function wordsOf(entry: OutlineEntry | undefined): string {
  if (entry === undefined) return '';
  if (entry.kind === 'label') return `${entry.title} ${entry.rest}`.trim();
  return 'text' in entry && entry.kind !== 'fence' && entry.kind !== 'cell' ? entry.text : '';
}
