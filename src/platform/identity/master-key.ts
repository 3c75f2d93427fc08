import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import { MASTER_KEY_BYTES } from './secret-box.ts';

/**
 * The key that seals every secret in the database: from a file when one is named, else `keys/master.key` in the data
 * folder, made (0600) at the first start. Back it up apart from the database: without it the secrets are gone.
 * @returns 32 bytes
 * @throws HoldfastError `master-key.unreadable`, `master-key.malformed`, `master-key.exposed`
 */
export async function loadMasterKey(from: { file: string } | { dataFolder: string }): Promise<Buffer> {
  if ('file' in from) return readMasterKey(from.file);
  const file = join(from.dataFolder, 'keys', 'master.key');
  await createMasterKey(file);
  await assertOwnerOnly(file);
  return readMasterKey(file);
}

/** Never replaces one that is there, and never leaves half of one: written aside, then linked into place. */
async function createMasterKey(file: string): Promise<void> {
  if (await stat(file).catch(() => null)) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await chmod(dirname(file), 0o700);
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(draft, `${randomBytes(MASTER_KEY_BYTES).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    await link(draft, file);
  } catch (thrown) {
    // Another process on this folder was first: its key is the key.
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw unreadable(file, thrown);
  } finally {
    await rm(draft, { force: true });
  }
}

async function assertOwnerOnly(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o077) === 0) return;
  throw new HoldfastError({
    code: 'master-key.exposed',
    kind: 'invalid',
    message: `${file} can be read by others on this machine`,
    hint: `Run: chmod 600 '${file}'. If somebody may have read it, rotate the master key.`,
  });
}

async function readMasterKey(file: string): Promise<Buffer> {
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw unreadable(file, thrown);
  });
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (key.length === MASTER_KEY_BYTES) return key;
  throw new HoldfastError({
    code: 'master-key.malformed',
    kind: 'invalid',
    message: `${file} does not hold ${MASTER_KEY_BYTES} bytes in base64 or hex`,
    hint: 'Restore the file from a backup; for a new installation, make one with: openssl rand -base64 32',
  });
}

function unreadable(file: string, thrown: unknown): HoldfastError {
  return new HoldfastError({
    code: 'master-key.unreadable',
    kind: 'invalid',
    message: `the master key ${file} cannot be read: ${messageOf(thrown)}`,
    hint: 'Check the path and that the user Holdfast runs as may read it.',
    cause: thrown,
  });
}
