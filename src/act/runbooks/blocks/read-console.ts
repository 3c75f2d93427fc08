import type { BlockClass } from '../../../contract/runbook.ts';
import { classifyConsole } from '../consoles/classify-console.ts';
import type { ConsoleLanguage } from '../consoles/console-language.ts';
import { markPlaceholders } from '../parameters/mark-inputs.ts';
import { classifyScript } from '../risk/classify-shell.ts';
import { riskiest, type Verdict } from '../risk/verdict.ts';
import { type BlockReading, type FoundInput, manualSeed, type StepSeed } from './block-reading.ts';

const TOLD: Readonly<Record<ConsoleLanguage, string>> = {
  ruby: 'Ruby',
  python: 'Python',
  js: 'JavaScript',
  mongo: 'the shell of MongoDB',
  php: 'PHP',
  erlang: 'Erlang',
  redis: "redis-cli's prompt",
  sql: "a database's prompt",
  mysql: "a database's prompt",
  cypher: 'Cypher',
  requests: 'requests',
  powershell: 'PowerShell',
  cmd: "Windows' command line",
  network: 'network devices',
  query: 'a query',
};

/** What console code would do. */
export function judgeConsole(language: ConsoleLanguage, text: string): Promise<Verdict> {
  return classifyConsole(language, text, (script) => classifyScript(script));
}

/** Code for a console: classed by what its calls do, and a step for a person, since Holdfast has no such console. */
export async function readConsoleBlock(
  language: ConsoleLanguage,
  text: string,
  atLeast?: Verdict,
): Promise<BlockReading> {
  const judged = await judgeConsole(language, text);
  const verdict = atLeast === undefined ? judged : riskiest([judged, atLeast]);
  if (language === 'query') return { class: 'read', reason: verdict.reason, seeds: [] };
  const seed = byHandSeed(
    text,
    { start: firstCharacter(text), end: text.trimEnd().length },
    verdict,
    `Holdfast has no console for ${TOLD[language]}`,
    text,
    language === 'js' || language === 'php',
  );
  return { class: verdict.class as BlockClass, reason: verdict.reason, seeds: [seed] };
}

/** A stretch of a fence that only a person can carry out, with the questions in it. */
export function byHandSeed(
  text: string,
  at: { start: number; end: number },
  verdict: Verdict,
  why: string,
  /** What was typed, at the same places: output asks nothing. */
  typed = text,
  /** Languages in which `<T>` is everyday grammar: only what is written like a question is one. */
  isTyped = false,
): StepSeed {
  const body = text.slice(at.start, at.end);
  const said = typed.slice(at.start, at.end);
  const inputs: FoundInput[] = markPlaceholders(said, { brackets: false })
    .marks.filter((mark) => !isTyped || !/^<[\w$.]+(?:,? [\w$.]+)*>$/.test(said.slice(mark.start, mark.end)))
    .map((mark) => ({
      name: mark.name,
      source: mark.source,
      type: mark.type,
      offset: at.start + mark.start,
    }));
  return manualSeed(body, at, {
    found: verdict.class,
    reason: `only a person can do this: ${why}; ${verdict.reason}`,
    inputs,
    action: { kind: 'manual', text: `Run by hand: ${body}` },
  });
}

const firstCharacter = (text: string) => Math.max(0, text.search(/\S/));
