import type { Command } from 'commander';
import type { CalendarFeed, CreatedFeed } from '../../../contract/oncall-api.ts';
import { route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import { formatDate } from '../../terminal/times.ts';
import { stateCell } from '../../terminal/tones.ts';

/** Calendar addresses other programs read. */
export function defineFeeds(command: Command, context: CliContext): void {
  const feed = command
    .command('feed')
    .description('Calendar addresses to subscribe to: list, create, revoke')
    .helpCommand(false);
  addExamples(feed, 'holdfast oncall feed create --schedule primary', 'holdfast oncall feed ls');

  const list = feed.command('ls').description('Calendar addresses, newest first, without their secrets');
  addExamples(list, 'holdfast oncall feed ls').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<Page<CalendarFeed>>('/api/v1/oncall/feeds');
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) output.print('No calendar addresses.');
    else
      output.printTable(
        [
          { title: 'STATE' },
          { title: 'ABOUT' },
          { title: 'MADE BY', cutTo: 8, optional: true },
          { title: 'MADE' },
          { title: 'ID' },
        ],
        page.items.map((each) => [
          each.revokedAt === null ? stateCell(output, 'good', 'open') : stateCell(output, 'plain', 'revoked'),
          `${each.about} ${each.name}`,
          each.createdBy,
          formatDate(each.createdAt),
          each.id,
        ]),
      );
    output.suggest('Make one: holdfast oncall feed create --schedule NAME');
  });

  const create = feed
    .command('create')
    .description('A secret address with the shifts of a schedule or a person')
    .option('--schedule <name>', 'of this schedule')
    .option('--user <name>', 'of this person, in all schedules')
    .option('--idempotency-key <key>', 'repeated with the same key it is made once');
  addExamples(create, 'holdfast oncall feed create --schedule primary', 'holdfast oncall feed create --user ada');
  create.action(async ({ idempotencyKey, ...about }: { schedule?: string; user?: string; idempotencyKey?: string }) => {
    if ((about.schedule === undefined) === (about.user === undefined))
      create.error('error: give either --schedule or --user', { code: 'usage', exitCode: 2 });
    const output = context.output();
    const made = await (await context.api()).send<CreatedFeed>('POST', '/api/v1/oncall/feeds', {
      body: about,
      idempotencyKey,
    });
    if (output.json) return output.printJson(made);
    output.print(made.url);
    output.note('Whoever knows this address can read the calendar; it is not shown again.');
    output.suggest(`Revoke it: holdfast oncall feed revoke ${made.feed.id}`);
  });

  const revoke = feed.command('revoke').argument('<id>', 'id of the address').description('End a calendar address');
  addExamples(revoke, 'holdfast oncall feed revoke cal_01hv0example').action(async (id: string) => {
    const output = context.output();
    const revoked = await (await context.api()).send<CalendarFeed>('DELETE', route`/api/v1/oncall/feeds/${id}`);
    if (output.json) return output.printJson(revoked);
    output.print(`${output.mark('good')} ${id} is revoked.`);
    output.suggest('The others: holdfast oncall feed ls');
  });
}
