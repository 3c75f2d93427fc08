import { Command } from 'commander';
import type { CliContext } from '../../src/cli/cli-context.ts';
import { COMMANDS } from '../../src/cli/command-table.ts';

export type DocumentedCommand = {
  /** `incident ls`. */
  name: string;
  summary: string;
  /** As `--help` prints it. */
  help: string;
  /** As docs/cli.md holds it. */
  reference: string;
};

/** Every command and subcommand as it is defined, in the order of `holdfast --help`. */
export async function listDocumentedCommands(): Promise<DocumentedCommand[]> {
  const found: DocumentedCommand[] = [];
  for (const entry of COMMANDS) {
    const program = new Command('holdfast');
    const command = program.command(entry.name).description(entry.summary);
    (await entry.load()).defineCommand(command, {} as CliContext);
    const walk = (at: Command, name: string) => {
      const help = readHelp(at);
      found.push({ name, summary: at.description(), help, reference: renderReference(at, name, help) });
      for (const child of at.commands) walk(child, `${name} ${child.name()}`);
    };
    walk(command, entry.name);
  }
  return found;
}

function readHelp(command: Command): string {
  let help = '';
  command
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
      getOutHelpWidth: () => 200,
    })
    .outputHelp();
  return help;
}

function renderReference(command: Command, name: string, help: string): string {
  const group = command.commands.length > 0;
  const usage = command.registeredArguments.map((argument) => {
    const dots = argument.variadic ? '…' : '';
    return argument.required ? ` <${argument.name()}${dots}>` : ` [${argument.name()}${dots}]`;
  });
  const described = [
    ...command.registeredArguments.map((argument) => ({
      term: argument.name(),
      text: withChoices(argument.description, argument.argChoices),
    })),
    ...command.options
      .filter((option) => !option.hidden)
      .map(({ flags, description, argChoices, mandatory }) => ({
        term: flags,
        text: `${withChoices(description, argChoices)}${mandatory ? ' (required)' : ''}`,
      })),
  ];
  const examples = (help.split(/\nExamples?:\n/)[1] ?? '').split('\n').map((line) => line.replace(/^ {2}/, ''));
  return [
    `${group ? '###' : '####'} \`holdfast ${name}${usage.join('')}\``,
    '',
    `${command.description()}.`,
    ...(described.length > 0 ? ['', ...described.map(({ term, text }) => `- \`${term}\`: ${text}`)] : []),
    ...(group ? [] : ['', '```', ...examples.filter((line) => line !== ''), '```']),
    '',
  ].join('\n');
}

function withChoices(description: string, choices: readonly string[] | undefined): string {
  return choices ? `${description}: ${choices.join(', ')}` : description;
}
