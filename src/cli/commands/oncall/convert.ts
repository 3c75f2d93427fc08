import { type Command, Option } from 'commander';
import type { ConvertedOnCallBody } from '../../../contract/oncall-api.ts';
import { EXIT } from '../../../platform/errors/exit-code.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import { collectPerson } from '../../options/people.ts';
import { readInput } from '../../options/read-input.ts';
import { count } from '../../terminal/times.ts';

type Options = { from: 'pagerduty'; person?: Record<string, string>; apply?: boolean };

/** Definitions out of those of another program. */
export function defineConvert(command: Command, context: CliContext): void {
  const convert = command
    .command('convert')
    .argument('<files...>', 'JSON of schedules, escalation policies and users, as the API there answers')
    .description('Definitions out of another program’s, as a file; exit code 1 where something is not as it was')
    .addOption(new Option('--from <program>', 'whose files they are').choices(['pagerduty']).makeOptionMandatory())
    .option('--person <name=user>', 'whom an address, a name or an id there means; repeat it', collectPerson)
    .option('--apply', 'write the definitions and make the overrides, instead of printing the file');
  addExamples(
    convert,
    'holdfast oncall convert --from pagerduty schedule.json policy.json > oncall.yaml',
    'holdfast oncall convert --from pagerduty schedule.json --person "ada@example.com=ada" --apply',
  );
  convert.action(async (files: string[], { from, person, apply }: Options) => {
    const output = context.output();
    const documents = files.map((name) => ({ name, text: readInput(name) }));
    const body = { from, documents, people: person ?? {}, apply: apply ?? false };
    const api = await context.api();
    const converted = await api.send<ConvertedOnCallBody>('POST', '/api/v1/oncall/convert', { body });
    if (converted.notes.length > 0) context.setExitCode(EXIT.found);
    if (output.json) return output.printJson(converted);
    if (converted.applied === null) output.write(converted.text);
    else
      for (const { kind, name, change } of converted.applied.changes)
        output.print(`${output.mark('good')} ${kind} ${name} ${change}`);
    const overrides = count(converted.overrides.length, 'override');
    if (converted.overrides.length > 0)
      output.note(converted.applied === null ? `${overrides} of it: --apply makes them too.` : `${overrides} made.`);
    for (const { about, message } of converted.notes) output.note(`${about}: ${message}`);
    output.suggest(
      converted.applied === null ? 'Apply it: holdfast oncall apply -f oncall.yaml' : 'Look: holdfast oncall now',
    );
  });
}
