import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ShellTree } from './shell-tree.ts';
import type { SyntaxReply, SyntaxRequest } from './syntax-worker.ts';

/** A fence longer than this is not read but treated as opaque: 64 KiB of commands is no runbook step. */
export const MAX_SYNTAX_CHARS = 65_536;
/** PostgreSQL's scanner takes time that grows with the square of some texts, so it gets less. */
export const MAX_SQL_CHARS = 32_768;
/** After this many characters the worker is replaced, because WebAssembly memory never shrinks. */
const CHARS_PER_WORKER = 4 * 1_024 * 1_024;
/** Covers a cold start of both parsers on a busy machine; a parse itself is limited in the worker. */
const REPLY_LIMIT_MS = 15_000;
/** Nobody has asked for so long: its hundred megabytes are worth more than the moment a new one takes. */
const IDLE_MS = 5_000;

type NotParsed = { ok: false; reason: string; position: number | null };
type ShellParse = { ok: true; tree: ShellTree } | NotParsed;
type SqlParse = { ok: true; statements: SqlStatementSyntax[] } | NotParsed;
/** PostgreSQL's own parse tree of one statement, with the text it was written as. */
export type SqlStatementSyntax = { text: string; start: number; node: Record<string, unknown> };

type Waiting = { resolve: (reply: SyntaxReply) => void; timer: NodeJS.Timeout };
type Thread = { worker: Worker; waiting: Map<number, Waiting>; chars: number };

let thread: Thread | undefined;
let idleTimer: NodeJS.Timeout | undefined;
let nextId = 1;

function startThread(): Thread {
  // The published package holds .js, a checkout .ts; the worker is always written like this file.
  const file = new URL(`./syntax-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { execArgv: [], stderr: false, resourceLimits: { maxOldGenerationSizeMb: 256 } });
  const started: Thread = { worker, waiting: new Map(), chars: 0 };
  worker.unref();
  worker.on('message', (reply: SyntaxReply) => settle(started, reply));
  worker.on('error', () => retire(started, 'the reader gave up on it'));
  worker.on('exit', () => retire(started, 'the reader ended while reading it'));
  return started;
}

function settle(from: Thread, reply: SyntaxReply): void {
  const waiting = from.waiting.get(reply.id);
  if (waiting === undefined) return;
  from.waiting.delete(reply.id);
  clearTimeout(waiting.timer);
  waiting.resolve(reply);
  if (from.waiting.size === 0) {
    from.worker.unref();
    if (from !== thread) void from.worker.terminate();
    else restWhenIdle();
  }
}

function restWhenIdle(): void {
  clearTimeout(idleTimer);
  idleTimer = setTimeout(() => {
    if (thread === undefined || thread.waiting.size > 0) return;
    const resting = thread;
    thread = undefined;
    void resting.worker.terminate();
  }, IDLE_MS);
  idleTimer.unref();
}

/** Answers everything still waiting and never uses this thread again. */
function retire(from: Thread, reason: string): void {
  if (thread === from) thread = undefined;
  for (const id of [...from.waiting.keys()]) settle(from, { id, ok: false, reason, position: null });
  void from.worker.terminate();
}

function ask(kind: SyntaxRequest['kind'], text: string): Promise<SyntaxReply> {
  const limit = kind === 'sql' ? MAX_SQL_CHARS : MAX_SYNTAX_CHARS;
  if (text.length > limit) {
    return Promise.resolve({
      id: 0,
      ok: false,
      reason: `it is longer than ${limit} characters`,
      position: null,
    });
  }
  if (thread !== undefined && thread.chars > CHARS_PER_WORKER) {
    const old = thread;
    thread = undefined;
    if (old.waiting.size === 0) void old.worker.terminate();
  }
  thread ??= startThread();
  const on = thread;
  on.chars += text.length;
  const id = nextId++;
  return new Promise((resolve) => {
    const timer = setTimeout(() => retire(on, 'reading it took too long'), REPLY_LIMIT_MS);
    on.waiting.set(id, { resolve, timer });
    // While a question is open the process must stay to hear the answer; otherwise the thread holds nothing alive.
    on.worker.ref();
    on.worker.postMessage({ id, kind, text } satisfies SyntaxRequest);
  });
}

/** Starts the thread for what will be asked soon, while its asker does something else. */
export function expectShell(): void {
  if (thread === undefined) void ask('shell', '');
}

/** Trees lately read. A fence is looked at from several sides one after the other, and trees are never changed. */
const recent = new Map<string, Promise<ShellParse>>();
/** How much text the kept trees stand for; a tree is some twenty times its text. */
const MAX_RECENT_CHARS = 65_536;
let recentChars = 0;

/** Reads bash. A text that is too long or takes too long is `ok: false`; a syntax error is a node in the tree. */
export function parseShell(text: string): Promise<ShellParse> {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const parsed = readShell(text);
  recent.set(text, parsed);
  recentChars += text.length;
  for (const oldest of recent.keys()) {
    if (recentChars <= MAX_RECENT_CHARS) break;
    recent.delete(oldest);
    recentChars -= oldest.length;
  }
  // What the thread gave up on may have been a busy machine's fault.
  void parsed.then((reply) => {
    if (!reply.ok && recent.delete(text)) recentChars -= text.length;
  });
  return parsed;
}

async function readShell(text: string): Promise<ShellParse> {
  const reply = await ask('shell', text);
  if (!reply.ok) return reply;
  return 'nodes' in reply ? { ok: true, tree: { text, nodes: reply.nodes } } : unexpectedReply();
}

/** Reads SQL with PostgreSQL's own grammar; other dialects come back `ok: false` with PostgreSQL's message. */
export async function parseSql(text: string): Promise<SqlParse> {
  const reply = await ask('sql', text);
  if (!reply.ok) return reply;
  if (!('json' in reply)) return unexpectedReply();
  // PostgreSQL counts bytes.
  const bytes = Buffer.from(text, 'utf8');
  const parsed = JSON.parse(reply.json) as {
    stmts?: { stmt?: Record<string, unknown>; stmt_location?: number; stmt_len?: number }[];
  };
  const statements = (parsed.stmts ?? []).map((each) => {
    const from = each.stmt_location ?? 0;
    const until = each.stmt_len ? from + each.stmt_len : bytes.length;
    return {
      text: bytes.toString('utf8', from, until),
      start: bytes.toString('utf8', 0, from).length,
      node: each.stmt ?? {},
    };
  });
  return { ok: true, statements };
}

function unexpectedReply(): NotParsed {
  return { ok: false, reason: 'the reader answered another question', position: null };
}

/** Ends the reading thread, for tests and an orderly shutdown; the next parse starts another. */
export async function stopSyntaxThread(): Promise<void> {
  recent.clear();
  recentChars = 0;
  const running = thread;
  if (running === undefined) return;
  retire(running, 'the reader was stopped');
  await running.worker.terminate();
}
