import { beginsLikeSql } from '../consoles/classify-dialect-sql.ts';
import { looksLikeNetwork } from '../consoles/classify-network.ts';
import { looksLikeRedis } from '../consoles/classify-redis.ts';
import type { ConsoleLanguage } from '../consoles/console-language.ts';
import { detectConsole } from '../consoles/detect-console.ts';
import { type Opened, openedBy } from '../consoles/entered-consoles.ts';
import { DYNAMIC } from '../risk/shell-words.ts';
import { isKnownCommand } from './known-command.ts';
import { isAddress, isCommandLike, isHeading, jsonLines, printedLines } from './output-lines.ts';
import { type PromptLine, promptOf } from './prompts.ts';

/** Where a line was typed: this machine's shell, a shell that was entered, or a console. */
export type Place = 'shell' | 'remote' | ConsoleLanguage;

/** One line of a fence, and what it is. `from` is where the typed text begins in it. */
export type SessionLine = {
  kind: 'typed' | 'entry' | 'output' | 'comment' | 'blank';
  place: Place;
  from: number;
  text: string;
};

export type Session = { lines: SessionLine[]; prompted: boolean };

/**
 * Takes a fence apart into what was typed, where, and what was answered. Null for a text that is neither: no prompts and
 * nothing entered. `announced` says that its language promises a transcript (`console`), so that `# ls` is root's.
 */
export function readSessionLines(text: string, announced: boolean, shellByName: boolean): Session | null {
  const lines = text.split('\n');
  const prompts = lines.map(promptOf);
  const typedBare = bareText(lines, prompts);
  const bareIs = typedBare === '' ? undefined : bareLinesAre(typedBare);
  const roots = rootLines(lines, prompts, announced, shellByName);
  const prompted =
    prompts.some((prompt) => prompt.at !== undefined && prompt.at !== 'bare' && prompt.at !== 'continued') ||
    bareIs !== undefined ||
    roots.size > 0;
  const walked = prompted ? walkPrompted(lines, prompts, bareIs, roots, announced) : walkPlain(lines);
  const isSession = prompted || walked.some((line) => line.kind === 'entry' || line.kind === 'output');
  return isSession ? { lines: walked, prompted } : null;
}

function bareText(lines: readonly string[], prompts: readonly PromptLine[]): string {
  return lines.flatMap((line, at) => (prompts[at]!.at === 'bare' ? [line.slice(prompts[at]!.from)] : [])).join('\n');
}

