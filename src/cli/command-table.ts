import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';

/** What a command's module exports: adds its arguments, options, examples and action to its node of the program. */
export type CommandModule = { defineCommand(command: Command, context: CliContext): void };

type Entry = { name: string; summary: string; load(): Promise<CommandModule> };

/** Every command, loaded only when it is the one that runs: starting quickly matters in scripts and at 3 am. */
export const COMMANDS: readonly Entry[] = [
  { name: 'serve', summary: 'Start the server', load: () => import('./commands/serve.ts') },
  { name: 'demo', summary: 'Watch a service break, be noticed, repaired and verified', load: () => import('./commands/demo.ts') },
  { name: 'migrate', summary: 'Bring the database schema up to date, or show where it is', load: () => import('./commands/migrate.ts') },
];
