import { stringify } from 'yaml';
import type { z } from 'zod';
import { type OnCallDefinitions, type OnCallFile, onCallFileSchema } from '../../../contract/oncall-file.ts';
import { type ConfigProblem, renderProblem } from '../../../platform/config/config-problem.ts';
import { nearestName } from '../../../platform/config/nearest-name.ts';
import { type ConfigText, readConfigText } from '../../../platform/config/read-config-file.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import {
  type ChangedDefinition,
  type Changing,
  changeDefinitions,
  DefinitionsRefused,
  wantedByFile,
} from './change-definitions.ts';
import type { DefinitionProblem } from './check-definitions.ts';
import { readDefinitions } from './read-world.ts';

const PARTS = Object.keys(onCallFileSchema.shape);

/** Reads a file of definitions. @throws HoldfastError `oncall.file-invalid`, a line per problem with its place */
export function readOnCallFile(name: string, text: string): { file: OnCallFile; read: ConfigText } {
  const read = readConfigText(name, text);
  if (read.problems.length > 0) throw fileInvalid(read.problems);
  const unfit = findUnfitText(read.values, []);
  if (unfit) {
    const message = 'holds a character no text has (NUL, or half of one)';
    throw fileInvalid([{ where: read.locate(unfit, 'value'), key: unfit.join('.'), message }]);
  }
  const parsed = onCallFileSchema.safeParse(read.values);
  if (parsed.success) return { file: parsed.data, read };
  throw fileInvalid(parsed.error.issues.flatMap((issue) => explain(issue, read)));
}

/**
 * Applies a file, all of it or nothing; again changes nothing.
 * @throws HoldfastError `oncall.file-invalid`
 */
export async function applyOnCallFile(
  tx: Tx,
  source: { name: string; text: string; prune: boolean },
  by: Changing,
): Promise<{ changes: ChangedDefinition[]; warnings: string[] }> {
  const { file, read } = readOnCallFile(source.name, source.text);
  try {
    const wanted = wantedByFile(file, await readDefinitions(tx), source.prune);
    const { changes, warnings } = await changeDefinitions(tx, wanted, by);
    return { changes, warnings: warnings.map(describeProblem) };
  } catch (thrown) {
    if (!(thrown instanceof DefinitionsRefused)) throw thrown;
    throw fileInvalid(
      thrown.problems.map(({ path, message }) => ({ where: read.locate(path, 'value'), key: path.join('.'), message })),
    );
  }
}

/** All definitions as a file that `apply` takes. */
export function renderOnCallFile(definitions: OnCallDefinitions): string {
  const head = '# On-call of Holdfast: `holdfast oncall apply -f FILE` brings it back.\n';
  return head + stringify(definitions, { lineWidth: 120, aliasDuplicateObjects: false });
}

export function describeProblem({ path, message }: Pick<DefinitionProblem, 'path' | 'message'>): string {
  return `${path.join('.')}: ${message}`;
}

function explain(issue: z.core.$ZodIssue, read: ConfigText): ConfigProblem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = path.length === 0 ? nearestName(key, PARTS) : null;
      const advice = near ? `; did you mean ${near}?` : path.length === 0 ? `; known are ${PARTS.join(', ')}` : '';
      return {
        where: read.locate([...path, key], 'key'),
        key: [...path, key].join('.'),
        message: `is not known here${advice}`,
      };
    });
  }
  const message =
    issue.code === 'invalid_type' && issue.message.includes('received undefined')
      ? 'is required'
      : issue.code === 'invalid_key'
        ? (issue.issues[0]?.message ?? issue.message)
        : issue.message.replace(/^Invalid input: expected (\w+), received (\w+)$/, 'must be $1, not $2');
  const at = issue.code === 'invalid_key' ? 'key' : 'value';
  return [{ where: read.locate(path, at), key: path.join('.'), message }];
}

/** Where there is text that can be written in YAML and kept by no database. */
function findUnfitText(value: unknown, path: (string | number)[]): (string | number)[] | null {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (findUnfitText(key, at) ?? findUnfitText(item, at)) return findUnfitText(item, at) ?? at;
  }
  return null;
}

function fileInvalid(problems: readonly ConfigProblem[]): HoldfastError {
  const lines = problems.map(renderProblem);
  return new HoldfastError({
    code: 'oncall.file-invalid',
    kind: 'invalid',
    message:
      lines.length === 1 ? lines[0]! : `${lines.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    hint: 'Nothing was changed. What can be written stands in docs/oncall.md.',
  });
}
