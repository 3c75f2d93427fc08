import type { BlockContext, StepSeed } from '../blocks/block-reading.ts';
import { isKnownCommand } from '../blocks/known-command.ts';
import { byHandSeed, judgeConsole } from '../blocks/read-console.ts';
import { readShellBlock } from '../blocks/read-shell-block.ts';
import { beginsLikeSql } from '../consoles/classify-dialect-sql.ts';
import { detectConsole } from '../consoles/detect-console.ts';
import type { InlineCode } from '../markdown/read-outline.ts';

/** `kubectl get pods` in an item's own words is its command; a file name or a setting is not. */
export async function readInlineCommand(code: InlineCode, context: BlockContext): Promise<StepSeed | null> {
  const word = /^\s*([\w.-]+)\s+\S/.exec(code.text)?.[1];
  if (word === undefined || !isKnownCommand(word)) return readInlineConsole(code.text);
  const reading = await readShellBlock(code.text, context);
  const [seed, ...others] = reading.seeds;
  if (seed === undefined || others.length > 0 || seed.kind !== 'shell' || reading.class === 'opaque') return null;
  return { ...seed, start: 0, end: 0 };
}

/** `Account.find(1).unlock!` or `SELECT pg_promote();` in an item's own words: what a person types at a console. */
async function readInlineConsole(text: string): Promise<StepSeed | null> {
  const console = beginsLikeSql(text) ? 'mysql' : detectConsole(text);
  if (console === undefined || !/[(;.]|\s\S+\s/.test(text) || text.length > 2_000) return null;
  const verdict = await judgeConsole(console, text);
  const seed = byHandSeed(text, { start: 0, end: text.length }, verdict, 'it is typed where Holdfast cannot type');
  return { ...seed, start: 0, end: 0 };
}
