import type { Command } from 'commander';
import type { TestPageResult } from '../../contract/contacts.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';

/** `holdfast page test`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast page test ada');
  const test = command
    .command('test')
    .argument('<user>', 'name of the person')
    .description('Send a test page by every verified contact method; exit code 1 where one did not arrive');
  addExamples(test, 'holdfast page test ada').action(async (user: string) => {
    const output = context.output();
    const result = await (await context.api()).send<TestPageResult>('POST', '/api/v1/oncall/test-page', {
      body: { user },
    });
    const arrived = result.results.filter((each) => each.outcome === 'sent');
    if (arrived.length < result.results.length || arrived.length === 0) context.setExitCode(EXIT.found);
    if (output.json) return output.printJson(result);
    for (const { kind, label, outcome, reason } of result.results)
      output.print(
        `${output.mark(outcome === 'sent' ? 'good' : 'bad')} ${kind} "${label}": ${outcome}${reason ? ` (${reason})` : ''}`,
      );
    if (result.results.length === 0)
      output.print(`${output.mark('bad')} ${user} has no contact methods: pages are shown in the inbox only.`);
    output.suggest(`How ${user} is reached: holdfast oncall contact ls --user ${user}`);
  });
}
