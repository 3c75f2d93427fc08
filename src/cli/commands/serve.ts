import { type Command, Option } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { collectText } from '../options/parse-values.ts';

/** `holdfast serve`: the server, until TERM or INT. */
export function defineCommand(command: Command, context: CliContext): void {
  command
    .option('--listen <host:port>', 'address to listen on; port 0 picks a free one (default: 127.0.0.1:8080)')
    .option('--otlp-grpc <host:port>', 'address to serve OTLP over gRPC on, such as 127.0.0.1:4317')
    .option('--otlp-http <host:port>', 'a further address for OTLP over HTTP, such as 127.0.0.1:4318')
    .option('--external-url <url>', 'base of every link that is sent out')
    .option('--database-url <url>', 'PostgreSQL to use instead of the embedded one')
    .addOption(
      new Option(
        '--role <role>',
        'serve answers requests, worker carries out runs, all does both (default: all)',
      ).choices(['all', 'serve', 'worker']),
    )
    .option('--runbooks <folder>', 'folder with runbooks; may be repeated', collectText)
    .option('--alertmanager-config <file>', 'Alertmanager’s configuration file: how alerts are routed and told')
    .option('--log-level <level>', 'trace, debug, info, warn, error or fatal (default: info)')
    .option('--no-auth', 'everybody is administrator; on loopback only')
    .option(
      '--stop-with-stdin',
      'stop when standard input is closed (for a parent process that must not leave it behind)',
    );
  addExamples(
    command,
    'holdfast serve',
    'holdfast serve --listen 0.0.0.0:8080 --external-url https://ops.example.com --runbooks ./runbooks',
    'holdfast serve --database-url postgres://holdfast@db.internal/holdfast --role worker',
  );
  command.action(async ({ stopWithStdin, ...flags }: Record<string, unknown>) => {
    if (command.getOptionValueSource('auth') === 'default') delete flags['auth'];
    const { serve } = await import('../../app/serve.ts');
    await serve({
      config: (await context.loadConfig(flags)).config,
      version: context.version,
      environment: context.environment,
      stopWithStdin: stopWithStdin === true,
    });
  });
}
