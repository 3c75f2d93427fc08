import type { BlockClass } from '../../../contract/runbook.ts';
import { looksLikeNetwork } from '../consoles/classify-network.ts';
import { looksLikeRequests } from '../consoles/classify-requests.ts';
import { type ConsoleLanguage, consoleLanguageOf } from '../consoles/console-language.ts';
import { detectConsole, looksLikeQuery } from '../consoles/detect-console.ts';
import type { FenceEntry } from '../markdown/read-outline.ts';
import type { Verdict } from '../risk/verdict.ts';
import { MAX_SQL_CHARS } from '../syntax/parse-syntax.ts';
import { type BlockContext, type BlockReading, nothingRuns } from './block-reading.ts';
import {
  announcesTranscript,
  looksLikeCommands,
  looksLikeForm,
  looksLikeOutput,
  looksLikeUsage,
  mayBeSession,
  type Reading,
  readingByContent,
  readingByName,
} from './detect-language.ts';
import { withoutListSigns, withoutPrintedTables } from './output-lines.ts';
import { byHandSeed, readConsoleBlock } from './read-console.ts';
import { readSession } from './read-session.ts';
import { readShellBlock } from './read-shell-block.ts';
import { looksLikeSql, readPsqlSession, readSqlBlock } from './read-sql-block.ts';
import { readSessionLines } from './session-lines.ts';
import {
  isArrowsOnly,
  isLinksOnly,
  isOptionsOnly,
  isSectionsOnly,
  isSpacedSettings,
  isUnitOnly,
} from './shown-only.ts';
import { isTypedFence, readTypedFence } from './typed-fences.ts';
import { judgeToldLines, judgeUnknownPrompts } from './unknown-prompt.ts';

/** Says what a fence is and which steps are in it. Every fence gets an answer; what nobody knows is opaque. */
export async function readBlock(fence: FenceEntry, context: BlockContext): Promise<BlockReading> {
  const language = fence.language.toLowerCase();
  const text = fence.text;
  if (context.attributes.ignore === true) return nothingRuns('other', 'its author says to ignore it');
  if (text.trim() === '') return nothingRuns('other', 'it is empty');
  if (isTypedFence(language) && !isForeign(language, text)) return readTypedFence(language, text, context);
  const named = readingByName(language);
  if ((named === 'shell' || named === undefined) && isLinksOnly(text))
    return nothingRuns('sample', 'addresses to open: nothing to run');
  if (mayBeSession(language, text)) {
    const isShell = named === 'shell';
    if (isShell || named === 'sql') {
      const session = await readPsqlSession(text, context);
      if (session !== null) return session;
    }
    const session = readSessionLines(text, announcesTranscript(language), isShell);
    if (
      session !== null &&
      (session.prompted || isShell || (named === undefined && readingByContent(text) === 'shell'))
    ) {
      if (!session.prompted || session.lines.some((line) => line.kind === 'typed' || line.kind === 'entry')) {
        const reading = await readSession(session, text, context);
        return !session.prompted && reading.class === 'opaque' && looksLikeOutput(text)
          ? nothingRuns('sample', 'output shown as an example: nothing to run')
          : reading;
      }
    }
  }
  const reading = await readTyped(named, language, text, context);
  if (named === undefined && mayHideCommands(reading, text) && !announcesOutput(context.before ?? '')) {
    const told = await judgeToldLines(text);
    if (told !== null) return readTypedText(text, told);
  }
  return reading.class === 'opaque' &&
    announcesOutput(context.before ?? '') &&
    !looksLikeCommands(text) &&
    !/^\s*(?:[$/.]|sudo\s)/m.test(text)
    ? nothingRuns('sample', 'the text before it calls it output: nothing to run')
    : reading;
}

/** Output, queries, messages and boxes that nobody named; not settings, and not drawings of how one thing follows another. */
const mayHideCommands = (reading: BlockReading, text: string) =>
  reading.seeds.length === 0 && reading.class !== 'config' && !/[▲▶▼◀→←↑↓⇒]|-->|==>/u.test(text);

/** What stands without prompts, by its language or its content; SQL without the tables that were pasted below it. */
function readTyped(
  named: Reading | undefined,
  language: string,
  text: string,
  context: BlockContext,
): Promise<BlockReading> {
  const typed = named === undefined || named === 'sql' ? withoutPrintedTables(withoutListSigns(text)) : text;
  const reading = named ?? readingByContent(typed);
  return readAs(reading, language, reading === 'sql' ? typed : text, context);
}

