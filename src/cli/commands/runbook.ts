import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../cli-context.ts';
import { exitCodeOfRun, followRun } from '../follow-run.ts';
import { lintFiles } from '../lint-files.ts';
import { addExamples } from '../options/examples.ts';
import { collectInput, collectInputFile, collectText, parseCount } from '../options/parse-values.ts';
import { renderError } from '../render-error.ts';
import { runLocally } from '../run-locally.ts';
import { listFolders, openRunbookSource, splitProcedure } from '../runbook-source.ts';
import { startRun } from '../start-run.ts';
import { toGithub, toSarif } from '../views/lint-formats.ts';
import { printLint, printRule } from '../views/lint-view.ts';
import { describeStatus } from '../views/run-view.ts';
import { printPlan, printRunbook, printRunbooks } from '../views/runbook-view.ts';
import { defineVersionCommands } from './runbook-versions.ts';

const FILE = ['<file>', 'a file, or a path below a runbooks folder'] as const;
const FILE_PROCEDURE = [
  '<file#procedure>',
  'the file, and after # its procedure (not needed when there is one)',
] as const;

type FolderOptions = { runbooks?: string[] };
type InputOptions = { set?: Record<string, string>; setFile?: Record<string, string> };

/** `holdfast runbook ls|show|lint|plan|run|versions|diff|search`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast runbook ls --runbooks ./ops/runbooks',
    'holdfast runbook show ops.md',
    'holdfast runbook lint ops.md',
    'holdfast runbook plan database-connections.md#free-connections --set target=shop-db',
  );
  defineReading(command, context);
  defineLinting(command, context);
  definePlanning(command, context);
  defineRunning(command, context);
  defineVersionCommands(command, context);
}

function addFolders(command: Command): Command {
  return command.option(
    '--runbooks <folder>',
    'folder to search, instead of the configured ones; may be repeated',
    collectText,
  );
}

function addInputs(command: Command): Command {
  return command
    .option('--set <name=value>', 'value of an input; may be repeated', collectInput)
    .option('--set-file <name=file>', 'value of an input from a file: secrets, long texts', collectInputFile);
}

function inputsOf({ set, setFile }: InputOptions): Record<string, string> {
  return { ...setFile, ...set };
}

function defineReading(command: Command, context: CliContext): void {
  const list = addFolders(command.command('ls').description('Runbooks of the configured folders; needs no server'));
  addExamples(list, 'holdfast runbook ls', 'holdfast runbook ls --runbooks ./ops/runbooks --json');
  list.action(async ({ runbooks = [] }: FolderOptions) => {
    const output = context.output();
    const items = await (await openRunbookSource(context, runbooks)).list();
    if (output.json) return output.printJson({ items, next: null });
    if (items.length === 0) {
      output.print('No runbooks: none of the folders holds a Markdown file.');
      return output.suggest('Name a folder: holdfast runbook ls --runbooks ./runbooks');
    }
    printRunbooks(output, items);
    output.suggest(
      `Read one: holdfast runbook show ${items.find((item) => item.problem === null)?.path ?? items[0]!.path}`,
    );
  });

  const show = addFolders(
    command
      .command('show')
      .argument(...FILE)
      .description('What is read from a runbook: inputs, procedures, steps and what they would do; needs no server'),
  );
  addExamples(
    show,
    'holdfast runbook show ops.md',
    'holdfast runbook show ops.md#failover',
    'holdfast runbook show ops.md --json | jq .blocks',
  );
  show.action(async (name: string, { runbooks = [] }: FolderOptions) => {
    const output = context.output();
    const { file, procedure } = await splitProcedure(name);
    const document = await (await openRunbookSource(context, runbooks)).show(file);
    if (output.json) return output.printJson(document);
    const procedures = document.procedures.filter(({ slug }) => procedure === undefined || slug === procedure);
    if (procedures.length === 0 && procedure !== undefined)
      throw noProcedure(
        file,
        procedure,
        document.procedures.map(({ slug }) => slug),
      );
    printRunbook(output, document, procedures);
    const runnable = procedures.find((each) => each.phases.some((phase) => phase.steps.length > 0));
    if (runnable) output.suggest(`Plan it: holdfast runbook plan ${file}#${runnable.slug}`);
  });
}

type LintChoices = FolderOptions & {
  rule?: string[];
  ignore?: string[];
  format?: 'text' | 'json' | 'sarif' | 'github';
  fix?: boolean;
  maxWarnings?: number;
  explain?: string;
};

function defineLinting(command: Command, context: CliContext): void {
  const lint = addFolders(
    command
      .command('lint')
      .argument('[files...]', 'files, folders with runbooks, or - for standard input')
      .description(
        'Mistakes in runbooks, before anyone follows them: exit code 1 when there are errors; needs no server',
      ),
  )
    .option('--rule <id>', 'only this rule; may be repeated', collectText)
    .option('--ignore <id>', 'not this rule; may be repeated', collectText)
    .addOption(new Option('--format <format>', 'form of the findings').choices(['text', 'json', 'sarif', 'github']))
    .option('--fix', 'mend in the files what can be mended safely')
    .option('--max-warnings <count>', 'exit code 1 also when there are more warnings', parseCount)
    .option('--explain <id>', 'what a rule is about, with an example');
  addExamples(
    lint,
    'holdfast runbook lint ops.md',
    'holdfast runbook lint ./runbooks --format github --max-warnings 0',
    'holdfast runbook lint --explain pipe-hides-failure',
  );
  lint.action(async (names: string[], options: LintChoices) => {
    const output = context.output();
    const { listLintRules } = await import('../../act/runbooks/index.ts');
    const rules = await listLintRules();
    for (const id of [
      ...(options.rule ?? []),
      ...(options.ignore ?? []),
      ...(options.explain ? [options.explain] : []),
    ]) {
      if (!rules.some((rule) => rule.id === id)) throw noRule(id);
    }
    if (options.explain !== undefined) {
      const rule = rules.find((each) => each.id === options.explain)!;
      return output.json ? output.printJson(rule) : printRule(output, rule);
    }
    if (names.length === 0 || (options.fix && names.includes('-'))) {
      throw new HoldfastError({
        code: 'runbook.lint-what',
        kind: 'invalid',
        message: names.length === 0 ? 'no file was named' : 'standard input cannot be mended',
        hint: 'Name files or folders: holdfast runbook lint ops.md',
      });
    }
    const run = await lintFiles(
      names,
      {
        ...(options.rule && { only: options.rule }),
        ...(options.ignore && { ignore: options.ignore }),
        fix: options.fix === true,
      },
      { folders: () => listFolders(context, options.runbooks ?? []), readInput: () => text(process.stdin) },
    );
    const findings = run.files.flatMap((file) => file.findings);
    const format = output.json ? 'json' : (options.format ?? 'text');
    if (format === 'json') output.printJson(findings);
    else if (format === 'sarif') output.printJson(toSarif(findings, rules, context.version));
    else if (format === 'github') for (const line of toGithub(findings)) output.print(line);
    else printLint(output, run);
    for (const { error } of run.failures) process.stderr.write(renderError(error, output.json));
    const errors = findings.filter((finding) => finding.severity === 'error');
    const tooMany = options.maxWarnings !== undefined && findings.length - errors.length > options.maxWarnings;
    if (run.failures.length > 0) context.setExitCode(2);
    else if (errors.length > 0 || tooMany) context.setExitCode(1);
    if (format !== 'text' || findings.length === 0) return;
    const first = errors[0] ?? findings[0]!;
    output.suggest(`What it means: holdfast runbook lint --explain ${first.rule}`);
  });
}

function noRule(id: string): HoldfastError {
  return new HoldfastError({
    code: 'runbook.no-rule',
    kind: 'invalid',
    message: `there is no lint rule ${id}`,
    hint: 'Their names stand in the findings, and in docs/lint/README.md.',
  });
}

function definePlanning(command: Command, context: CliContext): void {
  const plan = addInputs(
    addFolders(
      command
        .command('plan')
        .argument(...FILE_PROCEDURE)
        .description('What a run would do, without doing it; needs no server'),
    ),
  ).option('--full', 'every line of every step');
  addExamples(
    plan,
    'holdfast runbook plan ops.md#failover --set db-host=db-2',
    'holdfast runbook plan ops.md#failover --json | jq .missingInputs',
  );
  plan.action(async (name: string, options: FolderOptions & InputOptions & { full?: boolean }) => {
    const output = context.output();
    const { file, procedure } = await splitProcedure(name);
    const source = await openRunbookSource(context, options.runbooks ?? []);
    const planned = await source.plan(file, procedure, inputsOf(options));
    if (output.json) return output.printJson(planned);
    printPlan(output, planned, { full: options.full === true });
    const given = Object.keys(inputsOf(options)).map((input) => ` --set ${input}=${output.ellipsis}`);
    const missing = planned.missingInputs.map((input) => ` --set ${input}=${output.ellipsis}`);
    output.suggest(
      `${missing.length > 0 ? 'Give what is missing' : 'Run it'}: holdfast runbook ${missing.length > 0 ? 'plan' : 'run'} ${file}#${planned.procedure}${given.join('')}${missing.join('')}`,
    );
  });
}

function defineRunning(command: Command, context: CliContext): void {
  const run = addInputs(
    command
      .command('run')
      .argument(...FILE_PROCEDURE)
      .description('Run it on the server and watch: exit code 0 succeeded, 1 failed, 5 a person is needed'),
  )
    .option('--follow', 'watch until it ends or a person is needed (this is the default)')
    .option('--no-follow', 'start it and come back at once')
    .option('--through-waits', 'go on watching while a person is waited for')
    .option('--incident <id>', 'number or id of the incident it is for')
    .option('--from-step <step>', 'skip the steps before this one')
    .option('--dry-run', 'carry out only the steps that observe')
    .option('--environment <name>', 'where: an environment of the configuration')
    .option('--local', 'run it here, on a server and database only for the time of this run')
    .option('--idempotency-key <key>', 'repeated with the same key it is started once');
  addExamples(
    run,
    'holdfast runbook run database-connections.md --set target=shop-db',
    'holdfast runbook run ops.md#failover --incident INC-20260301-001 --no-follow',
    'holdfast runbook run ops.md#failover --dry-run --environment staging',
    'holdfast runbook run ./fix.md --local',
  );
  run.action(
    async (
      name: string,
      options: InputOptions & {
        follow?: boolean;
        throughWaits?: boolean;
        incident?: string;
        fromStep?: string;
        dryRun?: boolean;
        environment?: string;
        local?: boolean;
        idempotencyKey?: string;
      },
    ) => {
      const output = context.output();
      const { file, procedure } = await splitProcedure(name);
      const request = {
        file,
        procedure,
        inputs: inputsOf(options),
        incidentId: options.incident,
        fromStep: options.fromStep,
        dryRun: options.dryRun,
        environment: options.environment,
        idempotencyKey: options.idempotencyKey,
      };
      if (options.local === true) return runLocally(context, request);
      const api = await context.api();
      const started = await startRun(api, request);
      if (options.follow === false) {
        if (output.json) return output.printJson(started);
        output.print(`${output.mark('good')} ${started.title} is ${describeStatus(started)}: ${started.id}`);
        return output.suggest(`Watch: holdfast run follow ${started.id}`);
      }
      output.note(`${started.title}: ${started.id}`);
      context.sayOnInterrupt(`It goes on. Watch again: holdfast run follow ${started.id}`);
      const ended = await followRun(api, output, started.id, { throughWaits: options.throughWaits === true });
      if (output.json) output.printJson(ended);
      context.setExitCode(exitCodeOfRun(ended));
    },
  );
}

function noProcedure(file: string, procedure: string, slugs: readonly string[]): HoldfastError {
  return new HoldfastError({
    code: 'runbook.no-procedure',
    kind: 'missing',
    message: `${file} has no procedure ${procedure}`,
    hint: `It has ${slugs.join(', ')}.`,
  });
}
