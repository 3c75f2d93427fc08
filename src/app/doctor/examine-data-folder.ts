import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { bad, type Examined, good, skipped, warning } from './examined.ts';

const LOW_SPACE_BYTES = 2e9;
const NO_SPACE_BYTES = 2e8;
/** What may be read by its owner alone, below the data folder. */
const PRIVATE_FILES = ['keys/master.key', 'keys', 'cli-token', 'server.json'];

/** The folder with keys, local credentials and the embedded database: there, ours, private, with room. */
export async function examineDataFolder(data: string): Promise<Examined[]> {
  const about = await stat(data).catch((thrown: NodeJS.ErrnoException) => thrown);
  if (about instanceof Error) {
    if (about.code !== 'ENOENT')
      return [bad('data folder', `${data}: ${messageOf(about)}`, 'Give the user Holdfast runs as access to it.')];
    const parent = await nearestFolder(data);
    const writable = await isWritable(parent);
    return writable
      ? [good('data folder', `${data} is not there yet; the first start makes it`), await examineSpace(parent)]
      : [
          bad(
            'data folder',
            `${data} is not there, and this user may not make it in ${parent}`,
            `Make it and give it to this user, or choose another with --data.`,
          ),
        ];
  }
  if (!about.isDirectory()) return [bad('data folder', `${data} is not a folder`, 'Choose another with --data.')];
  if (!(await isWritable(data)))
    return [
      bad(
        'data folder',
        `this user may not write to ${data}`,
        `Run as its owner (uid ${about.uid}), or give it to this user: chown -R ${process.getuid?.() ?? 'USER'} '${data}'`,
      ),
    ];
  return [await examinePrivacy(data, about.mode), await examineSpace(data), await examineMasterKey(data)];
}

async function examinePrivacy(data: string, mode: number): Promise<Examined> {
  const open: string[] = [];
  for (const name of PRIVATE_FILES) {
    const found = await stat(join(data, name)).catch(() => null);
    if (found && (found.mode & 0o077) !== 0) open.push(join(data, name));
  }
  if (open.length > 0) {
    return bad(
      'data folder',
      `others on this machine may read ${open.join(', ')}`,
      `Run: chmod go-rwx ${open.map((file) => `'${file}'`).join(' ')}. If somebody may have read the master key, rotate it.`,
    );
  }
  if ((mode & 0o022) !== 0) return warning('data folder', `others may write to ${data}`, `Run: chmod go-w '${data}'`);
  return good('data folder', `${data}, writable`);
}

async function examineMasterKey(data: string): Promise<Examined> {
  const file = join(data, 'keys', 'master.key');
  const there = await stat(file).catch(() => null);
  if (!there) return skipped('master key', `${file} is not there yet; the first start makes it`);
  return good('master key', `${file}; keep a copy apart from the backups`);
}

async function examineSpace(folder: string): Promise<Examined> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 1e9).toFixed(1)} GB free`;
  if (freeBytes < NO_SPACE_BYTES)
    return bad('disk', `only ${free} at ${folder}`, 'Make room: the database stops when the disk is full.');
  if (freeBytes < LOW_SPACE_BYTES)
    return warning('disk', `only ${free} at ${folder}`, 'Make room, or shorten `retention` in the configuration.');
  return good('disk', free);
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((await stat(folder).catch(() => null)) !== null || folder === dirname(folder)) return folder;
  }
}
