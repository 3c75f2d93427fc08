import type { BlockClass, StepAction } from '../../../contract/runbook.ts';
import { type InputMark, type MarkedText, markPlaceholders, marksIn, unmark } from '../parameters/mark-inputs.ts';
import { markVariables, type WorkedInput } from '../parameters/mark-variables.ts';
import { rewriteShell } from '../parameters/rewrite-shell.ts';
import { classifyChoices } from '../risk/classify-choices.ts';
import { classifyScript } from '../risk/classify-shell.ts';
import { ENTERED } from '../risk/special-call.ts';
import { type RunClass, riskiest, type Verdict } from '../risk/verdict.ts';
import { MAX_SYNTAX_CHARS, parseShell } from '../syntax/parse-syntax.ts';
import { childrenOf, type ShellTree, syntaxErrorIn, textOf } from '../syntax/shell-tree.ts';
import { type BlockContext, type BlockReading, type FoundInput, manualSeed, type StepSeed } from './block-reading.ts';
import { BY_HAND_MS, boundEndless, TIME_BOX_MS } from './bound-endless.ts';
import { choicesOf } from './choices.ts';
import { followsWork, titleFromComments, waitInComment, withoutNumber } from './comment-steps.ts';
import { isKnownCommand } from './known-command.ts';
import { openedByLine } from './session-lines.ts';
import { needsOneShell, type ShellSegment, splitShell, wholeSegment } from './split-shell.ts';
import { withoutTerminal } from './without-terminal.ts';

const CRONTAB_LINE =
  /^[ \t]*(?:(?:[\d*]+(?:[-/,][\d*]+)*[ \t]+){5}|@(?:hourly|daily|weekly|monthly|yearly|reboot)[ \t]+)\S.*$/gm;
