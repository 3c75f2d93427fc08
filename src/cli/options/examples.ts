import type { Command } from 'commander';

/** The end of a command's help: at least one line that can be copied. */
export function addExamples(command: Command, ...lines: [string, ...string[]]): Command {
  return command.addHelpText(
    'after',
    `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}\n`).join('')}`.trimEnd(),
  );
}
