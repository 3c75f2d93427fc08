import type { RunbookProcedure, RunbookStep } from '../../contract/runbook.ts';
import type { BlockReading, StepSeed } from './blocks/block-reading.ts';
import { manualSeed } from './blocks/block-reading.ts';
import { waitInComment } from './blocks/comment-steps.ts';
import { withinWays } from './blocks/within-way.ts';
import type { FenceAttributes } from './markdown/fence-attributes.ts';
import type { Alternatives } from './markdown/find-alternatives.ts';
import { isPartHeading, isReferenceHeading, responseTimes, severityIn } from './markdown/heading-words.ts';
import type { FenceEntry, InlineCode, OutlineEntry } from './markdown/read-outline.ts';
import { headingSlugs } from './markdown/slug-headings.ts';
import { readDurationMs } from './read-duration.ts';

/** A step with a place but no id yet. Lines are 1-based in the file. */
export type PlacedStep = {
  seed: StepSeed;
  attributes: FenceAttributes;
  number: string | null;
  title: string;
  line: number;
  endLine: number;
  fence: FenceEntry | null;
  procedure: Section;
  phase: number;
};

/** A heading with what is below it, down to the next heading that begins a procedure of its own. */
export type Section = {
  slug: string;
  title: string;
  depth: number;
  line: number;
  severity: string | null;
  responseWithinMs: number | null;
  symptoms: string[];
  phases: (string | null)[];
  steps: PlacedStep[];
};

export type ReadFence = { reading: BlockReading; attributes: FenceAttributes };
/** Reads an inline command of a step; null where it is no command to run. */
type ReadInline = (code: InlineCode) => Promise<StepSeed | null>;

type Ways = NonNullable<StepSeed['ways']>;

type Item = {
  number: string;
  title: string;
  text: string;
  codes: InlineCode[];
  line: number;
  endLine: number;
  ways: Ways;
  bullets: { text: string; line: number; waitMs: number | null }[];
  steps: PlacedStep[];
  section: Section;
  phase: number;
};

/**
 * Puts fences and items into procedures, in reading order. A fence belongs to the last numbered item above it, however
 * it is indented, until a heading or a label begins something new.
 */