/** "Expected output:", "which returns": what follows is not typed. */
function announcesOutput(before: string): boolean {
  const last = before
    .slice(-160)
    .split(/[.!?。]\s/)
    .at(-1)!
    .replace(/[\s:：*_]+$/, '');
  return (
    /^\W{0,4}(?:(?:the )?(?:expected|sample|example)(?: (?:output|result|response|reply))?(?: is)?|output|response|(?:ожидаем\p{L}* |пример |примерн\p{L}+ )?(?:вывод\p{L}?|ответ\p{L}?|результат\p{L}?)|ожидаем\p{L}*|идеал\p{L}*|(?:beispiel-?)?ausgabe|erwartete? \p{L}+|(?:exemple de )?(?:sortie|résultat)(?: attendue?)?|(?:ejemplo de )?salida(?: esperada| de ejemplo)?|(?:exemplo de )?saída(?: esperada| de exemplo)?|resultado esperado|(?:esempio di )?output(?: atteso| di esempio)?|出力例?|実行結果|期待.{0,6}|输出(?:示例|结果|如下)?|示例输出|預期輸出|预期输出|(?:örnek |beklenen )?çıktı(?:sı)?|(?:voorbeeld)?uitvoer|wynik|wyjście|risultato atteso|kết quả|출력(?: 예시| 결과)?|예상 출력|결과(?: 예시)?)$/iu.test(
      last,
    ) ||
    /\b(?:which|that|it) (?:(?:should|will|might|may) )?(?:shows?|returns?|prints?|outputs?|gives?|looks? like)(?: (?:something like|this|the following))?$/i.test(
      last,
    ) ||
    /\byou (?:should|will|might|may) (?:see|get)(?: (?:something like|this|the following|output like).{0,20})?$/i.test(
      last,
    )
  );
}

