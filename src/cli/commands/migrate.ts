import type { Command } from 'commander';
import { EXIT } from '../../platform/errors/exit-code.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { count, formatDate } from '../terminal/times.ts';
import { withDatabase } from '../with-database.ts';

const DATABASE = ['--database-url <url>', 'PostgreSQL, instead of the configured one'] as const;

/** `holdfast migrate status|up`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast migrate status',
    'holdfast migrate up --database-url postgres://holdfast@db.internal/holdfast',
  );
  const configFor = async ({ databaseUrl }: { databaseUrl?: string }) =>
    (await context.loadConfig(databaseUrl ? { databaseUrl } : {})).config;

  const status = command
    .command('status')
    .description('Which migrations this database has; exit code 1 when some are missing')
    .option(...DATABASE);
  addExamples(status, 'holdfast migrate status', 'holdfast migrate status || holdfast migrate up');
  status.action(async (options: { databaseUrl?: string }) => {
    const output = context.output();
    const rows = await withDatabase(await configFor(options), async (connectionString) => {
      const { openDatabase, databaseError } = await import('../../platform/db/database.ts');
      const { assertSchemaNotNewer, readMigrationStatus } = await import('../../platform/db/migrate.ts');
      const database = openDatabase({ connectionString, poolMax: 1, onError: () => {} });
      try {
        await assertSchemaNotNewer(database);
        return await readMigrationStatus(database);
      } catch (thrown) {
        throw databaseError(thrown, 'read which migrations the database has');
      } finally {
        await database.close();
      }
    });
    const items = rows.map(({ name, appliedAt }) => ({ name, appliedAt: appliedAt?.toISOString() ?? null }));
    const missing = items.filter(({ appliedAt }) => appliedAt === null);
    if (output.json) output.printJson({ items, next: null });
    else {
      for (const { name, appliedAt } of items) {
        output.print(
          `${output.mark(appliedAt ? 'good' : 'asks')} ${name}  ${output.dim(appliedAt ? formatDate(appliedAt) : 'missing')}`,
        );
      }
      output.suggest(
        missing.length > 0
          ? `${count(missing.length, 'migration')} missing: holdfast migrate up`
          : 'The schema is up to date.',
      );
    }
    if (missing.length > 0) context.setExitCode(EXIT.found);
  });

  const up = command
    .command('up')
    .description('Apply the migrations that are missing; forward only, safe to repeat')
    .option(...DATABASE);
  addExamples(up, 'holdfast migrate up');
  up.action(async (options: { databaseUrl?: string }) => {
    const output = context.output();
    const applied = await withDatabase(await configFor(options), async (connectionString) => {
      const { migrateUp } = await import('../../platform/db/migrate.ts');
      return migrateUp(connectionString);
    });
    if (output.json) return output.printJson({ applied });
    if (applied.length === 0) output.print(`${output.mark('good')} Nothing to do: the schema is up to date.`);
    for (const name of applied) output.print(`${output.mark('good')} ${name}`);
    output.suggest('Start the server: holdfast serve');
  });
}
