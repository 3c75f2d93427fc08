import { createHash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { JOBS_SCHEMA, listKnownMigrations, migrateTo, migrateUp } from '../db/migrate.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { withBackupClient } from './backup-client.ts';
import type { BackupHeader, BackupManifest, SavedTable } from './backup-manifest.ts';
import { readBackup } from './read-backup.ts';
import {
  copyInStatement,
  copyOutStatement,
  listTables,
  prepareForCopy,
  quoteName,
  readAppliedMigrations,
  setSequence,
  type TableShape,
} from './table-store.ts';

export type RestoreReport = { header: BackupHeader; tables: SavedTable[]; migrated: string[] };

/** Has a row from the start. */
const SEEDED_TABLES = new Set(['sequencer', 'alert_clock', 'alert_dispatcher']);

/**
 * Puts a backup into a database: the file is read and checked to its end first, then everything is loaded in one
 * transaction and read back, and only what has the same checksums is kept. Newer migrations follow.
 * @param options.intoNonempty replaces what is there
 * @throws HoldfastError `backup.*`, `restore.in-use`, `restore.not-empty`, `restore.schema-differs`,
 *   `restore.newer-backup`, `restore.differs`
 */
export async function restoreBackup(options: {
  connectionString: string;
  file: string;
  intoNonempty: boolean;
  onTable?: (table: SavedTable) => void;
}): Promise<RestoreReport> {
  const { connectionString, file } = options;
  const { header, manifest } = await readBackup(file);
  await assertKnown(file, header);
  const applied = await withBackupClient(connectionString, 'look at the database', readAppliedMigrations);
  if (applied.length === 0) await migrateTo(connectionString, header.migrations.at(-1)!);
  else if (applied.join() !== header.migrations.join()) throw schemaDiffers(header, applied);
  await withBackupClient(connectionString, 'restore the database', (client) =>
    loadEverything(client, manifest, options),
  );
  const complete = await withBackupClient(connectionString, 'look at the database', isComplete);
  return { header, tables: manifest.tables, migrated: complete ? [] : await migrateUp(connectionString) };
}

/** True when neither a migration nor the schema of the job queue is missing. */
async function isComplete(client: pg.Client): Promise<boolean> {
  const [applied, known] = [await readAppliedMigrations(client), await listKnownMigrations()];
  const jobs = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    `${JOBS_SCHEMA}.version`,
  ]);
  return applied.join() === known.join() && jobs.rows[0]?.there === true;
}

async function loadEverything(
  client: pg.Client,
  manifest: BackupManifest,
  options: { file: string; intoNonempty: boolean; onTable?: (table: SavedTable) => void },
): Promise<void> {
  await client.query('begin');
  await prepareForCopy(client);
  const shapes = await listTables(client);
  const quoted = shapes.map(({ name }) => quoteName(name)).join(', ');
  await client.query(`lock table ${quoted} in access exclusive mode`);
  await assertUnused(client);
  if (!options.intoNonempty) await assertEmpty(client, shapes);
  // Tables of this schema that the backup does not know stay empty.
  await client.query(`truncate ${quoted}`);

  const saved = new Map(manifest.tables.map((table) => [table.name, table]));
  let sink: { table: string; copy: CopySink } | null = null;
  await readBackup(options.file, async (table, bytes) => {
    if (bytes === null) {
      await sink?.copy.end();
      sink = null;
      return;
    }
    sink ??= { table, copy: openCopySink(client, copyInStatement(saved.get(table)!)) };
    await sink.copy.write(bytes);
  });
  for (const sequence of manifest.sequences) await setSequence(client, sequence);
  for (const shape of shapes) {
    const table = saved.get(shape.name);
    if (!table) continue;
    const sha256 = await checksumTable(client, { ...shape, columns: table.columns });
    if (sha256 !== table.sha256) throw differs(table.name);
    options.onTable?.(table);
  }
  await client.query('commit');
}

type CopySink = { write(bytes: Buffer): Promise<void>; end(): Promise<void> };

/** A COPY that takes bytes as fast as the server does. */
function openCopySink(client: pg.Client, statement: string): CopySink {
  const stream = client.query(copyFrom(statement));
  const done = finished(stream);
  done.catch(() => {});
  return {
    async write(bytes) {
      if (stream.write(bytes)) return;
      await Promise.race([new Promise((resolve) => stream.once('drain', resolve)), done]);
    },
    async end() {
      stream.end();
      await done;
    },
  };
}

/** sha256 over a table's rows as a backup holds them. */
export async function checksumTable(client: pg.Client, shape: TableShape): Promise<string> {
  const sum = createHash('sha256');
  for await (const chunk of client.query(copyTo(copyOutStatement(shape))) as AsyncIterable<Buffer>) sum.update(chunk);
  return sum.digest('hex');
}

async function assertKnown(file: string, header: BackupHeader): Promise<void> {
  const known = new Set(await listKnownMigrations());
  const unknown = header.migrations.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new HoldfastError({
    code: 'restore.newer-backup',
    kind: 'conflict',
    message: `${file} was made by a newer Holdfast (${header.holdfastVersion}): this version does not know ${unknown.join(', ')}`,
    hint: 'Restore it with that version or a newer one.',
  });
}

/** A worker that holds a lease would go on writing into what was replaced under it. */
async function assertUnused(client: pg.Client): Promise<void> {
  const alive = await client.query<{ host: string; pid: number }>(
    'select host, pid from workers where lease_expires_at > clock_timestamp()',
  );
  const [first] = alive.rows;
  if (!first) return;
  throw new HoldfastError({
    code: 'restore.in-use',
    kind: 'conflict',
    message: `a Holdfast is running on this database (process ${first.pid} on ${first.host})`,
    hint: 'Stop every server and worker first.',
  });
}

async function assertEmpty(client: pg.Client, shapes: readonly TableShape[]): Promise<void> {
  const filled: string[] = [];
  for (const { name } of shapes) {
    if (SEEDED_TABLES.has(name)) continue;
    const found = await client.query(`select from ${quoteName(name)} limit 1`);
    if (found.rows.length > 0) filled.push(name);
  }
  if (filled.length === 0) return;
  throw new HoldfastError({
    code: 'restore.not-empty',
    kind: 'conflict',
    message: `the database is not empty: there are rows in ${filled.slice(0, 5).join(', ')}${filled.length > 5 ? ` and ${filled.length - 5} more tables` : ''}`,
    hint: 'Restore into an empty database or another --data folder; --force-into-nonempty replaces everything that is there.',
  });
}

function schemaDiffers(header: BackupHeader, applied: readonly string[]): HoldfastError {
  return new HoldfastError({
    code: 'restore.schema-differs',
    kind: 'conflict',
    message: `the database is at ${applied.at(-1)}, the backup at ${header.migrations.at(-1)}: its rows do not fit`,
    hint: 'Restore into a database without any tables (or another --data folder): it is given the schema of the backup and then brought up to date.',
  });
}

function differs(table: string): HoldfastError {
  return new HoldfastError({
    code: 'restore.differs',
    kind: 'bug',
    message: `table ${table} read back from the database is not what the backup holds; nothing was changed`,
    hint: 'Report it with the versions of both PostgreSQL servers.',
  });
}
