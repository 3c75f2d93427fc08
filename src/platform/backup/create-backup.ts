import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import { withBackupClient } from './backup-client.ts';
import {
  type BackupHeader,
  type BackupManifest,
  FORMAT,
  FORMAT_VERSION,
  HEADER_FILE,
  MANIFEST_FILE,
  MANIFEST_SUM_FILE,
  partName,
  type SavedTable,
} from './backup-manifest.ts';
import { sealBytes } from './file-seal.ts';
import {
  copyOutStatement,
  listTables,
  prepareForCopy,
  readAppliedMigrations,
  readMasterKeyId,
  readSequences,
  readServerVersion,
  type TableShape,
} from './table-store.ts';
import { TAR_END, tarHeader, tarPadding } from './tar-format.ts';

/** A part of a table is held in memory until it is full: a tar header tells its size. */
const PART_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 0x0a;

export type BackupReport = { file: string; fileBytes: number; header: BackupHeader; tables: SavedTable[] };

/**
 * Saves every table of Holdfast into one file: one snapshot (a repeatable-read transaction), so that the server may go
 * on working meanwhile. The file appears under its name only when it is whole and on disk. Job queues are left out:
 * they hold nothing but the next turn of work that rows remember.
 * @param options.onTable told after each table
 * @throws HoldfastError `backup.file-exists`, `backup.no-schema`, `backup.unwritable`, `database.unavailable`
 */
export async function createBackup(options: {
  connectionString: string;
  file: string;
  holdfastVersion: string;
  now: Date;
  onTable?: (table: SavedTable) => void;
}): Promise<BackupReport> {
  const { file } = options;
  await refuseExisting(file);
  const draft = draftOf(file);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const saved = await withBackupClient(options.connectionString, 'back the database up', (client) =>
      writeArchive(client, draft, options),
    );
    await syncToDisk(draft);
    await rename(draft, file);
    await syncToDisk(dirname(file));
    return { file, fileBytes: (await stat(file)).size, ...saved };
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => {});
    throw thrown instanceof HoldfastError ? withoutDraft(thrown) : unwritable(file, thrown);
  }
}

/** What a backup is called until it is whole: for whoever has to clean up after a process that was interrupted. */
export function draftOf(file: string): string {
  return `${file}.${process.pid}.part`;
}

async function writeArchive(
  client: pg.Client,
  draft: string,
  options: { holdfastVersion: string; now: Date; onTable?: (table: SavedTable) => void },
): Promise<{ header: BackupHeader; tables: SavedTable[] }> {
  await client.query('begin isolation level repeatable read, read only');
  await prepareForCopy(client);
  const migrations = await readAppliedMigrations(client);
  if (migrations.length === 0) throw noSchema();
  const header: BackupHeader = {
    format: FORMAT,
    version: FORMAT_VERSION,
    createdAt: options.now.toISOString(),
    holdfastVersion: options.holdfastVersion,
    postgresVersion: await readServerVersion(client),
    migrations,
    masterKeyId: await readMasterKeyId(client),
  };
  const shapes = await listTables(client);
  const tables: SavedTable[] = [];

  async function* archive(): AsyncGenerator<Buffer> {
    const headerText = `${JSON.stringify(header, null, 2)}\n`;
    yield* tarFile(HEADER_FILE, Buffer.from(headerText), options.now);
    for (const shape of shapes) {
      const saved = yield* tableParts(client, shape, options.now);
      tables.push(saved);
      options.onTable?.(saved);
    }
    const manifest: BackupManifest = {
      headerSha256: createHash('sha256').update(headerText).digest('hex'),
      tables,
      sequences: await readSequences(client),
    };
    const manifestText = `${JSON.stringify(manifest, null, 2)}\n`;
    yield* tarFile(MANIFEST_FILE, Buffer.from(manifestText), options.now);
    const sum = `${createHash('sha256').update(manifestText).digest('hex')}  ${MANIFEST_FILE}\n`;
    yield* tarFile(MANIFEST_SUM_FILE, Buffer.from(sum), options.now);
    yield TAR_END;
  }
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  await pipeline(Readable.from(archive()), compress, sealBytes, createWriteStream(draft, { flags: 'wx', mode: 0o600 }));
  await client.query('commit');
  return { header, tables };
}

function* tarFile(name: string, bytes: Buffer, at: Date): Generator<Buffer> {
  yield tarHeader(name, bytes.length, at);
  yield bytes;
  yield tarPadding(bytes.length);
}

/** A table as parts of bounded size. Its rows are lines: COPY escapes a line feed inside a value. */
async function* tableParts(client: pg.Client, shape: TableShape, at: Date): AsyncGenerator<Buffer, SavedTable> {
  const sum = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  let part = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const flush = () => {
    const whole = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    part += 1;
    return tarFile(partName(shape.name, part), whole, at);
  };
  for await (const chunk of client.query(copyTo(copyOutStatement(shape))) as AsyncIterable<Buffer>) {
    sum.update(chunk);
    bytes += chunk.length;
    rows += countLines(chunk);
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes >= PART_BYTES) yield* flush();
  }
  if (heldBytes > 0) yield* flush();
  return { name: shape.name, columns: shape.columns, rows, bytes, sha256: sum.digest('hex') };
}

/** @returns how many line feeds there are */
export function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

async function refuseExisting(file: string): Promise<void> {
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (!there) return;
  throw new HoldfastError({
    code: 'backup.file-exists',
    kind: 'conflict',
    message: `${file} exists`,
    hint: 'A backup never replaces a file: choose another name, or leave it out for one with the time in it.',
  });
}

async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function noSchema(): HoldfastError {
  return new HoldfastError({
    code: 'backup.no-schema',
    kind: 'missing',
    message: 'this database holds no Holdfast',
    hint: 'Name its database with DATABASE_URL, or its data folder with --data.',
  });
}

function unwritable(file: string, thrown: unknown): HoldfastError {
  return new HoldfastError({
    code: 'backup.unwritable',
    kind: 'unavailable',
    message: `${file} could not be written: ${messageOf(thrown)}`,
    hint: 'Check the folder, its permissions and the space left on its disk.',
    cause: thrown,
  });
}

/** A full disk is told by the file's stream inside of the database work, and is no fault of the database. */
function withoutDraft(error: HoldfastError): HoldfastError {
  const { code, path } = ((error.cause as { code?: string; path?: string } | undefined) ?? {}) as {
    code?: string;
    path?: string;
  };
  const ofFile = path !== undefined || code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS';
  return ofFile ? unwritable(path?.replace(/\.\d+\.part$/, '') ?? 'the backup', error.cause) : error;
}
