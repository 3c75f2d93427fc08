import { Command, CommanderError } from 'commander';
import { loadConfig } from '../platform/config/load-config.ts';
import { EXIT, exitCodeFor } from '../platform/errors/exit-code.ts';
import { HoldfastError, toHoldfastError } from '../platform/errors/holdfast-error.ts';
import { findPackage } from '../platform/package/package-root.ts';
import type { CliContext, GlobalOptions } from './cli-context.ts';
import { COMMANDS } from './command-table.ts';
import { renderError } from './render-error.ts';

/** Runs one command line and sets the process's exit code. Never throws. */
export async function runCli(args: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  const program = new Command('holdfast');
  const context = createContext(program);
  program
    .description('An operations control plane: runbooks that run.')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .configureOutput({ writeErr: () => {} });
  addGlobalOptions(program);
  // Only the command that is meant is loaded; the others are known by name and summary.
  const wanted = args.find((arg) => COMMANDS.some((entry) => entry.name === arg));
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).description(entry.summary);
    command.exitOverride().configureOutput({ writeErr: () => {} });
    if (entry.name === wanted) (await entry.load()).defineCommand(command, context);
    inheritSettings(command);
  }
  program.action(() => {
    process.stdout.write(program.helpInformation());
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    process.exitCode = report(thrown, context.globals().json || args.includes('--json'));
  }
}

function inheritSettings(command: Command): void {
  addGlobalOptions(command);
  for (const child of command.commands) {
    child.exitOverride().configureOutput({ writeErr: () => {} });
    inheritSettings(child);
  }
}

/** They may stand before or after the command's name. */
function addGlobalOptions(command: Command): void {
  const known = new Set(command.options.map((option) => option.long));
  const add = (flags: string, description: string, long: string) => {
    if (!known.has(long)) command.option(flags, description);
  };
  add('--json', 'print JSON for programs', '--json');
  add('--no-color', 'no colours', '--no-color');
  add('--quiet', 'results only, no progress', '--quiet');
  add('--config <file>', 'configuration file (default: holdfast.yaml, if there)', '--config');
  add('--data <folder>', 'data folder (default: ./data)', '--data');
  add('--server <url>', 'server to talk to (default: the local one)', '--server');
  add('--token <token>', 'API key (default: the local one)', '--token');
}

function createContext(program: Command): CliContext {
  const { version } = findPackage();
  const globals = (): GlobalOptions => {
    const merged: Record<string, unknown> = {};
    const collect = (command: Command) => {
      for (const [name, value] of Object.entries(command.opts())) {
        if (command.getOptionValueSource(name) !== 'default' || !(name in merged)) merged[name] = value;
      }
      for (const child of command.commands) collect(child);
    };
    collect(program);
    return { ...merged, json: merged['json'] === true, quiet: merged['quiet'] === true, color: merged['color'] !== false } as GlobalOptions;
  };
  return {
    version,
    globals,
    environment: process.env,
    loadConfig(flags = {}) {
      const { config, data } = globals();
      const loaded = loadConfig({ flags: { ...flags, ...(config ? { config } : {}), ...(data ? { data } : {}) }, env: process.env, cwd: process.cwd() });
      for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning}\n`);
      return loaded;
    },
    setExitCode(code) {
      process.exitCode = code;
    },
  };
}

/** @returns the exit code */
function report(thrown: unknown, json: boolean): number {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return EXIT.ok;
    const message = thrown.message.replace(/^error: /, '');
    const hint = 'See `holdfast --help`, or `holdfast COMMAND --help`.';
    process.stderr.write(renderError(new HoldfastError({ code: 'usage', kind: 'invalid', message, hint }), json));
    return EXIT.invalid;
  }
  const error = toHoldfastError(thrown);
  process.stderr.write(renderError(error, json));
  if (error.kind === 'bug' && thrown instanceof Error && process.env['HOLDFAST_LOG_LEVEL'] === 'debug') process.stderr.write(`${thrown.stack ?? ''}\n`);
  return exitCodeFor(error.kind);
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
