import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';

const EXAMPLE = `
Examples:
  holdfast serve
  holdfast serve --listen 0.0.0.0:8080 --external-url https://ops.example.com --runbooks ./runbooks
  holdfast serve --database-url postgres://holdfast@db.internal/holdfast --role worker`;

/** `holdfast serve`: the server, until TERM or INT. */
export function defineCommand(command: Command, context: CliContext): void {
  const collect = (value: string, before: string[] = []) => [...before, value];
  command
    .option('--listen <host:port>', 'address to listen on; port 0 picks a free one (default: 127.0.0.1:8080)')
    .option('--external-url <url>', 'base of every link that is sent out')
    .option('--database-url <url>', 'PostgreSQL to use instead of the embedded one')
    .option('--role <role>', 'all, serve or worker (default: all)')
    .option('--runbooks <folder>', 'folder with runbooks; may be given several times', collect)
    .option('--log-level <level>', 'trace, debug, info, warn, error or fatal (default: info)')
    .option('--no-auth', 'everybody is administrator; on loopback only')
    .option('--stop-with-stdin', 'stop when standard input is closed (for a parent process that must not leave it behind)')
    .addHelpText('after', EXAMPLE)
    .action(async () => {
      const { stopWithStdin, ...flags } = command.opts<Record<string, unknown>>();
      if (command.getOptionValueSource('auth') === 'default') delete flags['auth'];
      for (const name of ['json', 'color', 'quiet', 'config', 'data', 'server', 'token']) delete flags[name];
      const { serve } = await import('../../app/serve.ts');
      await serve({ config: context.loadConfig(flags).config, version: context.version, environment: context.environment, stopWithStdin: stopWithStdin === true });
    });
}
