import type { Command } from 'commander';
import { COMMANDS } from './command-table.ts';

type GlobalOption = { flags: string; description: string };

const GLOBAL_OPTIONS: readonly GlobalOption[] = [
  { flags: '--json', description: 'print JSON for programs' },
  { flags: '--no-color', description: 'no colours (also: NO_COLOR, or no terminal)' },
  { flags: '--quiet', description: 'results only: no progress, no advice' },
  { flags: '--config <file>', description: 'configuration file (default: holdfast.yaml, if there)' },
  { flags: '--data <folder>', description: 'data folder (default: ./data)' },
  { flags: '--server <url>', description: 'server to talk to (default: the local one; also: HOLDFAST_SERVER)' },
  { flags: '--token <token>', description: 'API key (default: the local one; also: HOLDFAST_TOKEN)' },
];

const longName = ({ flags }: GlobalOption) => flags.split(' ')[0]!;

/** The end of every command's help, in lines that fit a narrow window. */
export const GLOBAL_OPTIONS_LINE = `
Every command also takes --json, --no-color, --quiet,
--config, --data, --server, --token: see holdfast --help.`;

/** Commander finds a program's options wherever they stand: before the command's name or after it. */
export function addGlobalOptions(program: Command): void {
  for (const { flags, description } of GLOBAL_OPTIONS) program.option(flags, description);
}

/** The command a command line means, null when it names none: the first word that is no option and no option's value. */
export function findCommandName(args: readonly string[]): string | null {
  const takesValue = new Set(GLOBAL_OPTIONS.filter(({ flags }) => flags.includes(' ')).map(longName));
  for (let place = 0; place < args.length; place += 1) {
    const word = args[place]!;
    if (takesValue.has(word)) place += 1;
    else if (!word.startsWith('-') && word !== 'help') return COMMANDS.find(({ name }) => name === word)?.name ?? null;
  }
  return null;
}
