import type { BlockClass } from '../../../contract/runbook.ts';
import { markPlaceholders } from '../parameters/mark-inputs.ts';
import { markVariables } from '../parameters/mark-variables.ts';
import { classifyScript } from '../risk/classify-shell.ts';
import { riskiest, type Verdict } from '../risk/verdict.ts';
import type { BlockContext, BlockReading, FoundInput, StepSeed } from './block-reading.ts';
import { BY_HAND_MS } from './bound-endless.ts';
import { byHandSeed, judgeConsole } from './read-console.ts';
import { readShellBlock } from './read-shell-block.ts';
import { readSqlBlock } from './read-sql-block.ts';
import { keepLines, type Place, type Session, type SessionLine } from './session-lines.ts';

/** A stretch of lines typed in one place. `entry` is the command that opened it, where that is written. */
type Part = { place: Place; lines: number[]; entry: number | null };

/**
 * A transcript, or commands that enter a console: what was typed is judged in the language of the place it was typed in,
 * what was answered is left out. Shell commands become steps that run; what is typed elsewhere is done by a person.
 */
export async function readSession(session: Session, text: string, context: BlockContext): Promise<BlockReading> {
  const { lines } = session;
  const offsets: number[] = [];
  let offset = 0;
  for (const line of lines) {
    offsets.push(offset);
    offset += line.text.length + 1;
  }
  const readings: { class: BlockClass; reason: string }[] = [];
  const seeds: StepSeed[] = [];
  for (const part of partsOf(lines)) {
    const typed = typedText(lines, part.lines);
    if (part.place === 'shell') {
      const reading = await readShellBlock(
        keepLines(lines, new Set([...part.lines, ...commentsOf(lines, part)])),
        context,
      );
      readings.push(reading);
      seeds.push(...reading.seeds);
      continue;
    }
    if (part.place === 'sql' && part.entry === null) {
      const reading = await readSqlBlock(keepLines(lines, new Set(part.lines)), context);
      readings.push(reading);
      seeds.push(...reading.seeds);
      continue;
    }
    const verdicts: Verdict[] = [
      part.place === 'remote' ? await classifyScript(typed) : await judgeConsole(part.place, typed),
    ];
    if (part.entry !== null) {
      const entry = lines[part.entry]!;
      const opened = await classifyScript(entry.text.slice(entry.from));
      // Opening the door does nothing by itself; starting a container for it does.
      if (opened.byHand !== true && opened.class !== 'opaque') verdicts.push(opened);
      if (STARTS_CONTAINER.test(entry.text))
        verdicts.push({ class: 'change', reason: 'starts a container to work in' });
    }
    const verdict = withoutHand(riskiest(verdicts));
    const first = part.entry ?? part.lines[0]!;
    const last = part.lines.at(-1)!;
    const start = offsets[first]! + lines[first]!.text.search(/\S/);
    const end = offsets[last]! + lines[last]!.text.trimEnd().length;
    readings.push({ class: verdict.class as BlockClass, reason: verdict.reason });
    const own = new Set(part.entry === null ? part.lines : [part.entry, ...part.lines]);
    const at = { start, end };
    const seed = byHandSeed(text, at, verdict, 'it is typed where Holdfast cannot type', keepLines(lines, own));
    if (part.place === 'remote') seed.inputs = await inputsOfShell(keepLines(lines, own), at, context);
    if (part.entry !== null)
      seed.bound = {
        how: 'time-box',
        body: seed.body,
        timeoutMs: BY_HAND_MS,
        why: 'it lasts until the person leaves it',
      };
    seeds.push(seed);
  }
  if (readings.length === 0)
    return { class: 'sample', reason: 'output shown as an example: nothing to run', seeds: [] };
  const order: readonly BlockClass[] = [
    'other',
    'sample',
    'template',
    'config',
    'read',
    'check',
    'change',
    'opaque',
    'destroy',
  ];
  const worst = readings.reduce((left, right) =>
    order.indexOf(right.class) > order.indexOf(left.class) ? right : left,
  );
  seeds.sort((left, right) => left.start - right.start);
  return { class: worst.class, reason: worst.reason, seeds };
}

/** Entering one of these makes it first. */
const STARTS_CONTAINER =
  /\b(?:docker|podman|nerdctl)(?:[ -]compose)?\s+(?:[^|;&]*\s)?run\b|\b(?:kubectl|oc|k)\s+(?:[^|;&]*\s)?(?:run|debug)\b/;

/** Placeholders and unset variables of what is typed into another machine's shell. */
async function inputsOfShell(
  typed: string,
  at: { start: number; end: number },
  context: BlockContext,
): Promise<FoundInput[]> {
  const marked = markPlaceholders(typed.slice(at.start, at.end), { exampleHosts: true });
  await markVariables(marked, context.known);
  return marked.marks.map(({ name, source, type, start }) => ({ name, source, type, offset: at.start + start }));
}

const withoutHand = ({ class: found, reason }: Verdict): Verdict => ({ class: found, reason });

/** Lines typed one after another in one place. An entry with nothing typed behind it stays a command of the shell. */
function partsOf(lines: readonly SessionLine[]): Part[] {
  const parts: Part[] = [];
  let entry: number | null = null;
  for (const [at, line] of lines.entries()) {
    if (line.kind === 'entry') {
      const next = lines.slice(at + 1).find((each) => each.kind === 'typed' || each.kind === 'entry');
      const isUsed = next !== undefined && next.place !== line.place;
      if (isUsed && (line.place === 'shell' || entry === null)) {
        entry ??= at;
        continue;
      }
      if (isUsed) continue;
    }
    if (line.kind !== 'typed' && line.kind !== 'entry') continue;
    const last = parts.at(-1);
    if (last !== undefined && last.place === line.place && (entry === null || line.place === 'shell'))
      last.lines.push(at);
    else {
      parts.push({ place: line.place, lines: [at], entry: line.place === 'shell' ? null : entry });
    }
    entry = null;
  }
  return parts;
}

const typedText = (lines: readonly SessionLine[], places: readonly number[]) =>
  places.map((at) => lines[at]!.text.slice(lines[at]!.from)).join('\n');

/** Comments beside a part's lines belong to it: they title its steps. */
function commentsOf(lines: readonly SessionLine[], part: Part): number[] {
  const first = part.lines[0]!;
  const last = part.lines.at(-1)!;
  let from = first;
  while (from > 0 && (lines[from - 1]!.kind === 'comment' || lines[from - 1]!.kind === 'blank')) from--;
  return lines.flatMap((line, at) => (line.kind === 'comment' && at >= from && at <= last ? [at] : []));
}