export async function assembleProcedures(
  entries: readonly OutlineEntry[],
  fences: ReadonlyMap<FenceEntry, ReadFence>,
  readInline: ReadInline,
  fallbackTitle: string,
  alternatives: Alternatives = { of: new Map(), parts: new Set() },
): Promise<{ sections: Section[]; sectionOf: Map<FenceEntry, Section> }> {
  const slugs = headingSlugs();
  const times = responseTimes(entries.flatMap((entry) => (entry.kind === 'table' ? [entry.rows] : [])));
  const sections: Section[] = [];
  const sectionOf = new Map<FenceEntry, Section>();
  const open: { section: Section; depth: number; own: boolean }[] = [];
  const helperNames = new Set(
    [...fences.values()].flatMap(({ attributes }) => [attributes.verify, attributes.rollback]),
  );
  let reference = false;
  let inSymptoms = false;
  let item: Item | undefined;

  const begin = (title: string, depth: number, line: number): Section => {
    const severity = severityIn(title);
    const section: Section = {
      slug: slugs(title),
      title,
      depth,
      line,
      severity,
      responseWithinMs: (severity && times.get(severity)) || null,
      symptoms: [],
      phases: [null],
      steps: [],
    };
    sections.push(section);
    return section;
  };
  const current = (): Section => {
    if (open.length === 0) open.push({ section: begin(fallbackTitle, 1, 1), depth: 1, own: true });
    return open.at(-1)!.section;
  };
  const finishItem = async () => {
    if (item === undefined) return;
    const done = item;
    item = undefined;
    // What only verifies or undoes another step is not one of the steps people count.
    const helpers = done.steps.filter((step) => helperNames.has(step.attributes.name ?? ''));
    const counted = done.steps.filter((step) => !helpers.includes(step));
    for (const step of helpers) step.number = null;
    if (counted.length > 1) for (const [place, step] of counted.entries()) step.number = `${done.number}.${place + 1}`;
    if (done.steps.length > 0) return;
    const seeds = (await Promise.all(done.codes.map(readInline))).filter((seed) => seed !== null);
    const at = { start: 0, end: 0 };
    const text = [done.text, ...done.bullets.map((bullet) => `- ${bullet.text}`)].join('\n');
    if (seeds.length === 0 && done.bullets.some((bullet) => bullet.waitMs !== null)) {
      placeWithWaits(done);
      return;
    }
    const waitMs = done.bullets.length === 0 && done.codes.length === 0 ? waitInComment(done.text) : null;
    const own = seeds[0] ?? (waitMs !== null && isWaitOnly(done.text) ? waitItemSeed(text, waitMs) : undefined);
    const seed = withinWays(seeds.length <= 1 && own !== undefined ? own : manualSeed(text, at), done.ways);
    place(done.section, done.phase, {
      seed,
      attributes: {},
      number: done.number,
      title: done.title,
      line: done.line,
      endLine: done.endLine,
      fence: null,
    });
  };
  /** An item whose points say to wait in between: what to do before and after is confirmed apart from the waits. */
  const placeWithWaits = (done: Item) => {
    const parts: { texts: string[]; line: number; endLine: number; waitMs: number | null }[] = [
      { texts: [done.text], line: done.line, endLine: done.endLine, waitMs: null },
    ];
    for (const { text, line, waitMs } of done.bullets) {
      const last = parts.at(-1)!;
      if (waitMs === null && last.waitMs === null) {
        last.texts.push(`- ${text}`);
        last.endLine = line;
      } else parts.push({ texts: [waitMs === null ? `- ${text}` : text], line, endLine: line, waitMs });
    }
    for (const [at, { texts, line, endLine, waitMs }] of parts.entries()) {
      const text = texts.join('\n');
      const seed = waitMs === null ? manualSeed(text, { start: 0, end: 0 }) : waitItemSeed(text, waitMs);
      place(done.section, done.phase, {
        seed: withinWays(seed, done.ways),
        attributes: {},
        number: `${done.number}.${at + 1}`,
        title: at === 0 ? done.title : texts[0]!.replace(/^- /, ''),
        line,
        endLine,
        fence: null,
      });
    }
  };
  /** The waits among an item's points so far, where its commands stand in fences. */
  const placeWaits = (of: Item) => {
    for (const bullet of of.bullets) {
      if (bullet.waitMs === null) continue;
      const seed = withinWays(waitItemSeed(bullet.text, bullet.waitMs), of.ways);
      const { text: title, line } = bullet;
      const step = { seed, attributes: {}, number: of.number, title, line, endLine: line, fence: null };
      of.steps.push(place(of.section, of.phase, step));
    }
    of.bullets = [];
  };
  const place = (section: Section, phase: number, step: Omit<PlacedStep, 'procedure' | 'phase'>): PlacedStep => {
    const placed: PlacedStep = { ...step, procedure: section, phase };
    section.steps.push(placed);
    return placed;
  };
  const beginPhase = (section: Section, title: string) => {
    section.phases.push(title);
  };

  const waysOf = (entry: OutlineEntry): Ways =>
    (alternatives.of.get(entry) ?? []).map((way) => ({
      ...way,
      // `=`: the name of the question as it is, shared by every step it decides.
      group: way.group === 'platform' ? 'platform' : `=${way.group}`,
    }));
  /** A command in an item's or a cell's own words is a step. */
  const placeInline = async (entry: { text: string; codes: InlineCode[]; line: number }, ways: Ways) => {
    const section = current();
    for (const code of entry.codes) {
      const found = await readInline(code);
      if (found === null) continue;
      const seed = withinWays(found, ways);
      const title = entry.text === '' ? code.text : entry.text;
      place(section, section.phases.length - 1, {
        seed,
        attributes: {},
        number: null,
        title,
        line: code.line,
        endLine: code.line,
        fence: null,
      });
    }
  };

  /** What a check says of the fence right below it: `- [ ] Verify that it is healthy:`. */
  let checked: string | null = null;
  for (const [at, entry] of entries.entries()) {
    const saidOfFence = checked;
    checked = null;
    switch (entry.kind) {
      case 'heading': {
        await finishItem();
        inSymptoms = isSymptoms(entry.title);
        while (open.length > 0 && open.at(-1)!.depth >= entry.depth) open.pop();
        const parent = open.at(-1);
        if (parent !== undefined && (alternatives.parts.has(entry) || isPartHeading(entry.title, parent.depth))) {
          slugs(entry.title);
          beginPhase(parent.section, entry.title);
          open.push({ section: parent.section, depth: entry.depth, own: false });
        } else {
          reference = isReferenceHeading(entry.title);
          open.push({ section: begin(entry.title, entry.depth, entry.line), depth: entry.depth, own: true });
        }
        break;
      }
      case 'label': {
        await finishItem();
        const section = current();
        inSymptoms = isSymptoms(entry.title);
        if (inSymptoms && entry.rest !== '') section.symptoms.push(entry.rest);
        else if (/^(?:response )?sla$|^response time$/i.test(entry.title))
          section.responseWithinMs = readDurationMs(entry.rest) ?? section.responseWithinMs;
        else if (/^severity$/i.test(entry.title)) section.severity = severityIn(entry.rest) ?? section.severity;
        else if (!inSymptoms) beginPhase(section, entry.title);
        break;
      }
      case 'item':
        await finishItem();
        // A table of contents is a list of links; a list of facts has nothing to do in it.
        if (
          reference ||
          (entry.links > 0 && /contents/i.test(current().title)) ||
          (entry.links > 0 && entry.text === '')
        )
          break;
        item = {
          ...entry,
          ways: waysOf(entry),
          bullets: [],
          steps: [],
          section: current(),
          phase: current().phases.length - 1,
        };
        break;
      case 'check': {
        if (reference) break;
        // A checklist below a numbered list comes after its last item.
        if (!entry.inItem) await finishItem();
        const below = entries[at + 1];
        if (/[:：]$/.test(entry.text) && below?.kind === 'fence' && fences.get(below)!.reading.seeds.length > 0) {
          checked = entry.text.replace(/[:：]$/, '');
          break;
        }
        const section = current();
        place(section, section.phases.length - 1, {
          seed: manualSeed(entry.text, { start: 0, end: 0 }),
          attributes: {},
          number: null,
          title: entry.text,
          line: entry.line,
          endLine: entry.endLine,
          fence: null,
        });
        break;
      }
      case 'bullet':
        if (item !== undefined) {
          const waitMs = entry.codes.length === 0 && isWaitOnly(entry.text) ? waitInComment(entry.text) : null;
          item.bullets.push({ text: entry.text, line: entry.line, waitMs });
          if (item.steps.length > 0) placeWaits(item);
        } else if (inSymptoms) current().symptoms.push(entry.text);
        else if (!reference && isInstruction(entry)) await placeInline(entry, waysOf(entry));
        break;
      case 'text': {
        // A command that is a paragraph of its own is what the item is to be done with, as a fence would be.
        const found = item === undefined || entry.command === undefined ? null : await readInline(entry.command);
        if (item === undefined || found === null) break;
        placeWaits(item);
        item.steps.push(
          place(item.section, item.phase, {
            seed: withinWays(found, item.ways),
            attributes: {},
            number: item.number,
            title: item.title,
            line: entry.line,
            endLine: entry.line,
            fence: null,
          }),
        );
        break;
      }
      case 'cell':
        if (!reference && !inSymptoms) await placeInline(entry, []);
        break;
      case 'fence': {
        const section = current();
        sectionOf.set(entry, section);
        const { reading, attributes } = fences.get(entry)!;
        const ways = waysOf(entry);
        if (item !== undefined && reading.seeds.length > 0) placeWaits(item);
        for (const written of reading.seeds) {
          const seed = withinWays(written, ways);
          const lines = linesOf(entry, seed);
          const title = seed.title ?? saidOfFence ?? item?.title ?? section.title;
          const phase = item?.phase ?? section.phases.length - 1;
          const placed = place(section, phase, {
            seed,
            attributes,
            number: item?.number ?? null,
            title,
            ...lines,
            fence: entry,
          });
          item?.steps.push(placed);
        }
        break;
      }
    }
  }
  await finishItem();
  return { sections, sectionOf };
}