/** What bare `> ` stands before: a console's code, a shell's commands, or (undefined) prose and quotes. */
function bareLinesAre(typed: string): Place | undefined {
  const console = detectConsole(typed.replace(/^# /gm, ''));
  if (console !== undefined) return console;
  if (beginsLikeSql(typed)) return 'mysql';
  if (typed.split('\n').every((line) => /^[a-z]+(?: [\w.*:-]+)*$/i.test(line) && looksLikeRedis(line.toUpperCase())))
    return 'redis';
  const first = typed.split('\n')[0]!;
  return isKnownCommand(/^(?:sudo\s+)?([\w./-]+)/.exec(first)?.[1] ?? '') && !isProse(first) ? 'shell' : undefined;
}

/** `NAME   READY   STATUS`: the head of a table that a program printed. */
const TABLE_HEAD =
  /^\s*[A-Z][A-Z0-9()%/_-]*(?: [A-Z][A-Z0-9()%/_-]*)*(?:\s{2,}[A-Z][A-Z0-9()%/_-]*(?: [A-Z][A-Z0-9()%/_-]*)*)+\s*$/;
/** Columns, as programs print them. */
const COLUMNS = /\S(?: {2,}|\t)\S/;
const startsWithCommand = (line: string) => isKnownCommand(/^\s*([\w.-]+)(?:\s|$)/.exec(line)?.[1] ?? '');

/** Lines such as `# systemctl stop x`, where `# ` is root's prompt and not a comment, and where the typed text begins. */
function rootLines(
  lines: readonly string[],
  prompts: readonly PromptLine[],
  announced: boolean,
  shellByName: boolean,
): Map<number, number> {
  const found = new Map<number, number>();
  const plainCommands = lines.some(
    (line, at) => prompts[at]!.at === undefined && !COLUMNS.test(line.trim()) && startsWithCommand(line),
  );
  const hosts = new Set(hostPrompts(lines));
  lines.forEach((line, at) => {
    const host = HOST_PROMPT.exec(line);
    if (host !== null && hosts.has(host[1]!)) {
      found.set(at, host[0].length);
      return;
    }
    const typed = /^\s*#\s+(\S.*)$/.exec(line)?.[1];
    if (typed === undefined || isProse(typed)) return;
    const from = line.length - typed.length;
    const isLoop = /^(?:for \w+ in .*;|while .*;|if \[.*;)/.test(typed);
    if (!isLoop && !isKnownCommand(/^(?:sudo\s+)?([\w./-]+)/.exec(typed)?.[1] ?? '')) return;
    if (announced) found.set(at, from);
    // Where plain commands stand beside it, `# ` begins a comment; where output does, it is a prompt.
    else if (!shellByName && !plainCommands && (isLoop || /^\s*#\s+[\w./-]+(?:\s+[^A-Z\s]\S*)*\s*$/.test(line)))
      found.set(at, from);
  });
  // A text of `# word` lines alone is comments as likely as commands; it is read elsewhere, with both in mind.
  const others = lines.some((line, at) => line.trim() !== '' && !/^\s*#/.test(line) && prompts[at]!.at === undefined);
  return others || announced || !shellByName ? found : new Map();
}

/** `web-3# systemctl stop x`, `ops@web-3 systemctl stop x`, `→ systemctl stop x`: a sign or a name, then what was typed. */
const HOST_PROMPT = /^\s*([A-Za-z][\w.-]{0,60}#|[\w.+-]{1,40}@[A-Za-z][\w.-]{0,60}:?|[→➜⇒❱»])\s+(?=\S)/u;

/** Which such words are prompts: those with a command, an assignment or a loop behind them, of a shell and no switch. */
function hostPrompts(lines: readonly string[]): string[] {
  if (looksLikeNetwork(lines.join('\n'))) return [];
  return lines.flatMap((line) => {
    const match = HOST_PROMPT.exec(line);
    if (match === null) return [];
    const typed = line.slice(match[0].length);
    const isTyped =
      /^(?:[A-Z_][A-Z0-9_]*=|(?:for|while|until|if)\s.*(?:do|then|;)?\s*$)/.test(typed) ||
      isKnownCommand(/^(?:sudo\s+)?([\w./-]+)(?=\s|$)/.exec(typed)?.[1] ?? '');
    return isTyped && !isProse(typed) ? [match[1]!] : [];
  });
}

/** "install the package", "check that it runs": words to people that happen to begin like a command. */
export function isProse(text: string): boolean {
  return (
    /^\S+\s+(?:the|a|an|all|any|that|this|these|those|if|for|to|and|or|your|our|it|its|is|are|was|be|in|on|of|from|with|by|at|as|how|which|what|whether|when|until|each|every|into|new|more|some|both|only|again|out)\b/i.test(
      text,
    ) ||
    (/[.:!?]$/.test(text.trim()) && !/[./]\.$|\s\.$/.test(text.trim()) && /^[\w ,'"()-]+[.:!?]$/.test(text.trim()))
  );
}

function walkPrompted(
  lines: readonly string[],
  prompts: readonly PromptLine[],
  bareIs: Place | undefined,
  roots: ReadonlyMap<number, number>,
  announced: boolean,
): SessionLine[] {
  const walked: SessionLine[] = [];
  let place: Place = 'shell';
  let entered: Place | undefined;
  let open = new Continuing();
  for (const [at, text] of lines.entries()) {
    const prompt =
      roots.has(at) && prompts[at]!.at === undefined ? { at: 'shell' as const, from: roots.get(at)! } : prompts[at]!;
    const add = (kind: SessionLine['kind'], from = 0, where: Place = place) =>
      walked.push({ kind, place: where, from, text });
    const type = (from: number, where: Place) => {
      place = where;
      const typed = text.slice(from);
      const opened = place === 'shell' || place === 'remote' ? openedByLine(typed) : undefined;
      open = new Continuing(typed, place);
      if (opened === undefined) {
        if (
          /^\s*(?:exit|logout|quit|\\q|\^D|exit\(\)|quit\(\))\s*;?$/.test(typed) &&
          (entered !== undefined || place !== 'shell')
        ) {
          add('blank');
          place = 'shell';
          entered = undefined;
          return;
        }
        add('typed', from);
        return;
      }
      add('entry', from);
      entered = placeOf(opened);
    };
    if (open.inHeredoc) {
      open.take(text);
      add('typed');
      continue;
    }
    if (text.trim() === '' && !open.goesOn) add('blank');
    else if (prompt.at === 'continued' || (prompt.at === undefined && open.goesOn)) {
      if (!open.mayGoOn) add('output');
      else {
        open.take(text.slice(prompt.from));
        add('typed', prompt.from);
      }
    } else if (prompt.at === 'bare') {
      if (open.goesOn) {
        open.take(text.slice(prompt.from));
        add('typed', prompt.from);
      } else {
        const where: Place | undefined =
          entered !== undefined && entered !== 'remote'
            ? entered
            : place !== 'shell' && place !== 'remote'
              ? place
              : bareIs;
        if (where === undefined) add('output');
        else type(prompt.from, where);
      }
    } else if (prompt.at === 'shell') {
      const isComment = /^#/.test(text.slice(prompt.from));
      if (isComment) add('comment', prompt.from, 'shell');
      else if (entered === 'remote') type(prompt.from, 'remote');
      else {
        entered = undefined;
        type(prompt.from, 'shell');
      }
    } else if (prompt.at !== undefined) {
      if (entered !== undefined && prompt.at !== entered && isSameFamily(prompt.at, entered))
        type(prompt.from, entered);
      else type(prompt.from, prompt.at);
    } else if (entered !== undefined && entered !== 'remote' && isTypedWithoutPrompt(lines, prompts, at, entered)) {
      type(0, entered);
    } else if (/^\s*#/.test(text) && (place === 'shell' || place === 'remote' || walked.at(-1)?.kind === 'blank'))
      add('comment', 0, 'shell');
    else if (
      !announced &&
      // What stands apart from a console's lines is the shell's again.
      (place === 'shell' || ['blank', 'comment'].includes(walked.at(-1)?.kind ?? '')) &&
      walked.at(-1)?.kind !== 'output' &&
      !COLUMNS.test(text.trim()) &&
      startsWithCommand(text) &&
      !isProse(text.trim())
    )
      type(0, 'shell');
    else add('output');
    if (walked.at(-1)!.kind === 'output') open = new Continuing();
  }
  return walked;
}

/** Without prompts everything is typed; what is entered takes the lines below it until it is left. */
function walkPlain(lines: readonly string[]): SessionLine[] {
  const walked: SessionLine[] = [];
  const stack: Place[] = ['shell'];
  let open = new Continuing();
  let printedUntil = 0;
  for (const [at, text] of lines.entries()) {
    const place = stack.at(-1)!;
    const isShell = place === 'shell' || place === 'remote';
    if (text.trim() === '' && !open.goesOn) {
      walked.push({ kind: 'blank', place, from: 0, text });
      continue;
    }
    if (open.goesOn) {
      open.take(text);
      walked.push({ kind: 'typed', place, from: 0, text });
      continue;
    }
    if (isShell && /^\s*#/.test(text)) {
      walked.push({ kind: 'comment', place, from: 0, text });
      continue;
    }
    // A prompt with nothing behind it, as people paste it; `>select 2` has its own.
    // A `>` alone is nothing to a shell either: bash takes it for an error.
    if (isShell ? /^\s*>\s*$/.test(text) : /^\s*(?:[\w.@:/-]{1,60}(?:\[\d+\])?)?[>#$]\s*$/.test(text)) {
      walked.push({ kind: 'blank', place, from: 0, text });
      continue;
    }
    const glued = isShell ? null : /^\s*>(?=[A-Za-z\\])/.exec(text);
    if (glued !== null) {
      open = new Continuing(text.slice(glued[0].length), place);
      walked.push({ kind: 'typed', place, from: glued[0].length, text });
      continue;
    }
    if (stack.length > 1 && /^\s*(?:exit|logout|quit|\\q|\^D|exit\(\)|quit\(\))\s*;?$/.test(text)) {
      walked.push({ kind: 'blank', place, from: 0, text });
      stack.pop();
      continue;
    }
    const above = walked.at(-1)?.kind;
    // A table below the command that prints it, as people paste both together.
    const inTable = above === 'output' && inTableOf(walked) && !(isCommandLike(text) && !COLUMNS.test(text.trim()));
    if (isShell && walked.length > 0 && (TABLE_HEAD.test(text) || inTable)) {
      walked.push({ kind: 'output', place, from: 0, text });
      continue;
    }
    if (at < printedUntil || (isShell && (isAddress(text) || isHeading(text)))) {
      walked.push({ kind: 'output', place, from: 0, text });
      continue;
    }
    if (isShell) {
      const printed =
        above === 'typed' || above === 'output'
          ? printedLines(lines, at, above === 'output' && !isAddress(walked.at(-1)!.text))
          : jsonLines(lines, at);
      if (printed > 0) {
        printedUntil = at + printed;
        walked.push({ kind: 'output', place, from: 0, text });
        continue;
      }
    }
    const opened = isShell ? openedByLine(text) : undefined;
    const follows = lines.slice(at + 1).some((line) => line.trim() !== '' && !/^\s*#/.test(line));
    if (opened !== undefined && follows) {
      walked.push({ kind: 'entry', place, from: 0, text });
      stack.push(placeOf(opened));
      continue;
    }
    open = new Continuing(text, place);
    walked.push({ kind: 'typed', place, from: 0, text });
  }
  return walked;
}

/** Whether the output above begins with the head of a table. */
function inTableOf(walked: readonly SessionLine[]): boolean {
  let at = walked.length - 1;
  while (at > 0 && walked[at - 1]!.kind === 'output') at--;
  return TABLE_HEAD.test(walked[at]!.text);
}

const placeOf = (opened: Opened): Place => (opened === 'shell' ? 'remote' : opened);
const isSameFamily = (left: Place, right: Place) =>
  [left, right].every((each) => ['sql', 'mysql'].includes(each)) ||
  [left, right].every((each) => ['mongo', 'js'].includes(each)) ||
  (left === 'redis' && right === 'mysql');

/** What one line of a shell leaves open, if it is a plain command and nothing else. */
export function openedByLine(written: string): Opened | undefined {
  const line = written.replace(/\\\r?\n\s*/g, ' ');
  // What goes on in the next line is not over yet.
  if (line.trim().includes('\n') || /\\\s*$/.test(line)) return undefined;
  const plain = line
    .replace(/\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\$\{[^}]*\}/g, DYNAMIC)
    .replace(/<[\w .-]+>/g, DYNAMIC)
    .replace(/\s+#\s.*$/, '')
    .trim();
  if (plain === '' || plain.length > 1_000) return undefined;
  const bare = plain.replace(/'[^']*'|"[^"]*"/g, 'x');
  // `cd dir && rails console`: the last of a list decides; pipes and redirections feed it something.
  if (/[|<]|(?<![0-9&])>(?!&)|&\s*$/.test(bare.replace(/&&/g, ';').replace(/2>\s*(?:&1|\/dev\/null)/g, '')))
    return undefined;
  const last =
    plain
      .split(/\s*(?:&&|;)\s*/)
      .filter((each) => each !== '')
      .at(-1) ?? '';
  const words = (last.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replace(/["']/g, ''));
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return first < 0 ? undefined : openedBy(words.slice(first));
}

/** After `$ psql`, lines without any prompt are typed only where they read like its language and no prompt of it follows. */
function isTypedWithoutPrompt(
  lines: readonly string[],
  prompts: readonly PromptLine[],
  at: number,
  entered: Place,
): boolean {
  const follows = prompts.slice(at).some((prompt) => prompt.at !== undefined && prompt.at !== 'shell');
  if (follows) return false;
  const line = lines[at]!;
  if (entered === 'sql' || entered === 'mysql') return beginsLikeSql(line) || /^\s*\\[a-z]/.test(line);
  if (entered === 'redis') return looksLikeRedis(line);
  return detectConsole(line) === entered || (entered === 'ruby' && /^[A-Za-z_:]+[\w:.]*(?:\.|\s*=\s*)[\w(]/.test(line));
}

/** The whole text with everything but these lines as blanks, prompts too, so that every position stays. */
export function keepLines(lines: readonly SessionLine[], keep: ReadonlySet<number>): string {
  return lines
    .map((line, at) =>
      keep.has(at) ? ' '.repeat(line.from) + line.text.slice(line.from) : ' '.repeat(line.text.length),
    )
    .join('\n');
}

/** Of a command over many lines only its end is looked at. */
const MAX_COMMAND_CHARS = 4_000;

/** Whether what was typed is complete, so that the next line without a prompt is its answer. */
class Continuing {
  #heredoc: string | undefined;
  #open = false;
  #level = 0;
  /** What was typed of this command so far: a quote may be opened in one line and closed in a later one. */
  #written = '';
  readonly mayGoOn: boolean;
  readonly #place: Place | undefined;

  constructor(typed?: string, place?: Place) {
    this.#place = place;
    this.mayGoOn = typed !== undefined;
    if (typed !== undefined) this.take(typed);
  }

  get inHeredoc(): boolean {
    return this.#heredoc !== undefined;
  }

  get goesOn(): boolean {
    return this.#heredoc !== undefined || this.#open || this.#level > 0;
  }

  take(line: string): void {
    if (this.#heredoc !== undefined) {
      if (line.trim() === this.#heredoc) this.#heredoc = undefined;
      return;
    }
    if (this.#place === 'shell' || this.#place === 'remote') {
      this.#heredoc = /<<-?\s*(["']?)([A-Za-z_]\w*)\1/.exec(line.replace(/<<</g, ''))?.[2];
      this.#written = `${this.#written}\n${line}`.slice(-MAX_COMMAND_CHARS);
      const plain = this.#written.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"|(?:^|\s)#.*$/gm, ' ');
      this.#open = /\\\s*$/.test(line) || /(?:\||&&)\s*$/.test(plain) || /['"]/.test(plain);
      const opens = plain.match(/(?:^|[;&|]\s*|\s)(?:do|then|case)(?=\s|$)|\{\s*$/gm)?.length ?? 0;
      const closes = plain.match(/(?:^|[;&|]\s*|\s)(?:done|fi|esac)(?=\s|$|;|\))|^\s*\}/gm)?.length ?? 0;
      this.#level = Math.max(0, opens - closes);
      return;
    }
    if (this.#place === 'sql' || this.#place === 'mysql') {
      this.#open = !/;\s*$|^\s*\\\S|\\[gGqxdl]\S*.*$|^\s*(?:use|show|help|source)\b/i.test(line);
      return;
    }
    const plain = line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, ' ');
    const opens = plain.match(/[([{]|\bdo\b/g)?.length ?? 0;
    const closes = plain.match(/[)\]}]|\bend\b/g)?.length ?? 0;
    this.#level = Math.max(0, this.#level + opens - closes);
  }
}
