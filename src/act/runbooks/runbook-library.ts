import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type BlockClass, RISKS, type Risk } from '../../contract/runbook.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { readFrontMatter } from './markdown/front-matter.ts';
import { matchesTrigger } from './match-trigger.ts';
import type { ParsedRunbook } from './parsed-runbook.ts';
import { parseRunbook } from './read-lazily.ts';
import { MAX_RUNBOOK_BYTES } from './runbook-limits.ts';

/** One file of the library as a list shows it. `problem` says why it cannot be used; the others are not affected. */
export type RunbookSummary = {
  /** Path below its folder, with forward slashes. */
  path: string;
  title: string;
  /** Empty when the file could not be read. */
  sha256: string;
  procedures: { slug: string; title: string; severity: string | null; steps: number }[];
  classes: Partial<Record<BlockClass, number>>;
  /** The highest of any step; null when nothing in it runs. */
  risk: Risk | null;
  triggers: Record<string, string>[];
  problem: string | null;
};

export type RunbookEntry = {
  path: string /** Where it lies on disk. */;
  file: string;
  document: ParsedRunbook;
  text: string;
};
/** The text of a file with what its front matter says. */
export type RunbookGlance = {
  path: string;
  file: string;
  text: string;
  sha256: string;
  title: string;
  schedules: ParsedRunbook['schedules'];
};
export type TriggerMatch = { path: string; procedure: string; trigger: Record<string, string> };

export type RunbookLibrary = {
  /**
   * Every runbook file with the hash of its text, without reading what it says; those that are no text are left out.
   * `folders` are all those it looked into.
   */
  scan(): Promise<{ runbooks: { path: string; sha256: string }[]; folders: string[] }>;
  /**
   * What the head of a file says, without reading the rest as a runbook: cheap enough for every file at every start.
   * Throws HoldfastError like `read`.
   */
  glance(path: string): Promise<RunbookGlance>;
  /** Every runbook file, by path. */
  list(): Promise<RunbookSummary[]>;
  /** One document with its source. Throws HoldfastError: `missing` when there is none, `invalid` when it cannot be read. */
  read(path: string): Promise<RunbookEntry>;
  /** Procedures one of whose triggers has all its labels equal to these; the most specific trigger first. */
  findByTrigger(labels: Readonly<Record<string, string>>): Promise<TriggerMatch[]>;
  /** Forgets everything read. */
  close(): void;
};

const MAX_FILES = 5_000;
const MAX_DEPTH = 12;
const RUNBOOK_FILE = /\.(?:md|markdown|txt)$/i;
/** Whether a file is one by its name. */
export const isRunbookFile = (name: string) => RUNBOOK_FILE.test(name);

const SKIPPED_FOLDERS = new Set(['node_modules', '.git']);

type Cached = {
  mtimeMs: number;
  size: number;
  result: { ok: true; entry: RunbookEntry } | { ok: false; error: HoldfastError };
};
type Found = { path: string; file: string; mtimeMs: number; size: number };

/**
 * Opens the folders with runbooks. Where two folders hold the same path, the first folder's file is the one.
 * @param options.except folders below them that are not looked into: the data folder, which a database writes to all day
 */
