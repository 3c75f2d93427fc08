import { rmSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { BackupHeader } from '../../platform/backup/backup-manifest.ts';
import type { HoldfastConfig } from '../../platform/config/load-config.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../cli-context.ts';
import { describeMasterKey } from '../describe-master-key.ts';
import { addExamples } from '../options/examples.ts';
import type { Output } from '../terminal/output.ts';
import { count, formatBytes, formatDate, formatDuration, formatWhen } from '../terminal/times.ts';
import { assertClusterExists, withDatabase } from '../with-database.ts';

const DATABASE = ['--database-url <url>', 'PostgreSQL, instead of the configured one'] as const;
const BACKUP_FILE = /\.tar\.zst$/;

type DatabaseOptions = { databaseUrl?: string };

/** `holdfast backup create|verify|restore|ls`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast backup create',
    'holdfast backup verify FILE',
    'holdfast backup restore FILE --data ./restored',
  );
  const configFor = async ({ databaseUrl }: DatabaseOptions) =>
    (await context.loadConfig(databaseUrl ? { databaseUrl } : {})).config;

  const create = command
    .command('create')
    .argument('[file]', 'where to (default: below backups/ in the data folder, with the time as its name)')
    .description('Save everything into one file, while the server goes on working')
    .option(...DATABASE);
  addExamples(create, 'holdfast backup create', 'holdfast backup create /mnt/backups/before-upgrade.tar.zst');
  create.action(async (file: string | undefined, options: DatabaseOptions) => {
    const output = context.output();
    const config = await configFor(options);
    await assertClusterExists(config);
    const now = new Date();
    const target = resolve(file ?? join(folderOf(config), defaultName(now)));
    const startedAtMs = performance.now();
    const report = await withDatabase(
      config,
      async (connectionString) => {
        const { createBackup, draftOf } = await import('../../platform/backup/create-backup.ts');
        process.once('exit', () => rmSync(draftOf(target), { force: true }));
        return createBackup({
          connectionString,
          file: target,
          holdfastVersion: context.version,
          now,
          onTable: (table) => output.note(`${table.name}: ${count(table.rows, 'row')}`),
        });
      },
      { besideServer: true },
    );
    if (output.json)
      return output.printJson({ file: report.file, bytes: report.fileBytes, ...report.header, tables: report.tables });
    const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
    output.print(`${output.mark('good')} ${report.file}`);
    output.printFacts(
      [
        [
          'Holds',
          `${count(rows, 'row')} of ${count(report.tables.length, 'table')}, ${formatBytes(report.fileBytes)}, in ${formatDuration(performance.now() - startedAtMs)}`,
        ],
        [
          'Without',
          `the master key (${join(config.data, 'keys', 'master.key')}). Keep a copy of it apart from the backup: a restore needs it to open the secrets inside`,
        ],
      ],
      2,
    );
    output.suggest(`Check it: holdfast backup verify ${report.file}`);
  });

  const verify = command
    .command('verify')
    .argument('<file>', 'a backup')
    .description(
      'Read it to its end and hold it against its checksums; needs no database. Exit code 1 when it is damaged',
    );
  addExamples(verify, 'holdfast backup verify before-upgrade.tar.zst');
  verify.action(async (file: string) => {
    const output = context.output();
    const { readBackup } = await import('../../platform/backup/read-backup.ts');
    try {
      const { header, manifest } = await readBackup(file);
      if (output.json) return output.printJson({ ok: true, file, ...header, tables: manifest.tables });
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      output.print(
        `${output.mark('good')} ${file} is whole: ${count(rows, 'row')} of ${count(manifest.tables.length, 'table')} match their checksums`,
      );
      printHeader(output, header);
      output.suggest(`Use it: holdfast backup restore ${file} --data FOLDER`);
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError) || thrown.code !== 'backup.damaged') throw thrown;
      if (output.json) output.printJson({ ok: false, file, problem: thrown.message });
      else output.print(`${output.mark('bad')} ${thrown.message}`);
      output.suggest('Look for another: holdfast backup ls');
      context.setExitCode(EXIT.found);
    }
  });

  const restore = command
    .command('restore')
    .argument('<file>', 'a backup')
    .description('Put a backup into an empty database, all of it or nothing; no server may run on it')
    .option(...DATABASE)
    .option('--force-into-nonempty', 'replace everything that is in the database now');
  addExamples(
    restore,
    'holdfast backup restore before-upgrade.tar.zst --data ./restored',
    'holdfast backup restore before-upgrade.tar.zst --database-url postgres://holdfast@db.internal/empty',
  );
  restore.action(async (file: string, options: DatabaseOptions & { forceIntoNonempty?: boolean }) => {
    const output = context.output();
    const config = await configFor(options);
    const { readBackupHeader } = await import('../../platform/backup/read-backup.ts');
    // Before a cluster is made for it: a wrong name must not leave a data folder behind.
    await readBackupHeader(file);
    const startedAtMs = performance.now();
    const report = await withDatabase(config, async (connectionString) => {
      const { restoreBackup } = await import('../../platform/backup/restore-backup.ts');
      return restoreBackup({
        connectionString,
        file,
        intoNonempty: options.forceIntoNonempty === true,
        onTable: (table) => output.note(`${table.name}: ${count(table.rows, 'row')}`),
      });
    });
    const masterKey = await describeMasterKey(config.data, report.header.masterKeyId);
    if (output.json)
      return output.printJson({
        file,
        ...report.header,
        tables: report.tables,
        migrated: report.migrated,
        masterKey: masterKey.state,
      });
    const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
    output.print(
      `${output.mark('good')} Restored ${count(rows, 'row')} of ${count(report.tables.length, 'table')} in ${formatDuration(performance.now() - startedAtMs)}; every checksum is that of the backup`,
    );
    printHeader(output, report.header);
    if (report.migrated.length > 0) output.printFacts([['Migrated', report.migrated.join(', ')]], 2);
    output.print(
      `${output.mark(masterKey.state === 'right' || masterKey.state === 'not-needed' ? 'good' : 'asks')} ${masterKey.text}`,
    );
    output.suggest('Start the server: holdfast serve');
  });

  const list = command
    .command('ls')
    .argument('[folder]', 'where to look (default: backups/ in the data folder)')
    .description('Backups of a folder, newest first; it does not check them');
  addExamples(list, 'holdfast backup ls', 'holdfast backup ls /mnt/backups');
  list.action(async (folder: string | undefined) => {
    const output = context.output();
    const where = resolve(folder ?? folderOf((await context.loadConfig()).config));
    const items = await listBackups(where);
    if (output.json) return output.printJson({ items, next: null });
    if (items.length === 0) {
      output.print(`No backups in ${where}.`);
      return output.suggest('Take one: holdfast backup create');
    }
    output.printTable(
      [
        { title: 'BACKUP', cutTo: 24 },
        { title: 'SIZE', align: 'right' },
        { title: 'TAKEN' },
        { title: 'BY', optional: true },
      ],
      items.map((item) => [
        basename(item.file),
        formatBytes(item.bytes),
        formatWhen(item.createdAt, new Date()),
        `Holdfast ${item.holdfastVersion}`,
      ]),
    );
    output.suggest(`Check one: holdfast backup verify ${items[0]!.file}`);
  });
}

function folderOf(config: HoldfastConfig): string {
  return join(config.data, 'backups');
}

/** `holdfast-20260301T140509Z.tar.zst`. */
function defaultName(now: Date): string {
  return `holdfast-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z.tar.zst`;
}

type ListedBackup = { file: string; bytes: number } & BackupHeader;

async function listBackups(folder: string): Promise<ListedBackup[]> {
  const { readBackupHeader } = await import('../../platform/backup/read-backup.ts');
  const names = await readdir(folder).catch(() => []);
  const items: ListedBackup[] = [];
  for (const name of names.filter((each) => BACKUP_FILE.test(each))) {
    const file = join(folder, name);
    const header = await readBackupHeader(file).catch(() => null);
    if (header) items.push({ file, bytes: (await stat(file)).size, ...header });
  }
  return items.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

function printHeader(output: Output, header: BackupHeader): void {
  output.printFacts(
    [
      [
        'Taken',
        `${formatDate(header.createdAt)} by Holdfast ${header.holdfastVersion} from PostgreSQL ${Math.floor(header.postgresVersion / 10_000)}`,
      ],
      ['Schema', header.migrations.at(-1) ?? null],
    ],
    2,
  );
}
