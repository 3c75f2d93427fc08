import { type Command, Option } from 'commander';
import type { Approval } from '../../contract/run.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { type ApiClient, route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { askLine, canAsk } from '../terminal/ask-line.ts';
import { cleanLine } from '../terminal/clean-text.ts';
import { printApproval, printApprovals } from '../views/approval-view.ts';

const STATUSES = ['pending', 'granted', 'rejected', 'expired', 'superseded'];
const ID = ['<id>', 'id of the approval'] as const;

/** `holdfast approval ls|show|approve|reject`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast approval ls', 'holdfast approval show apr_0…', 'holdfast approval approve apr_0…');

  const list = command
    .command('ls')
    .description('Approvals that wait, newest first')
    .addOption(new Option('--status <status>', 'of this status').choices(STATUSES))
    .option('--all', 'also those that are decided');
  addPaging(list);
  addExamples(list, 'holdfast approval ls', 'holdfast approval ls --status rejected');
  list.action(async (options: PagingOptions & { status?: string; all?: boolean }) => {
    const output = context.output();
    const status = options.status ?? (options.all ? undefined : 'pending');
    const page = await (await context.api()).get<Page<Approval>>('/api/v1/approvals', {
      ...pagingQuery(options),
      status,
    });
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print(status === 'pending' ? 'Nothing waits for an approval.' : 'No approvals.');
      return output.suggest('What runs: holdfast run ls');
    }
    printApprovals(output, page.items, new Date());
    if (!suggestNextPage(output, 'holdfast approval ls', page))
      output.suggest(`Read it in full: holdfast approval show ${page.items[0]!.id}`);
  });

  const show = command
    .command('show')
    .argument(...ID)
    .description('Exactly what would be done, and who said what');
  addExamples(show, 'holdfast approval show apr_0…').action(async (id: string) => {
    const output = context.output();
    const approval = await (await context.api()).get<Approval>(route`/api/v1/approvals/${id}`);
    if (output.json) return output.printJson(approval);
    printApproval(output, approval, new Date());
    output.suggest(
      approval.status === 'pending'
        ? `Decide: holdfast approval approve ${id}`
        : `Its run: holdfast run show ${approval.runId}`,
    );
  });

  const approve = command
    .command('approve')
    .argument(...ID)
    .description('Approve exactly what was asked')
    .option('--reason <text>', 'a word for the record')
    .option('--confirm <title>', 'the step’s title, where you are the only one who could approve');
  addExamples(
    approve,
    'holdfast approval approve apr_0…',
    'holdfast approval approve apr_0… --confirm "End idle sessions"',
  );
  approve.action(async (id: string, options: { reason?: string; confirm?: string }) => {
    const output = context.output();
    const api = await context.api();
    const asked = await api.get<Approval>(route`/api/v1/approvals/${id}`);
    if (!output.json && !output.quiet) printApproval(output, asked, new Date());
    const approval = await approveWithConfirmation(api, asked, options);
    if (output.json) return output.printJson(approval);
    const missing = approval.needed - approval.votes.filter((vote) => vote.decision === 'approve').length;
    output.print(
      missing > 0
        ? `${output.mark('asks')} Counted; ${missing} more needed.`
        : `${output.mark('good')} Approved: ${cleanLine(approval.effect.title)}`,
    );
    output.suggest(`Watch: holdfast run follow ${approval.runId}`);
  });

  const reject = command
    .command('reject')
    .argument(...ID)
    .description('Reject; the run fails')
    .requiredOption('--reason <text>', 'why; it is kept in the record');
  addExamples(reject, 'holdfast approval reject apr_0… --reason "the wrong database"');
  reject.action(async (id: string, { reason }: { reason: string }) => {
    const output = context.output();
    const approval = await (await context.api()).send<Approval>('POST', route`/api/v1/approvals/${id}/reject`, {
      body: { reason },
    });
    if (output.json) return output.printJson(approval);
    output.print(`${output.mark('bad')} Rejected: ${cleanLine(approval.effect.title)}`);
    output.suggest(`Its run: holdfast run show ${approval.runId}`);
  });
}

/** Where the one who started the run is the only one who could approve, the title typed is the second confirmation. */
async function approveWithConfirmation(
  api: ApiClient,
  asked: Approval,
  options: { reason?: string; confirm?: string },
): Promise<Approval> {
  const vote = (body: object) => api.send<Approval>('POST', route`/api/v1/approvals/${asked.id}/approve`, { body });
  try {
    return await vote(options);
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError) || thrown.code !== 'approval.second-confirmation') throw thrown;
    const title = asked.effect.title;
    const explained = new HoldfastError({
      code: thrown.code,
      kind: thrown.kind,
      message:
        options.confirm === undefined
          ? thrown.message
          : `"${options.confirm}" is not the title of the step, which is "${title}"`,
      hint: `To go on alone: holdfast approval approve ${asked.id} --confirm ${JSON.stringify(title)}`,
    });
    if (options.confirm !== undefined || !canAsk()) throw explained;
    const typed = await askLine(
      `You started this run and nobody else could approve it.\nType the title of the step to approve (${cleanLine(title)}): `,
    );
    if (typed === null || typed.trim() !== title.trim()) throw explained;
    return vote({ ...options, confirm: title });
  }
}
