/**
 * The thread that reads bash and SQL. Both parsers are WebAssembly whose memory grows and never shrinks, and both can be
 * brought to run long or to trap by text nobody wrote in good faith; so they live where they can be thrown away.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { loadModule, parseSync } from 'libpg-query';
import { Language, Parser } from 'web-tree-sitter';
import type { ShellNode } from './shell-tree.ts';

export type SyntaxRequest = { id: number; kind: 'shell' | 'sql'; text: string };
export type SyntaxReply =
  | { id: number; ok: true; nodes: ShellNode[] }
  | { id: number; ok: true; json: string }
  | { id: number; ok: false; reason: string; position: number | null };

/** A parse that goes on longer than this is given up. Real fences take a few milliseconds. */
const PARSE_LIMIT_MS = 1_000;
const MAX_NODES = 200_000;

const locate = createRequire(import.meta.url);

async function loadBash(): Promise<Parser> {
  const [runtime, grammar] = await Promise.all([
    readFile(locate.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    readFile(locate.resolve('tree-sitter-bash/tree-sitter-bash.wasm')),
  ]);
  await Parser.init({ wasmBinary: runtime });
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return parser;
}

let bash: Promise<Parser> | undefined;
let postgres: Promise<void> | undefined;

async function parseShellText(id: number, text: string): Promise<SyntaxReply> {
  bash ??= loadBash();
  const parser = await bash;
  const startedAt = performance.now();
  parser.reset();
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() - startedAt > PARSE_LIMIT_MS });
  if (tree === null) return { id, ok: false, reason: 'reading it took too long', position: null };
  try {
    const nodes: ShellNode[] = [];
    const cursor = tree.walk();
    let parent = -1;
    // Depth is the author's choice, so the walk keeps its own place instead of calling itself.
    for (;;) {
      const index = nodes.length;
      if (index > MAX_NODES) return { id, ok: false, reason: 'it is too large', position: null };
      nodes.push({
        type: cursor.nodeType,
        start: cursor.startIndex,
        end: cursor.endIndex,
        parent,
        named: cursor.nodeIsNamed,
        missing: cursor.nodeIsMissing,
        children: [],
      });
      if (parent >= 0) nodes[parent]!.children.push(index);
      if (cursor.gotoFirstChild()) {
        parent = index;
        continue;
      }
      let done = false;
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) {
          done = true;
          break;
        }
        parent = nodes[parent]?.parent ?? -1;
      }
      if (done) break;
    }
    cursor.delete();
    return { id, ok: true, nodes };
  } finally {
    tree.delete();
  }
}

async function parseSqlText(id: number, text: string): Promise<SyntaxReply> {
  postgres ??= loadModule();
  await postgres;
  try {
    return { id, ok: true, json: JSON.stringify(parseSync(text)) };
  } catch (thrown) {
    const details = (thrown as { sqlDetails?: { message: string; cursorPosition: number } }).sqlDetails;
    // Anything but a syntax error may have left the parser's memory in an unknown state.
    if (details === undefined) throw thrown;
    return { id, ok: false, reason: details.message, position: details.cursorPosition };
  }
}

parentPort?.on('message', (request: SyntaxRequest) => {
  const parsed =
    request.kind === 'shell' ? parseShellText(request.id, request.text) : parseSqlText(request.id, request.text);
  parsed.then(
    (reply) => parentPort?.postMessage(reply),
    (thrown: unknown) => {
      throw thrown;
    },
  );
});