const PROSE_LINE = /^\s*(?:#.*|\d+[.)]\s+[A-Z].*)?$/;
const REWRITTEN_TIMEOUT_MS = 300_000;

/** Reads a fence of commands: its class, and a step for each part that can stand alone. */
export async function readShellBlock(text: string, context: BlockContext): Promise<BlockReading> {
  if (text.length > MAX_SYNTAX_CHARS) return unreadable(text, `it is longer than ${MAX_SYNTAX_CHARS} characters`);
  const prose = readProse(text);
  if (prose !== null) return prose;
  const withoutCron = asShell(joinLostLines(text)).replace(CRONTAB_LINE, (line) => ' '.repeat(line.length));
  const hasCron = CRONTAB_LINE.test(text);
  CRONTAB_LINE.lastIndex = 0;
  if (hasCron && withoutCron.replace(/^\s*#.*$/gm, '').trim() === '') {
    return { class: 'config', reason: 'crontab lines are configuration', seeds: [] };
  }
  const marked = markPlaceholders(withoutCron, { exampleHosts: true });
  if (marked.full) return unreadable(text, 'it has too many places for values');
  const { numbers, worked } = await markVariables(marked, context.known);
  if (marked.full) return unreadable(text, 'it has too many places for values');
  const parsed = await parseShell(marked.text);
  if (!parsed.ok) return unreadable(text, parsed.reason);
  const segments = segmentsOf(parsed.tree, context);
  if (segments.every((segment) => segment.empty)) return (await rootPrompts(segments)) ?? commentsOnly(text, segments);
  const choices = choicesOf(segments);
  const seeds: StepSeed[] = [];
  const verdicts: Verdict[] = [];
  for (const [place, segment] of segments.entries()) {
    const choice = choices[place] ?? null;
    const about = { title: titleFromComments(segment.comments), choice };
    const waitMs = segment.comments.map(waitInComment).find((each) => each !== null) ?? null;
    if (waitMs !== null) seeds.push(waitSeed(segment, waitMs, about));
    if (place > 0 && !segment.empty && segment.comments.some(followsWork)) {
      const said = `Do the work in between. Next: ${segment.comments.map(withoutNumber).join(' ')}`;
      seeds.push(
        manualSeed(said, { start: segment.start, end: segment.start }, { title: 'Do the work in between', choice }),
      );
    }
    if (segment.empty) {
      const said = segment.comments.map(withoutNumber).join('\n');
      if (waitMs === null && isInstruction(said, segments.length)) seeds.push(manualSeed(said, segment, about));
      continue;
    }
    if (isSettingsOnly(parsed.tree, segment, context)) continue;
    const judged = await readSegment(text, marked, { numbers, worked }, segment);
    verdicts.push(judged.verdict);
    seeds.push({ ...judged.seed, ...about });
  }
  if (verdicts.length === 0) return { class: 'config', reason: 'it only shows settings', seeds: [] };
  const worst = riskiest(verdicts);
  return { class: worst.class as BlockClass, reason: worst.reason, seeds };
}

/**
 * A line of options belongs to the command above it, also where the backslash between them was lost: they decide what it
 * does. The line break becomes a blank, so that every position stays.
 */
function joinLostLines(text: string): string {
  // Inside a heredoc such lines are what is written, not options.
  if (text.includes('<<')) return text;
  return text.replace(/^([^\n#]*[^\s\\|&;#])\n(?=[ \t]*--[a-z][\w-]*(?:[= ]|$))/gim, '$1 ');
}

/** `// the backups` is a comment, and `$heroku ps` was typed at a prompt. Every position stays. */
function asShell(text: string): string {
  if (text.includes('<<') || !/^(?:\/\/\s|[ \t]*\$[a-z])/m.test(text)) return text;
  let inQuotes = false;
  const lines = text.split('\n').map((line) => {
    const quoted = inQuotes;
    if (/^(?:\/\/\s|[ \t]*#)/.test(line) && !quoted) return line.replace(/^\/\//, '# ');
    if ((line.match(/(?<!\\)["'`]/g) ?? []).length % 2 === 1) inQuotes = !inQuotes;
    const glued = quoted ? null : /^([ \t]*)\$([a-z][a-z-]*)(?=\s)/.exec(line);
    return glued !== null && isKnownCommand(glued[2]!) && !new RegExp(`\\b${glued[2]}=`).test(text)
      ? `${glued[1]} ${line.slice(glued[1]!.length + 1)}`
      : line;
  });
  return lines.join('\n');
}

function segmentsOf(tree: ShellTree, context: BlockContext): ShellSegment[] {
  const keepWhole =
    Object.keys(context.attributes).length > 0 || syntaxErrorIn(tree) !== undefined || needsOneShell(tree);
  return keepWhole ? [wholeSegment(tree)] : splitShell(tree);
}

/** One segment as a step: what it does, bounded if it never ends, its parameters read from the environment. */
async function readSegment(
  written: string,
  marked: MarkedText,
  { numbers, worked }: { numbers: readonly string[]; worked: readonly WorkedInput[] },
  segment: ShellSegment,
): Promise<{ seed: StepSeed; verdict: Verdict }> {
  const script = marked.text.slice(segment.start, segment.end);
  const body = written.slice(segment.start, segment.end);
  const plain = (text: string) => unmark(text, marked.marks, written);
  const judged = riskiest([
    await classifyChoices(script, marked.marks),
    ...(openedByLine(body) === undefined ? [] : [ENTERED]),
  ]);
  const verdict = { ...judged, reason: plain(judged.reason) };
  const inputs = inputsOf(script, marked.marks, segment, numbers, written);
  const at = { start: segment.start, end: segment.end };
  if (judged.byHand) {
    const text = `Run by hand: ${body}`;
    return {
      verdict,
      seed: manualSeed(body, at, {
        found: verdict.class,
        reason: `only a person can do this: ${verdict.reason}`,
        inputs,
        bound: { how: 'time-box', body, timeoutMs: BY_HAND_MS, why: 'it lasts until the person leaves it' },
        action: { kind: 'manual', text },
      }),
    };
  }
  const bounded = await boundEndless(script);
  const unfilled = worked.find((each) => script.includes(each.text));
  const rewritten = unfilled
    ? {
        ok: false as const,
        reason: `<${unfilled.name}> stands in ${unfilled.text}, which would not see its value: write "value=$${unfilled.name}" first and use that`,
      }
    : await rewriteShell(
        await withoutTerminal(bounded?.script ?? script),
        marked.marks,
        numbers.filter((name) => new RegExp(`\\b${name}\\b`).test(script)),
      );
  const bound = bounded && {
    how: bounded.how,
    body: plain(bounded.script),
    timeoutMs: bounded.how === 'time-box' ? TIME_BOX_MS : REWRITTEN_TIMEOUT_MS,
    why: bounded.why,
  };
  if (!rewritten.ok) {
    const text = `Run by hand: ${body}`;
    return {
      verdict,
      seed: manualSeed(body, at, {
        found: verdict.class,
        reason: `only a person can do this: ${rewritten.reason}`,
        problem: { rule: 'no-safe-form', message: rewritten.reason },
        inputs,
        bound,
        action: { kind: 'manual', text },
      }),
    };
  }
  const action: StepAction = { kind: 'shell', script: rewritten.script, parameters: rewritten.parameters };
  return {
    verdict,
    seed: {
      kind: 'shell',
      title: null,
      body,
      ...at,
      found: verdict.class,
      reason: verdict.reason,
      action,
      inputs,
      bound,
      choice: null,
    },
  };
}

function inputsOf(
  script: string,
  marks: readonly InputMark[],
  segment: ShellSegment,
  numbers: readonly string[],
  written: string,
): FoundInput[] {
  const found: FoundInput[] = marksIn(script, marks)
    .filter((mark) => !isInComment(written, mark.start))
    .map((mark) => ({
      name: mark.name,
      source: mark.source,
      type: numbers.includes(mark.name) ? 'integer' : mark.type,
      offset: mark.start,
    }));
  for (const name of numbers) {
    const offset = script.search(new RegExp(`\\b${name}\\b`));
    if (offset >= 0 && !found.some((input) => input.name === name))
      found.push({ name, source: 'env', type: 'integer', offset: segment.start + offset });
  }
  return found;
}

function isInComment(text: string, offset: number): boolean {
  return /^\s*#/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset));
}

function waitSeed(segment: ShellSegment, durationMs: number, about: Pick<StepSeed, 'title' | 'choice'>): StepSeed {
  return {
    kind: 'wait',
    body: segment.comments.join('\n'),
    start: segment.start,
    end: segment.end,
    found: null,
    reason: 'its comment says to wait',
    action: { kind: 'wait', durationMs },
    inputs: [],
    bound: null,
    ...about,
  };
}

/** "1. Simulate failure" in a fence that claims to be shell: a list for people. */
function readProse(text: string): BlockReading | null {
  const lines = text.split('\n');
  if (!lines.every((line) => PROSE_LINE.test(line)) || !lines.some((line) => /^\s*\d/.test(line))) return null;
  const seeds: StepSeed[] = [];
  let offset = 0;
  for (const line of lines) {
    const said = withoutNumber(line.trim());
    if (/^\s*\d/.test(line))
      seeds.push(manualSeed(said, { start: offset, end: offset + line.length }, { title: said }));
    offset += line.length + 1;
  }
  return { class: 'other', reason: 'it is a list for people, no commands', seeds };
}

/**
 * `# systemctl stop x`: a comment, or what root typed at a prompt. Where every line could be either, the riskier reading
 * counts; a person decides, so nothing of it runs by itself.
 */
async function rootPrompts(segments: readonly ShellSegment[]): Promise<BlockReading | null> {
  const typed = segments
    .flatMap((segment) => segment.comments)
    .filter((comment) => isKnownCommand(/^(\S+) \S/.exec(comment)?.[1] ?? ''));
  if (typed.length === 0) return null;
  const script = typed.join('\n');
  const verdict = await classifyScript(script);
  if (verdict.class === 'read' || verdict.class === 'check') return null;
  const { start } = segments[0]!;
  const { end } = segments.at(-1)!;
  const reason = `its lines are comments, or commands at a root prompt: ${verdict.reason}`;
  const seed = manualSeed(
    script,
    { start, end },
    {
      found: verdict.class,
      reason,
      problem: { rule: 'root-or-comment', message: reason },
      action: { kind: 'manual', text: `Run by hand, if these are commands: ${script}` },
    },
  );
  return { class: verdict.class as BlockClass, reason, seeds: [seed] };
}

function commentsOnly(text: string, segments: readonly ShellSegment[]): BlockReading {
  const said = segments
    .flatMap((segment) => segment.comments)
    .map(withoutNumber)
    .join('\n');
  const seeds = said === '' ? [] : [manualSeed(said, { start: 0, end: text.length }, { title: said.split('\n')[0]! })];
  return { class: 'other', reason: 'it holds comments only', seeds };
}

/** A comment that stands alone between commands is an instruction; a heading-like one is not. */
function isInstruction(said: string, segments: number): boolean {
  return (
    segments > 1 &&
    /^(?:edit|manually|perform|apply|update|notify|inform|confirm|ask|call|open|log in|login|increase|decrease|set|change|ensure|make sure|verify|check|\.\.\.)\b/i.test(
      said,
    )
  );
}

/** `GOGC=50 # …` or `resources:` lines: settings shown in a fence of commands, nothing that runs. */
function isSettingsOnly(tree: ShellTree, segment: ShellSegment, { known }: BlockContext): boolean {
  const nodes = childrenOf(tree, tree.nodes[0]!).filter(
    (node) => node.named && node.type !== 'comment' && node.start >= segment.start && node.end <= segment.end,
  );
  const isYaml =
    nodes.length > 0 &&
    nodes.every(
      (node) =>
        node.type === 'command' &&
        /^(?!(?:run|execute|then|next|first|finally):)[\w.-]+:(?:\s|$)/i.test(textOf(tree, node)),
    );
  // What a later script uses is set for it, as it would be in one terminal.
  const isAssignments =
    nodes.length > 0 &&
    nodes.every(
      (node) =>
        node.type === 'variable_assignment' &&
        !/[$`]/.test(textOf(tree, node)) &&
        !known.expanded.has(/^\w*/.exec(textOf(tree, node))?.[0] ?? ''),
    );
  return isYaml || isAssignments;
}

function unreadable(text: string, reason: string): BlockReading {
  const found: RunClass = 'opaque';
  const why = `it cannot be read as bash: ${reason}`;
  return {
    class: 'opaque',
    reason: why,
    seeds: [
      manualSeed(
        text,
        { start: 0, end: text.length },
        {
          found,
          reason: `only a person can do this: ${why}`,
          action: { kind: 'manual', text: `Run by hand: ${text}` },
        },
      ),
    ],
  };
}
