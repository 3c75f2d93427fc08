import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { LoadedRules, RuleProblem } from '../../detect/rules/index.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { count } from '../terminal/times.ts';

type Checked = { file: string } & LoadedRules;

/** `holdfast rules check|slo`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast rules check rules/*.yaml', 'holdfast rules slo slos.yaml > slo-rules.yaml');
  defineCheck(command, context);
  defineSlo(command, context);
}

function defineCheck(command: Command, context: CliContext): void {
  const check = command
    .command('check')
    .argument('<files...>', 'rule files, PrometheusRule objects, thresholds, SLOs')
    .description('Read rule files and name everything wrong with its line. Exit code 1 when something is');
  addExamples(check, 'holdfast rules check rules/*.yaml', 'holdfast rules check prometheus-rule.yaml --json');
  check.action(async (files: string[]) => {
    const output = context.output();
    const checked = await Promise.all(files.map(readRules));
    const problems = checked.flatMap((each) => each.problems);
    if (problems.length > 0) context.setExitCode(EXIT.found);
    if (output.json) {
      return output.printJson(
        checked.map(({ file, groups, problems: wrong, notices }) => ({
          file,
          groups: groups.length,
          rules: groups.reduce((sum, { rules }) => sum + rules.length, 0),
          problems: wrong,
          notices,
        })),
      );
    }
    for (const { file, groups, problems: wrong, notices } of checked) {
      const rules = groups.reduce((sum, group) => sum + group.rules.length, 0);
      output.print(
        wrong.length > 0
          ? `${output.mark('bad')} ${file}: ${count(wrong.length, 'problem')}`
          : `${output.mark('good')} ${file}: ${count(rules, 'rule')} in ${count(groups.length, 'group')}`,
      );
      for (const problem of wrong) output.print(`  ${place(problem)}: ${problem.message}`);
      for (const notice of notices) output.print(output.dim(`  ${place(notice)}: note: ${notice.message}`));
    }
    if (problems.length === 0) output.suggest('Have them evaluated: name them below rules.files in holdfast.yaml.');
  });
}

function defineSlo(command: Command, context: CliContext): void {
  const slo = command
    .command('slo')
    .argument('<file>', 'file with SLOs or thresholds')
    .description('Print the rules that SLOs stand for, as a Prometheus rule file');
  addExamples(slo, 'holdfast rules slo slos.yaml', 'holdfast rules slo slos.yaml > slo-rules.yaml');
  slo.action(async (file: string) => {
    const output = context.output();
    const { groups, problems, notices } = await readRules(file);
    if (problems.length > 0) {
      context.setExitCode(EXIT.found);
      if (output.json) return output.printJson({ groups: [], problems });
      for (const problem of problems) output.print(`${output.mark('bad')} ${place(problem)}: ${problem.message}`);
      return;
    }
    if (output.json) return output.printJson({ groups, problems });
    const { writeRules } = await import('../../detect/rules/index.ts');
    for (const notice of notices) output.print(`# ${place(notice)}: ${notice.message}`);
    output.print(writeRules(groups).trimEnd());
  });
}

async function readRules(file: string): Promise<Checked> {
  const { loadRules } = await import('../../detect/rules/index.ts');
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw new HoldfastError({
      code: 'rules.unreadable',
      kind: 'missing',
      message: `${file} cannot be read: ${messageOf(thrown)}`,
      hint: 'Check the path and that you may read it.',
      cause: thrown,
    });
  });
  return { file, ...loadRules(text, file) };
}

const place = ({ file, line, column }: RuleProblem) => `${file}:${line}:${column}`;
