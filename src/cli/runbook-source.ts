import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunbookLibrary, RunbookSummary } from '../act/runbooks/index.ts';
import type { Plan, RunbookDocument } from '../contract/runbook.ts';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';
import { findPackage } from '../platform/package/package-root.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { findServer } from './find-server.ts';

export type ListedRunbook = Pick<RunbookSummary, 'path' | 'title' | 'sha256' | 'procedures' | 'problem'>;

/** Where runbooks are read from: files and folders of this machine, or the server that was named. */
export type RunbookSource = {
  list(): Promise<ListedRunbook[]>;
  /** @param name a file, or a path below a runbooks folder */
  show(name: string): Promise<RunbookDocument>;
  plan(name: string, procedure: string | undefined, inputs: Readonly<Record<string, string>>): Promise<Plan>;
};

/** Reading needs no server. Where one is named all the same, its runbooks are meant. */
export async function openRunbookSource(context: CliContext, folders: readonly string[]): Promise<RunbookSource> {
  const named = context.globals().server ?? context.environment['HOLDFAST_SERVER'];
  if (named) return sourceOnServer(createApiClient(await findServer(context), context.version));
  return sourceOnDisk(await listFolders(context, folders));
}

/** The folders a server of this configuration would search, in its order. */
export async function listFolders(context: CliContext, folders: readonly string[]): Promise<string[]> {
  const { config } = await context.loadConfig(folders.length > 0 ? { runbooks: [...folders] } : {});
  return [...config.runbooks, join(findPackage().root, 'runbooks')];
}

/** `FILE#procedure`; a # that belongs to the file's own name is left in it. */
export async function splitProcedure(name: string): Promise<{ file: string; procedure: string | undefined }> {
  const hash = name.lastIndexOf('#');
  if (hash < 0 || (await isFile(name))) return { file: name, procedure: undefined };
  return { file: name.slice(0, hash), procedure: name.slice(hash + 1) };
}

function sourceOnServer(api: ApiClient): RunbookSource {
  return {
    list: async () => (await api.get<{ items: ListedRunbook[] }>('/api/v1/runbooks')).items,
    show: async (path) =>
      (await api.get<{ document: RunbookDocument }>('/api/v1/runbooks/document', { path })).document,
    plan: (runbook, procedure, inputs) =>
      api.send<Plan>('POST', '/api/v1/runbooks/plan', { body: { runbook, procedure, inputs } }),
  };
}

async function sourceOnDisk(folders: readonly string[]): Promise<RunbookSource> {
  // The parsers of shell and SQL are large: loaded by the commands that read runbooks, and by no other.
  const { loadSubrunbooks, openRunbookLibrary, parseRunbook, planProcedure, toRunbookDocument } = await import(
    '../act/runbooks/index.ts'
  );
  const library: RunbookLibrary = openRunbookLibrary({ folders });
  const read = async (name: string) => {
    if (await isFile(name)) return parseRunbook({ file: name, text: await readRunbookText(name) });
    return (await library.read(name)).document;
  };
  return {
    list: async () =>
      (await library.list()).map(({ path, title, sha256, procedures, problem }) => ({
        path,
        title,
        sha256,
        procedures,
        problem,
      })),
    show: async (name) => toRunbookDocument(await read(name)),
    plan: async (name, procedure, inputs) => {
      const document = await read(name);
      return planProcedure({ document, procedure, inputs, others: await loadSubrunbooks(document, read) });
    },
  };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}

/** A file named by its own path: any name, but the same limits as in a runbooks folder. */
export async function readRunbookText(file: string): Promise<string> {
  const { MAX_RUNBOOK_BYTES } = await import('../act/runbooks/index.ts');
  const refuse = (what: string, hint: string, cause?: unknown) =>
    new HoldfastError({ code: 'runbook.unreadable', kind: 'invalid', message: `${file} ${what}`, hint, cause });
  const size = (await stat(file)).size;
  if (size > MAX_RUNBOOK_BYTES) throw refuse('is larger than 1 MiB', 'Split it, or leave logs and data out of it.');
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw refuse(`cannot be read: ${messageOf(thrown)}`, 'Check that you may read it.', thrown);
  });
  if (bytes.includes(0)) throw refuse('is not a text file', 'Runbooks are Markdown in UTF-8.');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    throw refuse('is not UTF-8', 'Save it as UTF-8.', thrown);
  }
}
