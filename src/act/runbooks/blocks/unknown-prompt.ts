import { beginsLikeSql } from '../consoles/classify-dialect-sql.ts';
import { detectConsole } from '../consoles/detect-console.ts';
import { classifyScript } from '../risk/classify-shell.ts';
import { riskiest, type Verdict } from '../risk/verdict.ts';
import { destroysAlone, isKnownCommand } from './known-command.ts';
import { judgeConsole } from './read-console.ts';
import { isProse } from './session-lines.ts';

/** `ceph> osd out 3`, `sql> drop table x;`: a prompt by its looks, of a console that is not in the list of prompts. */
const PROMPT = /^\s*([a-z][\w.-]{0,30})(?:\([^)\n]{0,40}\)|\[[^\]\n]{0,40}\])?[:\d]*>\s+(?=[A-Za-z])(.+)$/i;

/** `→ kubectl delete ns x`, `Run: reboot`, `"dropdb shop"`: what stands before a command that people are told to type. */
const LEAD =
  /^\s*(?:(?:[-*•→➜⇒]|=>|\d{1,2}[.)]|\[[ x]\]|["'“`]|(?:run|execute|then|next|first|finally):)\s*){0,3}([\w./-].*?)["'”`]?\s*$/i;
/** `│ kubectl delete ns x │`: a line of a box around what people are told to type, with nothing else in it. */
const BOXED = /^\s*([|│║┃])\s*([^|│║┃]*?)\s*\1\s*$/u;
/** Consoles whose lines no sentence looks like. */
const TOLD_CONSOLES: ReadonlySet<string> = new Set(['mongo', 'requests', 'ruby', 'powershell']);
/** More lines than these are not looked at one by one. */
const MAX_TOLD_LINES = 200;
const MAX_TOLD_CHARS = 1_000;

/** What destroys when it is typed, line by line, in a text that is otherwise output, a query or words; null without any. */
export async function judgeToldLines(text: string): Promise<Verdict | null> {
  const verdicts: Verdict[] = [];
  for (const line of text.split('\n').slice(0, MAX_TOLD_LINES))
    verdicts.push(...(await judgeTold(line.slice(0, MAX_TOLD_CHARS))));
  return verdicts.length === 0 ? null : riskiest(verdicts);
}

/** What is typed at prompts nobody here knows, and what destroys among words, line by line; null for a text without any. */
export async function judgeUnknownPrompts(text: string): Promise<Verdict | null> {
  const verdicts: Verdict[] = [];
  for (const line of text.split('\n').slice(0, MAX_TOLD_LINES)) {
    const match = PROMPT.exec(line.slice(0, MAX_TOLD_CHARS));
    if (match !== null) verdicts.push(await judgeTyped(match[1]!, match[2]!));
    else verdicts.push(...(await judgeTold(line.slice(0, MAX_TOLD_CHARS))));
  }
  return verdicts.length === 0 ? null : riskiest(verdicts);
}

async function judgeTyped(prompt: string, typed: string): Promise<Verdict> {
  if (beginsLikeSql(typed)) return judgeConsole('mysql', typed);
  const console = detectConsole(typed);
  if (console !== undefined) return judgeConsole(console, typed);
  // The shell of a tool takes the tool's own verbs.
  if (isKnownCommand(prompt)) return classifyScript(`${prompt} ${typed}`);
  if (isKnownCommand(typed.split(/\s/, 1)[0]!)) return classifyScript(typed);
  return { class: 'opaque', reason: `it is typed at the prompt ${prompt}>, which nobody here knows` };
}

/** A line among words that takes something away if it is typed: it is never taken for words alone. */
async function judgeTold(line: string): Promise<Verdict[]> {
  const typed = LEAD.exec(BOXED.exec(line)?.[2] ?? line)?.[1];
  if (typed === undefined) return [];
  const isStatement = beginsLikeSql(typed) && /;$/.test(typed);
  // `DELETE FROM carts;` reads like a sentence, but for its end.
  if (!isStatement && isProse(typed)) return [];
  if (destroysAlone(typed)) return [{ class: 'destroy', reason: 'takes a machine down, or empties a store' }];
  let verdict: Verdict | undefined;
  const console = isStatement ? 'mysql' : detectConsole(typed);
  // `Remove-Item : Cannot find path`: what a console answered.
  if (console !== undefined && (isStatement || (TOLD_CONSOLES.has(console) && !/^\S+\s+:\s/.test(typed))))
    verdict = await judgeConsole(console, typed);
  else if (/\s/.test(typed) && isKnownCommand(/^(?:sudo\s+)?([\w./-]+)\s/.exec(typed)?.[1] ?? ''))
    verdict = await classifyScript(typed);
  return verdict?.class === 'destroy' ? [verdict] : [];
}