/** `http`, `input` or `check` fences of people who never heard of Holdfast. */
function isForeign(language: string, text: string): boolean {
  const first = text.trimStart().split('\n')[0]!;
  return (
    language === 'http' &&
    /^(?:HTTP\/\d|(?:GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)\s+(?!https?:\/\/|[<{$]))/.test(first)
  );
}

async function readAs(reading: Reading, language: string, text: string, context: BlockContext): Promise<BlockReading> {
  switch (reading) {
    case 'shell':
      return readShellOrOther(language, text, context);
    case 'sql':
      return (await looksLikeSql(text)) ? readSqlBlock(text, context) : readOddSql(text, context);
    case 'query':
      return nothingRuns('read', 'a query only reads');
    case 'config':
      // A request with its body, called JSON after the body.
      if (looksLikeRequests(text)) return readConsoleBlock('requests', text);
      if (!/^(?:ya?ml|json5?|toml|ini|conf|hcl|xml)$/.test(language) && looksLikeNetwork(text))
        return readConsoleBlock('network', text);
      return nothingRuns('config', 'configuration: nothing to run');
    case 'template':
      return nothingRuns('template', 'a text to fill in: nothing to run');
    case 'chat':
      return readChat(text);
    case 'diagram':
      return nothingRuns('other', 'a drawing: nothing to run');
    case 'sample':
      return nothingRuns('sample', 'shown as an example: nothing to run');
    case 'console':
      if (/^(?:ts|typescript)$/.test(language) && declaresOnly(text))
        return nothingRuns('sample', 'it only declares values and types: nothing to run');
      return languageOf(language, text) === 'python' && definesOnly(text)
        ? readDefinitions(text)
        : readConsoleBlock(languageOf(language, text), text);
    case 'code':
      return readConsoleBlock('js', text, {
        class: 'opaque',
        reason: `nothing is known about what this ${language} does`,
      });
    default: {
      if (isSectionsOnly(text)) return nothingRuns('config', 'sections of settings: nothing to run');
      if (await looksLikeSql(text)) return readSqlBlock(text, context);
      const typed = await judgeUnknownPrompts(text);
      if (typed !== null) return readTypedText(text, typed);
      return nothingRuns(/[.!?:=|\d]|^\s*[A-Z][^\n]*$/m.test(text) ? 'sample' : 'other', 'text that is no command');
    }
  }
}

/** What is typed where Holdfast cannot type: a person does it. */
function readTypedText(text: string, verdict: Verdict): BlockReading {
  const seed = byHandSeed(
    text,
    { start: 0, end: text.trimEnd().length },
    verdict,
    'it is typed where Holdfast cannot type',
    text,
  );
  return { class: verdict.class as BlockClass, reason: verdict.reason, seeds: [seed] };
}

/** A fence called a shell's may hold SQL, a console's code or a query all the same. */
async function readShellOrOther(language: string, text: string, context: BlockContext): Promise<BlockReading> {
  if (await looksLikeSql(text)) return readSqlBlock(text, context);
  if (isUnitOnly(text)) return nothingRuns('config', 'lines of a systemd unit: nothing to run');
  if (isSectionsOnly(text)) return nothingRuns('config', 'sections of settings: nothing to run');
  const console = detectConsole(text);
  // `clear` and `set` mean something else to a shell.
  if (console === 'network') return readConsoleBlock(console, text);
  const reading = await readShellBlock(text, context);
  if (reading.class === 'opaque' && (looksLikeForm(text) || looksLikeUsage(text)))
    return nothingRuns('template', 'a form to fill in: nothing to run');
  if (reading.class === 'opaque' && isSpacedSettings(text))
    return nothingRuns('config', 'lines of a file of settings: nothing to run');
  if (reading.class === 'opaque' && isArrowsOnly(text)) return nothingRuns('other', 'a drawing: nothing to run');
  if (reading.class === 'opaque' && looksLikeOutput(text))
    return nothingRuns('sample', 'output shown as an example: nothing to run');
  if (reading.class === 'opaque' && isOptionsOnly(text))
    return nothingRuns('sample', 'options without their command: nothing to run');
  if (reading.class === 'opaque' && looksLikeQuery(text)) return nothingRuns('read', 'a query only reads');
  if (console === undefined || reading.class !== 'opaque') return reading;
  // Not the shell's: nothing in it is a program anybody knows.
  const byConsole = await readConsoleBlock(console, text);
  return language === '' || byConsole.class !== 'opaque' ? byConsole : reading;
}

/** Python that says what a function is to do, and never calls it. */
function definesOnly(text: string): boolean {
  const outer = text.split('\n').filter((line) => /^[^\s#)\]]/.test(line));
  return (
    outer.some((line) => /^(?:async\s+)?def\s/.test(line)) &&
    outer.every((line) => /^(?:(?:async\s+)?def\s|class\s|@|import\s|from\s)/.test(line))
  );
}

/** TypeScript that holds settings or types of a program, and calls nothing. */
function declaresOnly(text: string): boolean {
  const code = text.replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, '');
  const outer = code.split('\n').filter((line) => /^[^\s})\]]/.test(line));
  return (
    outer.length > 0 &&
    outer.every((line) =>
      /^(?:export\s+)?(?:default\s+)?(?:const|let|type|interface|enum|import|declare)\b/.test(line),
    ) &&
    !/[\w$]\s*\(/.test(code)
  );
}

/** Functions that nothing calls run nothing; but what they are for shows where every call in them is known. */
async function readDefinitions(text: string): Promise<BlockReading> {
  const reading = await readConsoleBlock('python', text);
  return reading.class === 'change' || reading.class === 'destroy'
    ? reading
    : nothingRuns('sample', 'it only defines functions: nothing to run');
}

/** SQL that PostgreSQL's grammar does not know. */
async function readOddSql(text: string, context: BlockContext): Promise<BlockReading> {
  const reading = await readSqlBlock(text, context);
  if (reading.class !== 'opaque' || text.length > MAX_SQL_CHARS) return reading;
  return readConsoleBlock('mysql', text);
}

/** The console a fence names; a `js` fence that talks to `db.` is MongoDB's. */
function languageOf(language: string, text: string): ConsoleLanguage {
  const named = consoleLanguageOf(language);
  const found = detectConsole(text);
  if (named === undefined) return found ?? 'js';
  if (named === 'js' && found === 'mongo') return 'mongo';
  if (named === 'requests' && found !== 'requests') return found ?? 'requests';
  return named;
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
