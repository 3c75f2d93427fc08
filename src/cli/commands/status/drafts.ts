import { type Command, Option } from 'commander';
import { NOTICE_IMPACTS, type StatusDraft } from '../../../contract/status-page.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { type ApiClient, route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import type { Page } from '../../options/paging.ts';
import { formatDate, formatWhen } from '../../terminal/times.ts';
import { addMessage, affectedOf, type MessageOptions, messageOf } from './message.ts';

const ID = ['<id>', 'id of the draft'] as const;

/** What escalations wrote for the public: a person reads it before the public does. */
export function defineDrafts(command: Command, context: CliContext): void {
  const drafts = command
    .command('drafts')
    .description('What escalations wrote for the public: list, show, publish, discard');
  addExamples(
    drafts,
    'holdfast status drafts ls',
    'holdfast status drafts publish sdr_0k1x --status-text "We look for the cause" --next 30m',
  );
  const list = drafts.command('ls').description('Drafts that wait for a person; exit code 0 also where there are none');
  addExamples(list, 'holdfast status drafts ls').action(async () => {
    const output = context.output();
    const page = await readDrafts(await context.api());
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) return output.print('No draft waits to be published.');
    const now = new Date();
    output.printTable(
      [{ title: 'DRAFT' }, { title: 'IMPACT' }, { title: 'WRITTEN', optional: true }, { title: 'NAME', cutTo: 20 }],
      page.items.map(({ id, impact, createdAt, name }) => [id, impact, formatWhen(createdAt, now), name]),
    );
    output.suggest(`Read it: holdfast status drafts show ${page.items[0]!.id}`);
  });

  const show = drafts
    .command('show')
    .argument(...ID)
    .description('One draft, whole');
  addExamples(show, 'holdfast status drafts show sdr_0k1x').action(async (id: string) => {
    const output = context.output();
    const draft = await findDraft(await context.api(), id);
    if (output.json) return output.printJson(draft);
    output.print(output.bold(draft.name));
    output.printFacts(
      [
        ['Impact', draft.impact],
        ['Says', draft.message],
        ['Incident', draft.incidentId],
        ['Written', formatDate(draft.createdAt)],
      ],
      2,
    );
    output.suggest(`Publish it: holdfast status drafts publish ${id} --status-text … --next 30m`);
  });

  const publish = addMessage(
    drafts
      .command('publish')
      .argument(...ID)
      .description('Tell the public; what the draft says is said unless you say otherwise'),
    'what the draft says',
  )
    .option('--name <name>', 'what the public reads as its title (default: that of the draft)')
    .addOption(new Option('--impact <impact>', 'how bad it is (default: as the draft says)').choices(NOTICE_IMPACTS));
  addExamples(publish, 'holdfast status drafts publish sdr_0k1x --status-text "We look for the cause" --next 30m');
  type Published = Omit<MessageOptions, 'impactText'> & { impactText?: string; name?: string; impact?: string };
  publish.action(async (draftId: string, { name, impact, impactText, ...options }: Published) => {
    const output = context.output();
    const api = await context.api();
    const draft = await findDraft(api, draftId);
    const { id } = await api.send<{ id: string }>('POST', '/api/v1/status-page/incidents', {
      body: {
        name: name ?? draft.name,
        impact: impact ?? draft.impact,
        // By this the draft is settled, too.
        incidentId: draft.incidentId,
        affected: affectedOf(options),
        message: messageOf({ ...options, impactText: impactText ?? draft.message }),
      },
    });
    if (output.json) return output.printJson({ id });
    output.print(`${output.mark('good')} The public is told (${id}).`);
    output.suggest(`Go on: holdfast status update ${id} --status monitoring …`);
  });

  const discard = drafts
    .command('discard')
    .argument(...ID)
    .description('Throw a draft away; the public never hears of it');
  addExamples(discard, 'holdfast status drafts discard sdr_0k1x').action(async (id: string) => {
    const output = context.output();
    await (await context.api()).send('DELETE', route`/api/v1/status-page/drafts/${id}`);
    if (output.json) return output.printJson({ id, discarded: true });
    output.print(`${output.mark('good')} ${id} is thrown away.`);
  });
}

const readDrafts = (api: ApiClient) => api.get<Page<StatusDraft>>('/api/v1/status-page/drafts');

async function findDraft(api: ApiClient, id: string): Promise<StatusDraft> {
  const found = (await readDrafts(api)).items.find((draft) => draft.id === id);
  if (found) return found;
  throw new HoldfastError({
    code: 'status-draft.missing',
    kind: 'missing',
    message: `there is no draft ${id}`,
    hint: 'It was published or thrown away: see `holdfast status drafts ls`.',
  });
}
