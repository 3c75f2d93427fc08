import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import {
  type BackupHeader,
  type BackupManifest,
  backupHeaderSchema,
  backupManifestSchema,
  FORMAT_VERSION,
  HEADER_FILE,
  MANIFEST_FILE,
  MANIFEST_SUM_FILE,
  parsePartName,
} from './backup-manifest.ts';
import { countLines } from './create-backup.ts';
import { openSealedFile, type SealedFile } from './file-seal.ts';
import { readTar, type TarEntry } from './tar-format.ts';

/** No file inside a backup that is read whole is larger: what claims to be is no backup of ours. */
const MOST_TEXT_BYTES = 16 * 1024 * 1024;

export type BackupContents = { header: BackupHeader; manifest: BackupManifest };

/**
 * Reads a backup from its first to its last byte and holds everything against its manifest.
 * @param onRows given each table's bytes in order, and once with null where the table ends
 * @throws HoldfastError `backup.not-a-backup`, `backup.newer-format`, `backup.damaged`
 */
export async function readBackup(
  file: string,
  onRows: (table: string, bytes: Buffer | null) => Promise<void> = async () => {},
): Promise<BackupContents> {
  let header: { value: BackupHeader; sha256: string } | null = null;
  let manifest: { text: string; value: BackupManifest } | null = null;
  let sum: string | null = null;
  const found: { name: string; rows: number; bytes: number; sha256: string }[] = [];
  let open: ReturnType<typeof createTally> | null = null;
  const close = async () => {
    if (!open) return;
    await onRows(open.name, null);
    found.push(open.total());
    open = null;
  };
  let sealed: SealedFile;
  try {
    sealed = await openSealedFile(file);
    for await (const entry of readTar(decompress(sealed))) {
      if (!header) {
        header = await readHeader(file, entry);
        continue;
      }
      const place = parsePartName(entry.name);
      if (place && !manifest) {
        if (open?.name !== place.table) {
          await close();
          open = createTally(place.table);
        }
        open.expectPart(place.part);
        for await (const piece of entry.body) {
          open.add(piece);
          await onRows(place.table, piece);
        }
      } else if (entry.name === MANIFEST_FILE && !manifest) {
        await close();
        const text = await readText(entry);
        manifest = { text, value: backupManifestSchema.parse(JSON.parse(text)) };
      } else if (entry.name === MANIFEST_SUM_FILE && manifest && sum === null) {
        sum = (await readText(entry)).slice(0, 64);
      } else {
        throw new RangeError(`there is a file ${entry.name} where none belongs`);
      }
    }
  } catch (thrown) {
    throw explain(file, thrown, header !== null);
  }
  if (!header) throw notABackup(file, 'it is empty');
  const problem = sealed.problem();
  if (problem !== null) throw damaged(file, problem);
  if (!manifest || sum === null) throw damaged(file, 'it ends before its manifest');
  if (sum !== sha256Of(manifest.text)) throw damaged(file, 'its manifest does not match its checksum');
  if (manifest.value.headerSha256 !== header.sha256)
    throw damaged(file, 'its header is not the one it was written with');
  assertTables(file, manifest.value, found);
  return { header: header.value, manifest: manifest.value };
}

/** Only what the first file says: quick, and no proof of the rest. */
export async function readBackupHeader(file: string): Promise<BackupHeader> {
  try {
    for await (const entry of readTar(decompress(await openSealedFile(file))))
      return (await readHeader(file, entry)).value;
  } catch (thrown) {
    throw explain(file, thrown, false);
  }
  throw notABackup(file, 'it is empty');
}

async function* decompress(sealed: SealedFile): AsyncGenerator<Buffer> {
  const raw = Readable.from(sealed.bytes);
  const plain = createZstdDecompress();
  raw.on('error', (error) => plain.destroy(error));
  raw.pipe(plain);
  try {
    yield* plain as AsyncIterable<Buffer>;
  } finally {
    raw.destroy();
    plain.destroy();
  }
}

async function readHeader(file: string, entry: TarEntry): Promise<{ value: BackupHeader; sha256: string }> {
  if (entry.name !== HEADER_FILE) throw notABackup(file, `its first file is ${entry.name}`);
  const text = await readText(entry);
  const value = backupHeaderSchema.parse(JSON.parse(text));
  if (value.version > FORMAT_VERSION) {
    throw new HoldfastError({
      code: 'backup.newer-format',
      kind: 'conflict',
      message: `${file} was written by Holdfast ${value.holdfastVersion} in a form this version does not know`,
      hint: 'Use that version, or a newer one.',
    });
  }
  return { value, sha256: sha256Of(text) };
}

async function readText(entry: TarEntry): Promise<string> {
  if (entry.sizeBytes > MOST_TEXT_BYTES) throw new RangeError(`${entry.name} is too large to be ours`);
  const pieces: Buffer[] = [];
  for await (const piece of entry.body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function createTally(name: string) {
  const sum = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  let parts = 0;
  return {
    name,
    expectPart(part: number) {
      parts += 1;
      if (part !== parts) throw new RangeError(`part ${parts} of table ${name} is missing`);
    },
    add(piece: Buffer) {
      sum.update(piece);
      bytes += piece.length;
      rows += countLines(piece);
    },
    total: () => ({ name, rows, bytes, sha256: sum.digest('hex') }),
  };
}

function assertTables(
  file: string,
  manifest: BackupManifest,
  found: readonly { name: string; rows: number; bytes: number; sha256: string }[],
): void {
  const byName = new Map(found.map((table) => [table.name, table]));
  if (byName.size !== found.length) throw damaged(file, 'a table is in it twice');
  for (const table of manifest.tables) {
    const there = byName.get(table.name);
    byName.delete(table.name);
    // A table without rows has no part.
    if (!there && table.rows === 0) continue;
    if (there?.sha256 !== table.sha256 || there.rows !== table.rows || there.bytes !== table.bytes) {
      throw damaged(file, `table ${table.name} does not match its checksum`);
    }
  }
  const [extra] = byName.keys();
  if (extra !== undefined) throw damaged(file, `table ${extra} is not in its manifest`);
}

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');

function explain(file: string, thrown: unknown, begun: boolean): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
    return new HoldfastError({
      code: 'backup.unreadable',
      kind: code === 'ENOENT' ? 'missing' : 'invalid',
      message: `${file} ${{ ENOENT: 'does not exist', EACCES: 'may not be read by this user', EISDIR: 'is a folder' }[code]}`,
      hint: 'List what there is: holdfast backup ls',
      cause: thrown,
    });
  }
  return begun
    ? damaged(file, messageOf(thrown).split('\n')[0]!, thrown)
    : notABackup(file, messageOf(thrown).split('\n')[0]!, thrown);
}

function damaged(file: string, how: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: 'backup.damaged',
    kind: 'invalid',
    message: `${file} is damaged: ${how}`,
    hint: 'Nothing of it was used. Take another backup, or another copy of this one.',
    cause,
  });
}

function notABackup(file: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: 'backup.not-a-backup',
    kind: 'invalid',
    message: `${file} is not a backup of Holdfast: ${why}`,
    hint: 'Name a file that `holdfast backup create` wrote.',
    cause,
  });
}
