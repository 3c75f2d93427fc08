import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';

/** `holdfast migrate status|up`. */
export function defineCommand(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExamples:\n  holdfast migrate status\n  holdfast migrate up --database-url postgres://holdfast@db.internal/holdfast');
  const withStore = async <Result>(flags: Record<string, unknown>, work: (store: { connectionString: string }) => Promise<Result>): Promise<Result> => {
    const { startStore } = await import('../../app/open-store.ts');
    const { createCleanupStack } = await import('../../app/cleanup-stack.ts');
    const { createLogger } = await import('../../platform/log/logger.ts');
    const logger = createLogger({ level: 'warn' });
    const cleanup = createCleanupStack(logger);
    const { config } = context.loadConfig(flags['databaseUrl'] ? { databaseUrl: flags['databaseUrl'] } : {});
    try {
      return await work({ connectionString: await startStore(config, logger, cleanup) });
    } finally {
      await cleanup.run();
    }
  };

  const status = command.command('status').description('Show which migrations this database has').option('--database-url <url>', 'PostgreSQL to look at');
  status.action(async () => {
    const rows = await withStore(status.opts(), async ({ connectionString }) => {
      const { openDatabase } = await import('../../platform/db/database.ts');
      const { readMigrationStatus } = await import('../../platform/db/migrate.ts');
      const database = openDatabase({ connectionString, poolMax: 1, onError: () => {} });
      try {
        return await readMigrationStatus(database);
      } finally {
        await database.close();
      }
    });
    if (context.globals().json) process.stdout.write(`${JSON.stringify({ items: rows.map((row) => ({ name: row.name, appliedAt: row.appliedAt?.toISOString() ?? null })) })}\n`);
    else for (const row of rows) process.stdout.write(`${row.appliedAt ? 'applied' : 'pending'}  ${row.name}\n`);
    if (rows.some((row) => row.appliedAt === null)) context.setExitCode(1);
  });

  const up = command.command('up').description('Apply the migrations that are missing').option('--database-url <url>', 'PostgreSQL to migrate');
  up.action(async () => {
    const applied = await withStore(up.opts(), async ({ connectionString }) => {
      const { migrateUp } = await import('../../platform/db/migrate.ts');
      return migrateUp(connectionString);
    });
    if (context.globals().json) process.stdout.write(`${JSON.stringify({ applied })}\n`);
    else process.stdout.write(applied.length === 0 ? 'Nothing to do: the schema is up to date.\n' : `${applied.map((name) => `applied  ${name}`).join('\n')}\n`);
  });
}
