import { glob } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LoadedRules } from '../../detect/rules/index.ts';
import type { RuleTestFailure } from '../../detect/rules/unit-tests/index.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { readText } from '../read-text.ts';
import type { Output } from '../terminal/output.ts';
import { count, formatDuration } from '../terminal/times.ts';

type Problem = { file: string; line: number; column: number; message: string };
/** What came of a file of tests. */
type Tested = {
  file: string;
  tests: number;
  checks: number;
  problems: Problem[];
  notices: Problem[];
  failures: RuleTestFailure[];
  /** Whether it would pass with the results of the other Prometheus. */
  passesWithOther: boolean;
};
type Dialect = '2' | '3';
type Options = { run?: RegExp; prometheus: Dialect };

/** `holdfast rules test FILE…`: promtool's unit tests, without a Prometheus. */
export function defineTest(command: Command, context: CliContext): void {
  const test = command
    .command('test')
    .argument('<files...>', 'files of unit tests, as promtool test rules reads them')
    .description('Run unit tests of rules. Exit code 1 when one fails')
    .option('--run <regex>', 'only the tests whose name it matches', readRegex)
    .addOption(
      new Option(
        '--prometheus <version>',
        'results of which Prometheus (2 counts the sample on the left edge of a window in)',
      )
        .choices(['2', '3'])
        .default('3'),
    );
  addExamples(
    test,
    'holdfast rules test tests/*.yaml',
    'holdfast rules test tests/shop.yaml --run "error rate"',
    'holdfast rules test tests/shop.yaml --prometheus 2',
  );
  test.action(async (files: string[], options: Options) => {
    const output = context.output();
    const tested: Tested[] = [];
    for (const file of files) tested.push(await testFile(file, options));
    const isBad = ({ problems, failures }: Tested) => problems.length + failures.length > 0;
    if (tested.some(isBad)) context.setExitCode(EXIT.found);
    if (output.json) return output.printJson(tested);
    for (const each of tested) printTested(output, each, options.prometheus);
  });
}

async function testFile(file: string, { run, prometheus }: Options): Promise<Tested> {
  const { readTestFile, runRuleTest } = await import('../../detect/rules/unit-tests/index.ts');
  const { file: read, problems } = readTestFile(await readText(file));
  const tested: Tested = { file, tests: 0, checks: 0, problems: [], notices: [], failures: [], passesWithOther: false };
  if (read === null) return { ...tested, problems: problems.map((problem) => ({ file, ...problem })) };
  const loaded = await readRuleFiles(read.ruleFiles, file);
  if (loaded.problems.length > 0) return { ...tested, problems: loaded.problems };
  const tests = read.tests.filter(({ name }) => run === undefined || run.test(name ?? ''));
  const runWith = (dialect: Dialect) => tests.flatMap((test) => runRuleTest(test, loaded.groups, { ...read, dialect }));
  const failures = runWith(prometheus);
  return {
    ...tested,
    tests: tests.length,
    checks: tests.reduce((sum, { alerts, expressions }) => sum + alerts.length + expressions.length, 0),
    notices: loaded.notices,
    failures,
    passesWithOther: failures.length > 0 && runWith(prometheus === '3' ? '2' : '3').length === 0,
  };
}

/** All rules that the paths and patterns of a test file stand for. */
async function readRuleFiles(patterns: readonly string[], testFile: string): Promise<LoadedRules> {
  const { loadRules } = await import('../../detect/rules/files/index.ts');
  const loaded: LoadedRules = { groups: [], problems: [], notices: [] };
  for (const pattern of patterns) {
    const path = resolve(dirname(testFile), pattern);
    const files: string[] = [];
    for await (const file of glob(path)) files.push(file);
    if (files.length === 0)
      loaded.notices.push({ file: testFile, line: 1, column: 1, message: `no file is called like ${pattern}` });
    for (const file of files.sort()) {
      const { groups, problems, notices } = loadRules(await readText(file), file);
      loaded.groups.push(...groups);
      loaded.problems.push(...problems);
      loaded.notices.push(...notices);
    }
  }
  return loaded;
}

function printTested(output: Output, tested: Tested, dialect: Dialect): void {
  const { file, tests, checks, problems, notices, failures } = tested;
  for (const { file: where, line, column, message } of notices)
    output.print(output.dim(`  ${where}:${line}:${column}: note: ${message}`));
  if (problems.length > 0) {
    output.print(`${output.mark('bad')} ${file}: ${count(problems.length, 'problem')}`);
    for (const { file: where, line, column, message } of problems)
      output.print(`  ${where}:${line}:${column}: ${message}`);
    return;
  }
  if (failures.length === 0) {
    output.print(`${output.mark('good')} ${file}: ${count(tests, 'test')}, ${count(checks, 'check')}`);
    return;
  }
  output.print(`${output.mark('bad')} ${file}: ${failures.length} of ${count(checks, 'check')} failed`);
  for (const failure of failures) printFailure(output, file, failure);
  if (!tested.passesWithOther) return;
  const other = dialect === '3' ? '2' : '3';
  output.suggest(`It passes with --prometheus ${other}: before 3 a window counted the sample on its left edge in.`);
}

function printFailure(output: Output, file: string, failure: RuleTestFailure): void {
  const { test, line, about, atMs, message, expected, got } = failure;
  const at = atMs === null ? '' : ` at ${formatDuration(atMs)}`;
  output.print(`  ${file}:${line}: ${test}: ${about === null ? '' : `${about.kind} ${about.name}`}${at}`.trimEnd());
  if (message !== null) output.print(`    ${message}`);
  for (const { sign, text } of difference(expected, got)) output.print(`    ${sign} ${text}`);
}

/** `-` expected and not there, `+` there and not expected, the rest as it should be. */
function difference(expected: readonly string[], got: readonly string[]): { sign: string; text: string }[] {
  const unexpected = [...got];
  const lines = expected.map((text) => {
    const at = unexpected.indexOf(text);
    if (at >= 0) unexpected.splice(at, 1);
    return { sign: at >= 0 ? ' ' : '-', text };
  });
  const all = [...lines, ...unexpected.map((text) => ({ sign: '+', text }))];
  return all.sort((one, other) => (one.text < other.text ? -1 : one.text > other.text ? 1 : 0));
}

function readRegex(written: string): RegExp {
  try {
    return new RegExp(written, 'u');
  } catch {
    throw new InvalidArgumentError('It must be a regular expression.');
  }
}
