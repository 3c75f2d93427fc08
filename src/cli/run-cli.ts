import { Command, CommanderError } from 'commander';
import { EXIT, exitCodeFor } from '../platform/errors/exit-code.ts';
import { HoldfastError, toHoldfastError } from '../platform/errors/holdfast-error.ts';
import { findPackage } from '../platform/package/package-root.ts';
import { createApiClient } from './api-client.ts';
import type { CliContext, GlobalOptions } from './cli-context.ts';
import { COMMANDS } from './command-table.ts';
import { findServer } from './find-server.ts';
import { addGlobalOptions, findCommandName, GLOBAL_OPTIONS_LINE } from './global-options.ts';
import { renderError } from './render-error.ts';
import { createOutput, type Output } from './terminal/output.ts';

/** Runs one command line and sets the process's exit code. Never throws. */
export async function runCli(args: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  const program = new Command('holdfast');
  const context = createContext(program);
  program
    .description('An operations control plane: runbooks that run.')
    .usage('COMMAND [options]')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .commandsGroup('More:')
    .helpCommand('help [command]', 'show help of a command')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ sortSubcommands: false, helpWidth: helpWidth(process.env), minWidthToWrap: 20 })
    .addHelpText('after', PROGRAM_EXAMPLES)
    .addHelpText('afterAll', ({ command }) => (command === program ? '' : GLOBAL_OPTIONS_LINE));
  addGlobalOptions(program);
  // Only the command that is meant is loaded; the others are known by name and summary.
  const wanted = findCommandName(args);
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).description(entry.summary).helpGroup(entry.group).helpCommand(false);
    if (entry.name !== wanted) continue;
    (await entry.load()).defineCommand(command, context);
    if (entry.positionalOptions) program.enablePositionalOptions();
    if (!entry.handlesSignals) process.on('SIGINT', () => void context.interrupt());
  }
  try {
    if (wanted === null && args.length === 0) process.stdout.write(program.helpInformation() + PROGRAM_EXAMPLES);
    else await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    process.exitCode = report(thrown, context.globals().json || args.includes('--json'), program);
  }
}

const PROGRAM_EXAMPLES = `
Examples:
  holdfast demo --once                    the whole loop on a real service, in a minute
  holdfast serve                          start the server
  holdfast incident ls                    what is broken, and who has it
  holdfast runbook plan FILE#procedure    what a run would do, without doing it
`;

function createContext(program: Command): CliContext & { interrupt(): Promise<void> } {
  const { version } = findPackage();
  let output: Output | null = null;
  const globals = (): GlobalOptions => {
    const given = program.opts<Partial<GlobalOptions>>();
    return { ...given, json: given.json === true, quiet: given.quiet === true, color: given.color !== false };
  };
  let farewell: string | null = null;
  let cleanUp: (() => Promise<void>) | null = null;
  let interrupted = false;
  const context: CliContext & { interrupt(): Promise<void> } = {
    version,
    globals,
    environment: process.env,
    output() {
      output ??= createOutput(globals(), process.env);
      return output;
    },
    api: async () => createApiClient(await findServer(context), version),
    configInput(flags = {}) {
      const { config, data } = globals();
      return {
        flags: { ...flags, ...(config ? { config } : {}), ...(data ? { data } : {}) },
        env: process.env,
        cwd: process.cwd(),
      };
    },
    async loadConfig(flags = {}) {
      const { loadConfig } = await import('../platform/config/load-config.ts');
      const loaded = loadConfig(context.configInput(flags));
      for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning}\n`);
      return loaded;
    },
    setExitCode(code) {
      process.exitCode = code;
    },
    sayOnInterrupt(text) {
      farewell = text;
    },
    cleanUpOnInterrupt(work) {
      cleanUp = work;
    },
    async interrupt() {
      // Said once; while the end is being brought about, further words change nothing.
      if (interrupted) return;
      interrupted = true;
      if (farewell !== null) context.output().suggest(`\n${farewell}`);
      await cleanUp?.().catch(() => {});
      process.exit(EXIT.interrupted);
    },
  };
  return context;
}

/** Help fits the window, and is read in pipes as on a wide one. */
function helpWidth(environment: NodeJS.ProcessEnv): number {
  return process.stdout.columns ?? (Number(environment['COLUMNS']) || 100);
}

/** @returns the exit code */
function report(thrown: unknown, json: boolean, program: Command): number {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return EXIT.ok;
    process.stderr.write(renderError(usageError(thrown, program), json));
    return EXIT.invalid;
  }
  const error = toHoldfastError(thrown);
  process.stderr.write(renderError(error, json));
  if (error.kind === 'bug' && thrown instanceof Error && process.env['HOLDFAST_LOG_LEVEL'] === 'debug')
    process.stderr.write(`${thrown.stack ?? ''}\n`);
  return exitCodeFor(error.kind);
}

/** What Commander refuses, in our words and with the way on. */
function usageError(thrown: CommanderError, program: Command): HoldfastError {
  const at = commandAt(program);
  const names: string[] = [];
  for (let named = at; named.parent; named = named.parent) names.unshift(named.name());
  const name = names.join(' ');
  // Commander writes the whole help where a command lacks its subcommand; one line says it.
  const lacksCommand = thrown.code === 'commander.help';
  const message = lacksCommand
    ? `holdfast ${name} needs one of: ${at.commands.map((command) => command.name()).join(', ')}`
    : thrown.message
        .replace(/^error: (?:command-argument )?/, '')
        .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?');
  return new HoldfastError({
    code: 'usage',
    kind: 'invalid',
    message,
    hint: name === '' ? 'See `holdfast --help`.' : `See \`holdfast ${name} --help\`.`,
  });
}

/** The command Commander had got to, by the words it consumed. */
function commandAt(program: Command): Command {
  let at = program;
  for (;;) {
    const next = at.commands.find((command) => command.name() === at.args[0]);
    if (!next) return at;
    at = next;
  }
}

/** `holdfast … | head` is no failure. */
function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.ok);
      throw error;
    });
  }
}