/** "Wait 10 minutes.": nothing else is to be done, so nobody has to say that it was. */
const isWaitOnly = (text: string) =>
  !/[.;。]\s*\S/.test(text.trim()) &&
  !/\b(?:then|and (?:then )?(?!for\b)|und|dann|y luego|puis|et|e depois|затем|и)\s+\p{L}/iu.test(text);

function waitItemSeed(text: string, durationMs: number): StepSeed {
  return {
    ...manualSeed(text, { start: 0, end: 0 }),
    kind: 'wait',
    reason: 'it says to wait',
    action: { kind: 'wait', durationMs },
  };
}

/** "Run `x`", "Check: `x`", or nothing but `x`; a sentence that only speaks of a command is none. */
function isInstruction({ text, codes }: { text: string; codes: readonly InlineCode[] }): boolean {
  if (codes.length === 0) return false;
  const rest = codes.reduce((left, code) => left.replace(code.text, ''), text).trim();
  return (
    /^[\s,.;:()→–-]*$/.test(rest) ||
    /^[^.]{1,80}:[\s.]*$/.test(rest) ||
    /^(?:then |next,? |now |first,? |finally,? |please |to [^,]{1,60}, )?(?:run|execute|use|check|verify|confirm|try|issue|type|enter|delete|remove|restart|start|stop|scale|drain|cordon|uncordon|apply|roll ?back|list|get|show|inspect|look|see|view|find|kill|flush|clear|trigger|force|call|do|perform|invoke|führe|prüfe|ejecut\w+|verifi\w+|exécut\w+|vérifi\w+|execut\w+|выполни\w*|запусти\w*|проверь\w*|実行|运行|执行)/i.test(
      rest,
    )
  );
}

const isSymptoms = (title: string) =>
  /^(?:symptoms?|symptome|síntomas|sintomas|symptômes|sintomi|симптомы|症状|现象)\s*:?$/i.test(title.trim());

function linesOf(fence: FenceEntry, seed: StepSeed): { line: number; endLine: number } {
  const line = fence.firstLine + countNewlines(fence.text, seed.start);
  return { line, endLine: Math.max(line, fence.firstLine + countNewlines(fence.text, seed.end)) };
}

function countNewlines(text: string, until: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < until; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** A procedure for readers: phases in order, those without steps left out. */
export function procedureOf(section: Section, steps: readonly (RunbookStep & { phase: number })[]): RunbookProcedure {
  const phases = section.phases
    .map((title, phase) => ({
      title,
      steps: steps.filter((step) => step.phase === phase).map(({ phase: _, ...step }) => step),
    }))
    .filter((phase) => phase.steps.length > 0);
  const { slug, title, line, severity, responseWithinMs, symptoms } = section;
  return { slug, title, line, severity, responseWithinMs, symptoms, phases };
}