export function openRunbookLibrary(options: {
  folders: readonly string[];
  except?: readonly string[];
}): RunbookLibrary {
  const { folders } = options;
  const except = options.except ?? [];
  const cache = new Map<string, Cached>();

  const load = async (found: Found): Promise<Cached['result']> => {
    const known = cache.get(found.file);
    if (known !== undefined && known.mtimeMs === found.mtimeMs && known.size === found.size) return known.result;
    const result = await readEntry(found);
    cache.set(found.file, { mtimeMs: found.mtimeMs, size: found.size, result });
    return result;
  };

  const loadAll = async () => {
    const all: { found: Found; result: Cached['result'] }[] = [];
    const { files } = await findRunbooks(folders, except);
    // One at a time: parsing shares one thread, and a list must not hold every file open at once.
    for (const found of files) all.push({ found, result: await load(found) });
    const present = new Set(files.map((found) => found.file));
    for (const file of cache.keys()) if (!present.has(file)) cache.delete(file);
    return all;
  };

  const hashes = new Map<string, { mtimeMs: number; size: number; sha256: string | null }>();
  const hashOf = async (found: Found): Promise<string | null> => {
    const known = hashes.get(found.file);
    if (known !== undefined && known.mtimeMs === found.mtimeMs && known.size === found.size) return known.sha256;
    const sha256 = await readText(found).then(
      (text) => createHash('sha256').update(text).digest('hex'),
      () => null,
    );
    hashes.set(found.file, { mtimeMs: found.mtimeMs, size: found.size, sha256 });
    return sha256;
  };

  return {
    async scan() {
      const { files, folders: visited } = await findRunbooks(folders, except);
      const present = new Set(files.map((found) => found.file));
      for (const file of hashes.keys()) if (!present.has(file)) hashes.delete(file);
      const scanned: { path: string; sha256: string }[] = [];
      for (const found of files) {
        const sha256 = await hashOf(found);
        if (sha256 !== null) scanned.push({ path: found.path, sha256 });
      }
      return { runbooks: scanned, folders: visited };
    },
    async glance(path) {
      const found = await findRunbook(folders, path);
      const text = await readText(found);
      const yaml = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text)?.[1] ?? null;
      const front = readFrontMatter(yaml, { file: found.path, line: 1 });
      const heading = /^#{1,6}[ \t]+(.+?)[ \t#]*$/m.exec(yaml === null ? text : text.slice(yaml.length))?.[1];
      return {
        path: found.path,
        file: found.file,
        text,
        sha256: createHash('sha256').update(text).digest('hex'),
        title: front.title ?? heading ?? found.path.replace(/^.*\//, ''),
        schedules: front.schedules,
      };
    },
    async list() {
      const all = await loadAll();
      return all.map(({ found, result }) =>
        result.ok ? summaryOf(result.entry) : brokenSummary(found.path, result.error),
      );
    },
    async read(path) {
      const found = await findRunbook(folders, path);
      const result = await load(found);
      if (!result.ok) throw result.error;
      return result.entry;
    },
    async findByTrigger(labels) {
      const matches: TriggerMatch[] = [];
      for (const { result } of await loadAll()) {
        if (!result.ok) continue;
        const trigger = result.entry.document.triggers
          .filter((each) => matchesTrigger(each, labels))
          .sort(moreLabelsFirst)[0];
        const procedure = trigger?.['procedure'] ?? result.entry.document.procedures[0]?.slug;
        if (procedure !== undefined && trigger !== undefined)
          matches.push({ path: result.entry.path, procedure, trigger });
      }
      return matches.sort((left, right) => moreLabelsFirst(left.trigger, right.trigger));
    },
    close() {
      cache.clear();
    },
  };
}

const moreLabelsFirst = (left: Record<string, string>, right: Record<string, string>) =>
  Object.keys(right).length - Object.keys(left).length;

async function readEntry(found: Found): Promise<Cached['result']> {
  try {
    const text = await readText(found);
    return {
      ok: true,
      entry: { path: found.path, file: found.file, text, document: await parseRunbook({ file: found.path, text }) },
    };
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return { ok: false, error: thrown };
    const error = new HoldfastError({
      code: 'runbook.unreadable',
      kind: 'unavailable',
      message: `${found.path} cannot be read: ${messageOf(thrown)}`,
      hint: 'Check that the file exists and may be read by Holdfast.',
      cause: thrown,
    });
    return { ok: false, error };
  }
}

async function readText(found: Found): Promise<string> {
  if (found.size > MAX_RUNBOOK_BYTES) {
    throw new HoldfastError({
      code: 'runbook.too-large',
      kind: 'invalid',
      message: `${found.path} is larger than 1 MiB`,
      hint: 'Split it, or leave logs and data out of it.',
    });
  }
  const handle = await open(found.file, 'r');
  try {
    // The size may have grown since it was looked up; never more than the limit is read.
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAX_RUNBOOK_BYTES + 1), 0, MAX_RUNBOOK_BYTES + 1, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes.includes(0))
      throw new HoldfastError({
        code: 'runbook.not-text',
        kind: 'invalid',
        message: `${found.path} is not a text file`,
        hint: 'Runbooks are Markdown in UTF-8.',
      });
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new HoldfastError({
        code: 'runbook.not-text',
        kind: 'invalid',
        message: `${found.path} is not UTF-8`,
        hint: 'Save it as UTF-8.',
      });
    }
  } finally {
    await handle.close();
  }
}

async function findRunbook(folders: readonly string[], path: string): Promise<Found> {
  for (const folder of folders) {
    const root = await realpath(folder).catch(() => null);
    if (root === null || path.includes('\0') || isAbsolute(path)) continue;
    const wanted = resolve(root, path);
    const file = await realpath(wanted).catch(() => null);
    if (file === null || !isInside(root, file) || !RUNBOOK_FILE.test(path)) continue;
    const about = await stat(file).catch(() => null);
    if (about?.isFile())
      return { path: relative(root, wanted).split(sep).join('/'), file, mtimeMs: about.mtimeMs, size: about.size };
  }
  throw new HoldfastError({
    code: 'runbook.missing',
    kind: 'missing',
    message: `there is no runbook ${path}`,
    hint: 'List them with `holdfast runbook ls`.',
  });
}

