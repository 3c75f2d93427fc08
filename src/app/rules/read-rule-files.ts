import { glob, readFile, stat } from 'node:fs/promises';
import { createRecordingPlacer, inlineRecordings, loadRules } from '../../detect/rules/files/index.ts';
import type { LoadedRules, RuleProblem } from '../../detect/rules/index.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';

export { createRecordingPlacer, inlineRecordings };

const PATTERN = /[*?[\]{}]/;
/** What a pattern that was meant to be narrower would read. */
const MOST_FILES = 2_000;
const SHOWN_PROBLEMS = 20;

/**
 * Reads every file that the patterns stand for.
 * @param patterns absolute
 * @throws HoldfastError invalid `rules.invalid` that names what is wrong with its lines; then nothing of them is in use
 */
export async function readRuleFiles(patterns: readonly string[]): Promise<Omit<LoadedRules, 'problems'>> {
  const problems: RuleProblem[] = [];
  const notices: RuleProblem[] = [];
  const groups: LoadedRules['groups'] = [];
  for (const file of await expand(patterns, notices)) {
    const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
      problems.push({ file, line: 1, column: 1, message: `cannot be read: ${messageOf(thrown)}` });
      return null;
    });
    if (text === null) continue;
    const loaded = loadRules(text, file);
    groups.push(...loaded.groups);
    problems.push(...loaded.problems);
    notices.push(...loaded.notices);
  }
  if (problems.length === 0) return { groups, notices };
  const more = problems.length > SHOWN_PROBLEMS ? `\n… and ${problems.length - SHOWN_PROBLEMS} more` : '';
  throw new HoldfastError({
    code: 'rules.invalid',
    kind: 'invalid',
    message: `the rules cannot be used:\n${problems.slice(0, SHOWN_PROBLEMS).map(describeRuleProblem).join('\n')}${more}`,
    hint: 'Check them without a server: holdfast rules check FILE…',
  });
}

export const describeRuleProblem = ({ file, line, column, message }: RuleProblem) =>
  `${file}:${line}:${column}: ${message}`;

async function expand(patterns: readonly string[], notices: RuleProblem[]): Promise<string[]> {
  const files = new Set<string>();
  for (const pattern of patterns) {
    if (!PATTERN.test(pattern)) {
      files.add(pattern);
      continue;
    }
    let found = 0;
    for await (const file of glob(pattern)) {
      if (!(await stat(file).catch(() => null))?.isFile()) continue;
      found += 1;
      files.add(file);
      if (files.size > MOST_FILES)
        throw new HoldfastError({
          code: 'rules.too-many',
          kind: 'invalid',
          message: `${pattern} stands for more than ${MOST_FILES} files`,
          hint: 'Write a narrower pattern below rules.files.',
        });
    }
    if (found === 0) notices.push({ file: pattern, line: 1, column: 1, message: 'no file is called like this' });
  }
  return [...files].sort();
}
