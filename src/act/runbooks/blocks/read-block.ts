import type { FenceEntry } from '../markdown/read-outline.ts';
import { type BlockContext, type BlockReading, manualSeed, nothingRuns } from './block-reading.ts';
import { commandsOfTranscript, readingOf, statementsOfSession } from './detect-language.ts';
import { readShellBlock } from './read-shell-block.ts';
import { looksLikeSql, readPsqlSession, readSqlBlock } from './read-sql-block.ts';
import { isTypedFence, readTypedFence } from './typed-fences.ts';

/** Languages that announce a transcript: their lines without a prompt are output. */
const IS_CONSOLE = /^(?:console|shell-?session|terminal|sh-session|bash-session)$/;

/** Says what a fence is and which steps are in it. Every fence gets an answer; what nobody knows is opaque. */
export async function readBlock(fence: FenceEntry, context: BlockContext): Promise<BlockReading> {
  const language = fence.language.toLowerCase();
  const text = fence.text;
  if (context.attributes.ignore === true) return nothingRuns('other', 'its author says to ignore it');
  if (text.trim() === '') return nothingRuns('other', 'it is empty');
  if (isTypedFence(language)) return readTypedFence(language, text, context);
  const reading = readingOf(language, text);
  switch (reading) {
    case 'shell':
      if (await looksLikeSql(text)) return readSqlBlock(text, context);
      return (await readPsqlSession(text, context)) ?? readShellBlock(text, context);
    case 'transcript':
      return readShellBlock(commandsOfTranscript(text, !IS_CONSOLE.test(language), IS_CONSOLE.test(language)), context);
    case 'sql-session':
      return readSqlBlock(statementsOfSession(text), context);
    case 'sql':
      return (await readPsqlSession(text, context)) ?? readSqlBlock(text, context);
    case 'query':
      return nothingRuns('read', 'a query only reads');
    case 'config':
      return nothingRuns('config', 'configuration: nothing to run');
    case 'template':
      return nothingRuns('template', 'a text to fill in: nothing to run');
    case 'chat':
      return readChat(text);
    case 'diagram':
      return nothingRuns('other', 'a drawing: nothing to run');
    case 'sample':
      return nothingRuns('sample', 'output shown as an example: nothing to run');
    case 'code':
      return {
        class: 'opaque',
        reason: `nothing is known about what this ${language || 'code'} does`,
        seeds: [
          manualSeed(
            text,
            { start: 0, end: text.trimEnd().length },
            {
              found: 'opaque',
              reason: `only a person can do this: Holdfast does not run ${language || 'it'}`,
              action: { kind: 'manual', text: `Run by hand: ${text}` },
            },
          ),
        ],
      };
    default:
      if (await looksLikeSql(text)) return readSqlBlock(text, context);
      return nothingRuns(/[.!?:]\s|^\s*[A-Z][^\n]*$/m.test(text) ? 'sample' : 'other', 'text that is no command');
  }
}

/** A line typed into a chat: a template, and where it declares an incident also a message to send. */
function readChat(text: string): BlockReading {
  const declares = text.split('\n').find((line) => /\b(?:DECLARE|EMERGENCY)\b/.test(line));
  const reading = nothingRuns('template', 'a chat message: nothing to run');
  if (declares === undefined) return reading;
  const start = text.indexOf(declares);
  const said = declares.replace(/^\s*\w+\s*:\s*/, '').trim();
  reading.seeds.push({
    kind: 'notify',
    title: null,
    body: declares,
    start,
    end: start + declares.length,
    found: null,
    reason: 'declares an incident',
    action: { kind: 'notify', text: said, channel: 'inbox' },
    inputs: [],
    bound: null,
    choice: null,
  });
  return reading;
}