/**
 * Every runbook below the folders, sorted by path, and the folders looked into. What leads outside its folder is not
 * there. A file that is no runbook by its name costs no call, so that a large repository can be looked at every few seconds.
 */
async function findRunbooks(
  folders: readonly string[],
  except: readonly string[],
): Promise<{ files: Found[]; folders: string[] }> {
  const found = new Map<string, Found>();
  const visited = new Set<string>();
  const closed = new Set(await Promise.all(except.map((folder) => realpath(folder).catch(() => folder))));
  for (const folder of folders) {
    const root = await realpath(folder).catch(() => null);
    if (root === null) continue;
    const seen = new Set<string>();
    /** `at` is the way there, `real` where it lies: links may lead elsewhere below the same root. */
    const open: { at: string; real: string; depth: number }[] = [{ at: root, real: root, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next.real) || (next.depth > 0 && closed.has(next.real))) continue;
      seen.add(next.real);
      visited.add(next.real);
      const entries = await readdir(next.real, { withFileTypes: true }).catch(() => []);
      // A file is listed by its own name before any link to it.
      for (const entry of entries.sort(
        (left, right) => Number(left.isSymbolicLink()) - Number(right.isSymbolicLink()),
      )) {
        if (SKIPPED_FOLDERS.has(entry.name)) continue;
        const at = join(next.at, entry.name);
        const file = await realFileOf(root, join(next.real, entry.name), entry);
        if (file === null || seen.has(file.real)) continue;
        if (file.isFolder) {
          if (next.depth + 1 < MAX_DEPTH) open.push({ at, real: file.real, depth: next.depth + 1 });
          continue;
        }
        if (!RUNBOOK_FILE.test(entry.name)) continue;
        const about = await stat(file.real).catch(() => null);
        if (!about?.isFile()) continue;
        seen.add(file.real);
        const path = relative(root, at).split(sep).join('/');
        if (!found.has(path)) found.set(path, { path, file: file.real, mtimeMs: about.mtimeMs, size: about.size });
        if (found.size >= MAX_FILES) return { files: sorted(found), folders: [...visited] };
      }
    }
  }
  return { files: sorted(found), folders: [...visited] };
}

/** Where an entry of a folder really lies; null when that is outside the root, or it is neither file nor folder. */
async function realFileOf(
  root: string,
  file: string,
  entry: Dirent,
): Promise<{ real: string; isFolder: boolean } | null> {
  if (entry.isDirectory()) return { real: file, isFolder: true };
  if (entry.isFile()) return { real: file, isFolder: false };
  if (!entry.isSymbolicLink()) return null;
  const real = await realpath(file).catch(() => null);
  if (real === null || !isInside(root, real)) return null;
  const about = await stat(real).catch(() => null);
  return about?.isDirectory() ? { real, isFolder: true } : about?.isFile() ? { real, isFolder: false } : null;
}

const sorted = (found: Map<string, Found>) =>
  [...found.values()].sort((left, right) => (left.path < right.path ? -1 : 1));

function isInside(root: string, file: string): boolean {
  return file === root || file.startsWith(root.endsWith(sep) ? root : root + sep);
}

function summaryOf({ path, document }: RunbookEntry): RunbookSummary {
  const classes: Partial<Record<BlockClass, number>> = {};
  for (const block of document.blocks) classes[block.class] = (classes[block.class] ?? 0) + 1;
  const procedures = document.procedures.map(({ slug, title, severity, phases }) => ({
    slug,
    title,
    severity,
    steps: phases.reduce((sum, phase) => sum + phase.steps.length, 0),
  }));
  return {
    path,
    title: document.title,
    sha256: document.sha256,
    procedures,
    classes,
    risk: worstRisk(document),
    triggers: document.triggers,
    problem: headProblem(path, document),
  };
}

function worstRisk(document: ParsedRunbook): Risk | null {
  const risks = new Set(
    document.procedures.flatMap(({ phases }) => phases.flatMap(({ steps }) => steps.map((step) => step.risk))),
  );
  return RISKS.findLast((risk) => risks.has(risk)) ?? null;
}

/** A head that cannot be read loses its triggers: the text can still be run by a person, but nothing starts it. */
function headProblem(path: string, document: ParsedRunbook): string | null {
  const problem = document.problems.find((each) => each.rule === 'front-matter');
  return problem === undefined ? null : `${path}:${problem.line}: ${problem.message}`;
}

function brokenSummary(path: string, error: HoldfastError): RunbookSummary {
  return {
    path,
    title: path.replace(/^.*\//, ''),
    sha256: '',
    procedures: [],
    classes: {},
    risk: null,
    triggers: [],
    problem: error.hint === undefined ? error.message : `${error.message}. ${error.hint}`,
  };
}
