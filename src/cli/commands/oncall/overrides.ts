import type { Command } from 'commander';
import type { Override } from '../../../contract/oncall.ts';
import type { ImportedIcal } from '../../../contract/oncall-api.ts';
import { EXIT } from '../../../platform/errors/exit-code.ts';
import { route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import { parseTime } from '../../options/parse-time.ts';
import { collectPerson } from '../../options/people.ts';
import { readInput } from '../../options/read-input.ts';
import { count, formatDate } from '../../terminal/times.ts';
import { SCHEDULE } from './schedules.ts';

/** Who stands in for whom. */
export function defineOverrides(command: Command, context: CliContext): void {
  const override = command
    .command('override')
    .description('Stand in for somebody: list, add, take back')
    .helpCommand(false);
  addExamples(
    override,
    'holdfast oncall override ls primary',
    'holdfast oncall override add primary --user ada --from +0m --to +8h',
  );

  const list = override
    .command('ls')
    .argument(...SCHEDULE)
    .description('Overrides that are not over');
  addExamples(list, 'holdfast oncall override ls primary').action(async (schedule: string) => {
    const output = context.output();
    const page = await (await context.api()).get<Page<Override>>(route`/api/v1/schedules/${schedule}/overrides`);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) output.print('No overrides.');
    else
      output.printTable(
        [
          { title: 'WHO' },
          { title: 'FOR' },
          { title: 'FROM' },
          { title: 'TO' },
          { title: 'ID' },
          { title: 'WHY', cutTo: 10, optional: true },
        ],
        page.items.map((each) => [
          each.user,
          each.replaces ?? 'everybody',
          formatDate(each.start),
          formatDate(each.end),
          each.id,
          each.reason ?? '',
        ]),
      );
    output.suggest(`Add one: holdfast oncall override add ${schedule} --user NAME --from … --to …`);
  });

  const add = override
    .command('add')
    .argument(...SCHEDULE)
    .description('Somebody is on call instead')
    .requiredOption('--user <name>', 'who stands in')
    .requiredOption('--from <time>', 'from when on: a time with its zone, or +2h from now', parseTime)
    .requiredOption('--to <time>', 'until when', parseTime)
    .option('--replaces <name>', 'only where this person would be on call; default: whoever it is')
    .option('--layer <name>', 'only in this layer')
    .option('--reason <text>', 'why')
    .option('--idempotency-key <key>', 'repeated with the same key it is made once');
  addExamples(
    add,
    'holdfast oncall override add primary --user ada --from +0m --to +8h',
    'holdfast oncall override add primary --user ada --replaces grace --from 2026-03-01T09:00+01:00 --to 2026-03-02T09:00+01:00',
  );
  type Added = {
    user: string;
    from: string;
    to: string;
    replaces?: string;
    layer?: string;
    reason?: string;
    idempotencyKey?: string;
  };
  add.action(async (schedule: string, { from, to, idempotencyKey, ...options }: Added) => {
    const output = context.output();
    const made = await (await context.api()).send<Override>('POST', route`/api/v1/schedules/${schedule}/overrides`, {
      body: { ...options, start: from, end: to },
      idempotencyKey,
    });
    if (output.json) return output.printJson(made);
    const whom = made.replaces === null ? '' : ` for ${made.replaces}`;
    output.print(
      `${output.mark('good')} ${made.user} stands in${whom} from ${formatDate(made.start)} to ${formatDate(made.end)} (${made.id}).`,
    );
    output.suggest(`Take it back: holdfast oncall override rm ${schedule} ${made.id}`);
  });

  const remove = override
    .command('rm')
    .argument(...SCHEDULE)
    .argument('<id>', 'id of the override')
    .description('Take an override back');
  addExamples(remove, 'holdfast oncall override rm primary ovr_01hv0example').action(
    async (schedule: string, id: string) => {
      const output = context.output();
      await (await context.api()).send('DELETE', route`/api/v1/schedules/${schedule}/overrides/${id}`);
      if (output.json) return output.printJson({ id, removed: true });
      output.print(`${output.mark('good')} ${id} is taken back.`);
      output.suggest(`Who is on call now: holdfast oncall who ${schedule}`);
    },
  );

  const imports = command
    .command('import')
    .argument(...SCHEDULE)
    .argument('<file>', 'iCalendar file, - for standard input')
    .description('Make overrides of the events of a calendar; again brings them up to date')
    .option('--person <name=user>', 'whom an address or a name in the calendar means; repeat it', collectPerson)
    .option('--partial', 'import what can be read instead of nothing');
  addExamples(imports, 'holdfast oncall import primary shifts.ics --person "ada@example.com=ada"');
  imports.action(
    async (schedule: string, file: string, options: { person?: Record<string, string>; partial?: boolean }) => {
      const output = context.output();
      const body = { text: readInput(file), people: options.person ?? {}, partial: options.partial ?? false };
      const imported = await (await context.api()).send<ImportedIcal>(
        'POST',
        route`/api/v1/schedules/${schedule}/import`,
        { body },
      );
      if (imported.problems.length > 0) context.setExitCode(EXIT.found);
      if (output.json) return output.printJson(imported);
      output.print(`${output.mark('good')} ${count(imported.overrides.length, 'override')} imported.`);
      if (imported.repeatedUntil !== null)
        output.print(
          `${output.mark('asks')} What repeats is imported until ${formatDate(imported.repeatedUntil)}: import it again before.`,
        );
      for (const { line, message } of imported.problems) output.print(`${output.mark('bad')} line ${line}: ${message}`);
      output.suggest(`Look: holdfast oncall override ls ${schedule}`);
    },
  );
}
