import type { Command } from 'commander';
import type { AppliedOnCall, OnCallProblem } from '../../../contract/oncall-api.ts';
import { EXIT } from '../../../platform/errors/exit-code.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import { readInput } from '../../options/read-input.ts';
import type { Output, Tone } from '../../terminal/output.ts';

const TONES: Readonly<Record<AppliedOnCall['changes'][number]['change'], Tone>> = {
  created: 'good',
  changed: 'good',
  unchanged: 'plain',
  deleted: 'bad',
};

/** Definitions as a file. */
export function defineDefinitions(command: Command, context: CliContext): void {
  const apply = command
    .command('apply')
    .description('Write teams, schedules, policies and routes from a file; again changes nothing')
    .requiredOption('-f, --file <file>', 'YAML file, - for standard input')
    .option('--prune', 'delete what the file does not name')
    .option('--dry-run', 'say what would change, and change nothing');
  addExamples(apply, 'holdfast oncall apply -f oncall.yaml --dry-run', 'holdfast oncall apply -f oncall.yaml');
  apply.action(async ({ file, prune, dryRun }: { file: string; prune?: boolean; dryRun?: boolean }) => {
    const output = context.output();
    const body = {
      name: file === '-' ? 'standard input' : file,
      text: readInput(file),
      prune: prune ?? false,
      dryRun: dryRun ?? false,
    };
    const applied = await (await context.api()).send<AppliedOnCall>('POST', '/api/v1/oncall/apply', { body });
    if (output.json) return output.printJson(applied);
    for (const { kind, name, change } of applied.changes)
      output.print(
        `${output.mark(TONES[change])} ${kind === 'routes' ? kind : `${kind} ${name}`} ${applied.dryRun && change !== 'unchanged' ? `would be ${change}` : change}`,
      );
    printWarnings(output, applied.warnings);
    output.suggest(applied.dryRun ? `Do it: holdfast oncall apply -f ${file}` : 'Who is on call: holdfast oncall now');
  });

  const exports = command.command('export').description('All definitions as a file that apply takes');
  addExamples(exports, 'holdfast oncall export > oncall.yaml').action(async () => {
    const output = context.output();
    const file = await (await context.api()).get<{ text: string }>('/api/v1/oncall/file');
    if (output.json) return output.printJson(file);
    output.write(file.text);
  });

  const check = command
    .command('check')
    .description(
      'Roles nobody fills, holes in schedules, people who cannot be reached; exit code 1 where there are any',
    );
  addExamples(check, 'holdfast oncall check').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<Page<OnCallProblem>>('/api/v1/oncall/problems');
    if (page.items.length > 0) context.setExitCode(EXIT.found);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0)
      output.print(`${output.mark('good')} Everything that is named is there, and everybody can be reached.`);
    for (const { severity, path, message } of page.items)
      output.print(`${output.mark(severity === 'error' ? 'bad' : 'asks')} ${path}: ${message}`);
    output.suggest('Who is on call: holdfast oncall now');
  });
}

function printWarnings(output: Output, warnings: readonly string[]): void {
  for (const warning of warnings) output.print(`${output.mark('asks')} ${warning}`);
}
