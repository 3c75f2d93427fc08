import { Argument, type Command, Option } from 'commander';
import {
  COMPONENT_STATUSES,
  INCIDENT_NOTICE_STATUSES,
  MAINTENANCE_STATUSES,
  NOTICE_IMPACTS,
  type StatusComponent,
  type StatusNotice,
  type StatusSubscriber,
} from '../../contract/status-page.ts';
import { route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import type { Page } from '../options/paging.ts';
import { parseTime } from '../options/parse-time.ts';
import { collectText, parseDurationMs } from '../options/parse-values.ts';
import type { Tone } from '../terminal/output.ts';
import { formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';
import { defineDrafts } from './status/drafts.ts';
import { addMessage, affectedOf, type MessageOptions, messageOf } from './status/message.ts';

const COMPONENT_TONES: Readonly<Record<StatusComponent['status'], Tone>> = {
  operational: 'good',
  degraded_performance: 'asks',
  partial_outage: 'bad',
  major_outage: 'bad',
  under_maintenance: 'plain',
};

/** `holdfast status ls|components|component|publish|update|maintain|drafts|subscribers`: what the public is told. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast status components',
    'holdfast status publish "Payments fail" --impact major --impact-text "Cards are refused" --status-text "We look for the cause" --next 15m --affects Payments=partial_outage',
  );
  defineComponents(command, context);
  defineNotices(command, context);
  defineDrafts(command, context);
  defineSubscribers(command, context);
}

function defineComponents(command: Command, context: CliContext): void {
  const list = command.command('components').description('Components of the public page and how they stand');
  addExamples(list, 'holdfast status components').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<Page<StatusComponent>>('/api/v1/status-page/components');
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('The status page has no components.');
      return output.suggest('Add one: holdfast status component Payments --group Checkout');
    }
    output.printTable(
      [
        { title: 'COMPONENT', cutTo: 16 },
        { title: 'STATUS' },
        { title: 'GROUP', optional: true },
        { title: 'ID', optional: true },
      ],
      page.items.map((each) => [
        each.name,
        stateCell(output, COMPONENT_TONES[each.status], each.status),
        each.group ?? '-',
        each.id,
      ]),
    );
    output.suggest('The public page: GET /status');
  });

  const change = command
    .command('component')
    .argument('<name>', 'name of the component')
    .description('Add a component, change it, or say how it stands')
    .addOption(new Option('--status <status>', 'how it stands').choices(COMPONENT_STATUSES))
    .option('--group <name>', 'heading it stands under')
    .option('--description <text>', 'what it is, for the public')
    .option('--remove', 'take it off the page');
  addExamples(
    change,
    'holdfast status component Payments --group Checkout --description "Cards and invoices"',
    'holdfast status component Payments --status degraded_performance',
    'holdfast status component Payments --remove',
  );
  type ChangeOptions = { status?: string; group?: string; description?: string; remove?: boolean };
  change.action(async (name: string, { remove, status, ...about }: ChangeOptions) => {
    const output = context.output();
    const api = await context.api();
    const { items } = await api.get<Page<StatusComponent>>('/api/v1/status-page/components');
    let component = items.find((each) => each.name === name || each.id === name);
    if (remove) {
      await api.send('DELETE', route`/api/v1/status-page/components/${component?.id ?? name}`);
      if (output.json) return output.printJson({ name, removed: true });
      return output.print(`${output.mark('good')} ${name} is off the status page.`);
    }
    component ??= await api.send<StatusComponent>('POST', '/api/v1/status-page/components', {
      body: { name, ...about },
    });
    if (status !== undefined || items.some((each) => each.id === component?.id))
      component = await api.send<StatusComponent>('PATCH', route`/api/v1/status-page/components/${component.id}`, {
        body: { ...about, status },
      });
    if (output.json) return output.printJson(component);
    output.print(`${output.mark(COMPONENT_TONES[component.status])} ${component.name} is ${component.status}.`);
  });
}

function defineSubscribers(command: Command, context: CliContext): void {
  const subscribers = command.command('subscribers').description('Who hears of updates: list, add, rm');
  addExamples(
    subscribers,
    'holdfast status subscribers ls',
    'holdfast status subscribers add webhook https://chat.example.com/hooks/status',
  );
  const list = subscribers.command('ls').description('Subscribers, and what could not be brought to them');
  addExamples(list, 'holdfast status subscribers ls').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<Page<StatusSubscriber>>('/api/v1/status-page/subscribers');
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('Nobody subscribed yet.');
      return output.suggest('People subscribe at /status/subscribe once contacts.email is configured.');
    }
    const now = new Date();
    output.printTable(
      [
        { title: 'ADDRESS', cutTo: 24 },
        { title: 'KIND' },
        { title: 'CONFIRMED' },
        { title: 'FAILED', optional: true },
        { title: 'ID', optional: true },
      ],
      page.items.map((each) => [
        each.address,
        each.kind,
        each.confirmedAt === null ? 'not yet' : formatWhen(each.confirmedAt, now),
        each.failed === 0 ? '-' : `${each.failed}: ${each.reason ?? ''}`,
        each.id,
      ]),
    );
  });

  const add = subscribers
    .command('add')
    .addArgument(new Argument('<kind>', 'what they are').choices(['email', 'webhook']))
    .argument('<address>', 'an email address, or an http:// or https:// address')
    .description('Add a subscriber; an email address is asked first');
  addExamples(
    add,
    'holdfast status subscribers add email ada@example.com',
    'holdfast status subscribers add webhook https://chat.example.com/hooks/status',
  ).action(async (kind: string, address: string) => {
    const output = context.output();
    await (await context.api()).send('POST', '/api/v1/status-page/subscribers', { body: { kind, address } });
    if (output.json) return output.printJson({ kind, address });
    const asked = kind === 'email' ? 'is asked by mail whether it wants updates' : 'hears of updates';
    output.print(`${output.mark('good')} ${address} ${asked}.`);
  });

  const remove = subscribers.command('rm').argument('<id>', 'its id').description('Remove a subscriber');
  addExamples(remove, 'holdfast status subscribers rm sub_0k1x').action(async (id: string) => {
    const output = context.output();
    await (await context.api()).send('DELETE', route`/api/v1/status-page/subscribers/${id}`);
    if (output.json) return output.printJson({ id, removed: true });
    output.print(`${output.mark('good')} ${id} hears of updates no more.`);
  });
}

function defineNotices(command: Command, context: CliContext): void {
  const list = command.command('ls').description('Incidents and maintenances on the public page, open ones first');
  addExamples(list, 'holdfast status ls').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<Page<StatusNotice>>('/api/v1/status-page/notices');
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) return output.print('Nothing was published yet.');
    const now = new Date();
    output.printTable(
      [
        { title: 'NOTICE' },
        { title: 'STATUS' },
        { title: 'IMPACT', optional: true },
        { title: 'NEXT UPDATE', optional: true },
        { title: 'NAME', cutTo: 20 },
      ],
      page.items.map((notice) => [
        notice.id,
        stateCell(output, notice.resolvedAt === null ? 'bad' : 'good', notice.status),
        notice.impact,
        notice.nextUpdateAt === null
          ? '-'
          : new Date(notice.nextUpdateAt) < now
            ? 'overdue'
            : formatWhen(notice.nextUpdateAt, now),
        notice.name,
      ]),
    );
  });

  const publish = addMessage(
    command
      .command('publish')
      .argument('<name>', 'what the public reads as its title')
      .description('Tell the public of an incident'),
  )
    .addOption(new Option('--impact <impact>', 'how bad it is').choices(NOTICE_IMPACTS).makeOptionMandatory())
    .option('--incident <id>', 'the incident it is about; never shown to the public');
  addExamples(
    publish,
    'holdfast status publish "Payments fail" --impact major --impact-text "Cards are refused" --status-text "We look for the cause" --next 15m',
  );
  publish.action(async (name: string, options: MessageOptions & { impact: string; incident?: string }) => {
    const output = context.output();
    const { id } = await (await context.api()).send<{ id: string }>('POST', '/api/v1/status-page/incidents', {
      body: {
        name,
        impact: options.impact,
        incidentId: options.incident ?? null,
        affected: affectedOf(options),
        message: messageOf(options),
      },
    });
    if (output.json) return output.printJson({ id });
    output.print(`${output.mark('good')} The public is told (${id}).`);
    output.suggest(`Go on: holdfast status update ${id} --status monitoring …`);
  });

  const update = addMessage(
    command.command('update').argument('<id>', 'id of the notice').description('Tell the public how it goes on'),
  ).addOption(
    new Option('--status <status>', 'how it stands now')
      .choices([...INCIDENT_NOTICE_STATUSES, ...MAINTENANCE_STATUSES])
      .makeOptionMandatory(),
  );
  addExamples(
    update,
    'holdfast status update ntc_0… --status resolved --impact-text "Cards were refused" --status-text "All payments work" --next 0 --affects Payments=operational',
  );
  update.action(async (id: string, options: MessageOptions & { status: string }) => {
    const output = context.output();
    await (await context.api()).send('POST', route`/api/v1/status-page/notices/${id}/updates`, {
      body: { status: options.status, affected: affectedOf(options), message: messageOf(options) },
    });
    if (output.json) return output.printJson({ id, status: options.status });
    output.print(`${output.mark('good')} The public is told that it is ${options.status}.`);
  });

  const maintain = command
    .command('maintain')
    .argument('<name>', 'what the public reads as its title')
    .description('Announce a maintenance; it begins and ends by itself')
    .requiredOption('--from <time>', 'when it begins, such as 2026-12-01T22:00Z', parseTime)
    .requiredOption('--for <duration>', 'how long it takes', parseDurationMs)
    .requiredOption('--body <text>', 'what the public is told of it')
    .option('--affects <component>', 'component it concerns; may be repeated', collectText)
    .option('--silence <matcher>', 'alerts that are kept quiet meanwhile; may be repeated', collectText);
  addExamples(
    maintain,
    'holdfast status maintain "New switch" --from 2026-12-01T22:00Z --for 1h --body "Search is slow" --affects Search --silence service=search',
  );
  type MaintainOptions = { from: string; for: number; body: string; affects?: string[]; silence?: string[] };
  maintain.action(async (name: string, options: MaintainOptions) => {
    const output = context.output();
    const { id } = await (await context.api()).send<{ id: string }>('POST', '/api/v1/status-page/maintenances', {
      body: {
        name,
        body: options.body,
        scheduledFor: options.from,
        scheduledUntil: new Date(new Date(options.from).getTime() + options.for).toISOString(),
        affected: options.affects ?? [],
        silence: options.silence ?? [],
      },
    });
    if (output.json) return output.printJson({ id });
    output.print(`${output.mark('good')} Announced (${id}).`);
  });
}
