import { Argument, type Command, Option } from 'commander';
import { DECISIONS, RUN_STATUSES, type Run, type RunSummary } from '../../contract/run.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { copyOutput } from '../copy-output.ts';
import { exitCodeOfRun, followRun } from '../follow-run.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { parseCount } from '../options/parse-values.ts';
import { toneOfRun } from '../terminal/tones.ts';
import { answersFor, describeStatus, printRun, printRuns } from '../views/run-view.ts';

const ID = ['<id>', 'id of the run'] as const;

/** `holdfast run ls|show|follow|output|cancel|pause|resume|rollback|skip|answer|decide`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast run ls', 'holdfast run follow run_0…', 'holdfast run answer run_0… --done');
  defineReading(command, context);
  defineFollowing(command, context);
  defineSteering(command, context);
}

function defineReading(command: Command, context: CliContext): void {
  const list = command
    .command('ls')
    .description('Runs, newest first')
    .option('--status <statuses>', `one of, or several with commas: ${RUN_STATUSES.join(', ')}`)
    .option('--incident <id>', 'of this incident')
    .option('--runbook <path>', 'of this runbook');
  addPaging(list);
  addExamples(list, 'holdfast run ls', 'holdfast run ls --status waiting,in-doubt');
  list.action(
    async ({
      status,
      incident,
      runbook,
      ...options
    }: PagingOptions & { status?: string; incident?: string; runbook?: string }) => {
      const output = context.output();
      const query = { ...pagingQuery(options), status, incident, runbook };
      const page = await (await context.api()).get<Page<RunSummary>>('/api/v1/runs', query);
      if (output.json) return output.printJson(page);
      if (page.items.length === 0) {
        output.print(status || incident || runbook ? 'No such runs.' : 'Nothing has run yet.');
        return output.suggest('What could run: holdfast runbook ls');
      }
      printRuns(output, page.items, new Date());
      if (!suggestNextPage(output, 'holdfast run ls', page))
        output.suggest(`Look closer: holdfast run show ${page.items[0]!.id}`);
    },
  );

  const show = command
    .command('show')
    .argument(...ID)
    .description('Where it stands, step by step');
  addExamples(show, 'holdfast run show run_0…').action(async (id: string) => {
    const output = context.output();
    const run = await (await context.api()).get<Run>(route`/api/v1/runs/${id}`);
    if (output.json) return output.printJson(run);
    printRun(output, run, new Date());
    const answers = answersFor(run);
    if (answers.length > 0) output.print(`\nTo go on:\n${answers.map((line) => `  ${line}`).join('\n')}`);
    else
      output.suggest(
        run.endedAt ? `Output: holdfast run output ${run.id} STEP` : `Watch: holdfast run follow ${run.id}`,
      );
  });
}

function defineFollowing(command: Command, context: CliContext): void {
  const follow = command
    .command('follow')
    .argument(...ID)
    .description('Watch it until it ends (exit code 0 or 1) or a person is needed (5)')
    .option('--through-waits', 'go on watching while a person is waited for');
  addExamples(follow, 'holdfast run follow run_0…', 'holdfast run follow run_0… --through-waits --quiet');
  follow.action(async (id: string, { throughWaits }: { throughWaits?: boolean }) => {
    const output = context.output();
    context.sayOnInterrupt(`It goes on. Watch again: holdfast run follow ${id}`);
    const run = await followRun(await context.api(), output, id, { throughWaits: throughWaits === true });
    if (output.json) output.printJson(run);
    context.setExitCode(exitCodeOfRun(run));
  });

  const show = command
    .command('output')
    .argument(...ID)
    .argument('[step]', 'id of the step (default: the last one with output)')
    .description('Output of a step, redacted, as it was written')
    .option('--attempt <n>', 'which attempt (default: the last)', parseCount)
    .option('--from <byte>', 'start at this byte', parseCount, 0)
    .option('--follow', 'go on while the step runs');
  addExamples(show, 'holdfast run output run_0… restart-the-pool', 'holdfast run output run_0… | grep -i error');
  show.action(
    async (id: string, step: string | undefined, options: { attempt?: number; from: number; follow?: boolean }) => {
      const output = context.output();
      const api = await context.api();
      const stepId = step ?? (await findStepWithOutput(await api.get<Run>(route`/api/v1/runs/${id}`)));
      await copyOutput(api, output, { ...options, runId: id, step: stepId, follow: options.follow === true });
    },
  );
}

function defineSteering(command: Command, context: CliContext): void {
  const change = async (id: string, path: string, body: object) => {
    const output = context.output();
    const run = await (await context.api()).send<Run>('POST', `${route`/api/v1/runs/${id}`}/${path}`, { body });
    if (output.json) return output.printJson(run);
    output.print(`${output.mark(toneOfRun(run.status))} ${run.title} is ${describeStatus(run)}.`);
    output.suggest(run.endedAt ? `Look at it: holdfast run show ${run.id}` : `Watch: holdfast run follow ${run.id}`);
  };

  for (const [name, summary] of [
    ['cancel', 'End it; a step under way is stopped first'],
    ['pause', 'Stop at the next border between two steps'],
    ['resume', 'Let a paused run go on'],
    ['rollback', 'Undo the completed steps, last first'],
  ] as const) {
    const steer = command
      .command(name)
      .argument(...ID)
      .description(summary)
      .option('--reason <text>', 'why; it is kept in the record');
    addExamples(steer, `holdfast run ${name} run_0… --reason "why, in a sentence"`);
    steer.action((id: string, options: { reason?: string }) => change(id, name, options));
  }

  const skip = command
    .command('skip')
    .argument(...ID)
    .argument('<step>', 'id of a step that has not begun')
    .description('Pass over a step')
    .requiredOption('--reason <text>', 'why; it is kept in the record');
  addExamples(skip, 'holdfast run skip run_0… notify-customers --reason "already told"').action(
    (id: string, step: string, { reason }: { reason: string }) => change(id, 'skip', { step, reason }),
  );

  const answer = command
    .command('answer')
    .argument(...ID)
    .argument('[step]', 'id of the step (default: the one that asks)')
    .description('Answer a step that asks: a value, an option, or whether it was done')
    .addOption(
      new Option('--value <value>', 'for a step that asks for a value').conflicts(['option', 'done', 'notDone']),
    )
    .addOption(
      new Option('--option <option>', 'for a step that asks for a choice').conflicts(['value', 'done', 'notDone']),
    )
    .addOption(new Option('--done', 'the step by hand was done').conflicts(['notDone']))
    .option('--not-done', 'the step by hand could not be done: the run fails')
    .option('--reason <text>', 'a word for the record');
  addExamples(
    answer,
    'holdfast run answer run_0… --done',
    'holdfast run answer run_0… --option restart',
    'holdfast run answer run_0… --value db-2',
  );
  answer.action(
    async (
      id: string,
      step: string | undefined,
      { notDone, ...given }: { value?: string; option?: string; done?: boolean; notDone?: boolean; reason?: string },
    ) => {
      if (given.value === undefined && given.option === undefined && !given.done && !notDone) {
        answer.error('error: give --value, --option, --done or --not-done', { code: 'usage', exitCode: 2 });
      }
      const run = await (await context.api()).get<Run>(route`/api/v1/runs/${id}`);
      const asking = step ?? run.steps.find((candidate) => candidate.status === 'waiting')?.id;
      if (asking === undefined) throw nothingAsked(run);
      await change(id, 'answer', { step: asking, ...given, ...(notDone ? { done: false } : {}) });
    },
  );

  const decide = command
    .command('decide')
    .argument(...ID)
    .argument('<step>', 'id of the step in doubt')
    .addArgument(new Argument('<decision>', 'what became of it').choices(DECISIONS))
    .description('Settle a step in doubt: it was done, failed, is tried again, or all is undone')
    .requiredOption('--reason <text>', 'how you know; it is kept in the record');
  addExamples(
    decide,
    'holdfast run decide run_0… restart-the-pool done --reason "the pool has new connections"',
  ).action((id: string, step: string, decision: string, { reason }: { reason: string }) =>
    change(id, 'decide', { step, decision, reason }),
  );
}

function findStepWithOutput(run: Run): string {
  const step = run.steps.findLast((candidate) => candidate.attempts.some((attempt) => attempt.output.bytes > 0));
  if (step) return step.id;
  throw new HoldfastError({
    code: 'run.no-output',
    kind: 'missing',
    message: `no step of run ${run.id} has any output`,
    hint: `See where it stands: holdfast run show ${run.id}`,
  });
}

function nothingAsked(run: Run): HoldfastError {
  return new HoldfastError({
    code: 'step.not-asking',
    kind: 'conflict',
    message: `run ${run.id} is ${run.status} and asks nothing`,
    hint: `See where it stands: holdfast run show ${run.id}`,
  });
}
