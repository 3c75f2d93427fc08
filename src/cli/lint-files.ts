import { existsSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { LintFinding } from '../contract/runbook-lint.ts';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';
import { readRunbookText } from './runbook-source.ts';

export type LintedFile = { file: string; text: string; findings: LintFinding[] };
export type LintFailure = { file: string; error: HoldfastError };
export type LintRun = { files: LintedFile[]; failures: LintFailure[]; fixed: number };
type LintWishes = { only?: readonly string[]; ignore?: readonly string[]; fix: boolean };

const RUNBOOK_FILE = /\.(?:md|markdown|txt)$/i;
const MAX_FILES = 5_000;
/** A fix may bring another one within reach; more rounds than this would be two rules undoing each other. */
const MAX_ROUNDS = 5;

/** Lints files, all below folders, and `-` for standard input. What cannot be read is told and stops no other. */
export async function lintFiles(
  names: readonly string[],
  wishes: LintWishes,
  places: { folders: () => Promise<readonly string[]>; readInput: () => Promise<string> },
): Promise<LintRun> {
  const run: LintRun = { files: [], failures: [], fixed: 0 };
  for (const name of names) {
    const files =
      name === '-' ? ['-'] : await expand(name, places.folders).catch((thrown: unknown) => fail(run, name, thrown));
    for (const file of files ?? []) {
      await lintOne(file, wishes, places.readInput, run).catch((thrown: unknown) => fail(run, file, thrown));
    }
  }
  return run;
}

function fail(run: LintRun, file: string, thrown: unknown): undefined {
  const error =
    thrown instanceof HoldfastError && thrown.kind !== 'bug'
      ? thrown
      : new HoldfastError({
          code: 'runbook.unreadable',
          kind: 'invalid',
          message: `${file} cannot be read: ${messageOf(thrown)}`,
          hint: 'Check the path and that you may read it.',
          cause: thrown,
        });
  run.failures.push({ file, error });
}

async function lintOne(
  file: string,
  wishes: LintWishes,
  readInput: () => Promise<string>,
  run: LintRun,
): Promise<void> {
  const { applyFixes, lintRunbook } = await import('../act/runbooks/index.ts');
  let text = file === '-' ? await readInput() : await readRunbookText(file);
  const options = {
    only: wishes.only,
    ignore: wishes.ignore,
    ...(file !== '-' && { fileExists: (path: string) => existsSync(resolve(dirname(file), path)) }),
  };
  const shown = file === '-' ? '<stdin>' : file;
  let findings = await lintRunbook({ file: shown, text }, options);
  for (let round = 0; wishes.fix && round < MAX_ROUNDS && findings.some((finding) => finding.fix !== null); round++) {
    const { text: fixed, applied } = await applyFixes(text, findings);
    if (fixed === text) break;
    run.fixed += applied.length;
    await writeFile(file, fixed);
    text = fixed;
    findings = await lintRunbook({ file: shown, text }, options);
  }
  run.files.push({ file: shown, text, findings });
}

/** The runbooks a name stands for: a file of any name, all Markdown below a folder, or a path below a runbooks folder. */
async function expand(name: string, folders: () => Promise<readonly string[]>): Promise<string[]> {
  const about = await stat(name).catch(() => null);
  if (about?.isFile()) return [name];
  if (about?.isDirectory()) {
    const entries = await readdir(name, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && RUNBOOK_FILE.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !/(?:^|[/\\])(?:node_modules|\.git)[/\\]/.test(file))
      .sort();
    if (files.length === 0)
      throw new HoldfastError({
        code: 'runbook.none',
        kind: 'missing',
        message: `no runbook is below ${name}`,
        hint: 'Runbooks are files that end in .md, .markdown or .txt.',
      });
    return files.slice(0, MAX_FILES);
  }
  for (const folder of await folders()) {
    const file = join(folder, name);
    if ((await stat(file).catch(() => null))?.isFile()) return [file];
  }
  throw new HoldfastError({
    code: 'runbook.missing',
    kind: 'missing',
    message: `there is no file ${name}`,
    hint: 'Name files or folders, or - for standard input.',
  });
}
