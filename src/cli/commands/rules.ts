import type { Command } from 'commander';
import type { AlertRule, AlertRuleDetail } from '../../contract/alert-rule.ts';
import type { LoadedRules, RuleProblem } from '../../detect/rules/index.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import { route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { readText } from '../read-text.ts';
import type { Tone } from '../terminal/output.ts';
import { count, formatDuration, formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';
import { defineTest } from './rules-test.ts';

type Checked = { file: string } & LoadedRules;

/** `holdfast rules ls|show|check|test|slo`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast rules ls',
    'holdfast rules check rules/*.yaml',
    'holdfast rules test tests/*.yaml',
    'holdfast rules slo slos.yaml > slo-rules.yaml',
  );
  defineList(command, context);
  defineShow(command, context);
  defineCheck(command, context);
  defineTest(command, context);
  defineSlo(command, context);
}

const TONES: Readonly<Record<AlertRule['state'], Tone>> = { firing: 'bad', pending: 'asks', inactive: 'good' };

function defineList(command: Command, context: CliContext): void {
  const list = addPaging(
    command
      .command('ls')
      .description('Rules the server evaluates, with how they stand')
      .option('--state <state>', 'only these: firing, pending or inactive')
      .option('--health <health>', 'only these: ok, err or unknown'),
  );
  addExamples(list, 'holdfast rules ls', 'holdfast rules ls --state firing', 'holdfast rules ls --health err');
  list.action(async (options: PagingOptions & { state?: string; health?: string }) => {
    const output = context.output();
    const { state, health } = options;
    const query = { ...pagingQuery(options), state, health };
    const page = await (await context.api()).get<Page<AlertRule>>('/api/v1/alert-rules', query);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print(state || health ? 'No rule is like this.' : 'No rules are evaluated.');
      return output.suggest('Name rule files below rules.files in holdfast.yaml; see docs/rules.md.');
    }
    const now = new Date();
    output.printTable(
      [
        { title: 'STATE' },
        { title: 'RULE', cutTo: 16 },
        { title: 'GROUP', optional: true },
        { title: 'ALERTS' },
        { title: 'EVALUATED' },
        { title: 'ERROR', optional: true },
        { title: 'ID' },
      ],
      page.items.map((rule) => [
        rule.health === 'err' ? stateCell(output, 'bad', 'error') : stateCell(output, TONES[rule.state], rule.state),
        rule.name,
        rule.group,
        rule.firing + rule.pending === 0 ? '-' : `${rule.firing} firing, ${rule.pending} pending`,
        formatWhen(rule.evaluatedAt, now),
        rule.error ?? '',
        rule.id,
      ]),
    );
    if (!suggestNextPage(output, 'holdfast rules ls', page))
      output.suggest(`Look closer: holdfast rules show ${page.items[0]?.id}`);
  });
}

function defineShow(command: Command, context: CliContext): void {
  const show = command.command('show').argument('<id>', 'id of the rule').description('One rule and its alerts');
  addExamples(show, 'holdfast rules show rule_4f1d0c2b9a8e7f6d5c4b3a29').action(async (id: string) => {
    const output = context.output();
    const rule = await (await context.api()).get<AlertRuleDetail>(route`/api/v1/alert-rules/${id}`);
    if (output.json) return output.printJson(rule);
    const now = new Date();
    output.print(`${output.mark(rule.health === 'err' ? 'bad' : TONES[rule.state])} ${output.bold(rule.name)}`);
    output.printFacts(
      [
        ['State', rule.state],
        ['Expression', rule.expression],
        ['Waits', rule.forMs > 0 ? formatDuration(rule.forMs) : null],
        ['Fires on', rule.keepFiringForMs > 0 ? formatDuration(rule.keepFiringForMs) : null],
        ['Evaluated', `${formatWhen(rule.evaluatedAt, now)}, each ${formatDuration(rule.intervalMs)}`],
        ['Error', rule.error],
        ['From', `${rule.file}:${rule.line}, group ${rule.group}`],
      ],
      2,
    );
    for (const alert of rule.alerts) {
      const labels = Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`);
      const since = formatWhen(alert.activeAt, now);
      output.print(`${output.mark(TONES[alert.state])} ${alert.state} ${since}  ${alert.value}  ${labels.join(' ')}`);
    }
  });
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
    const { writeRules } = await import('../../detect/rules/files/index.ts');
    for (const notice of notices) output.print(`# ${place(notice)}: ${notice.message}`);
    output.print(writeRules(groups).trimEnd());
  });
}

async function readRules(file: string): Promise<Checked> {
  const { loadRules } = await import('../../detect/rules/files/index.ts');
  return { file, ...loadRules(await readText(file), file) };
}

const place = ({ file, line, column }: RuleProblem) => `${file}:${line}:${column}`;
