import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkLibraries } from './link-libraries.ts';

let base: string;
let root: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'holdfast-libraries-'));
  root = join(base, 'native');
  await mkdir(join(root, 'lib'), { recursive: true });
  await writeFile(join(root, 'lib', 'libpq.so.5.18'), 'library');
  await writeFile(join(root, 'lib', 'libz.so.1'), 'library');
  await writeFile(
    join(root, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
  );
});

afterEach(() => rm(base, { recursive: true, force: true }));

test('a package whose install script ran needs nothing', async () => {
  await symlink('libpq.so.5.18', join(root, 'lib', 'libpq.so.5'));
  expect(await linkLibraries(root, { dataDir: join(base, 'data'), fallback: join(base, 'socket') })).toBeNull();
});

test('missing names are made in the data directory beside every other library, and node_modules is not touched', async () => {
  const folder = await linkLibraries(root, { dataDir: join(base, 'data'), fallback: join(base, 'socket') });
  expect(folder).toBe(join(base, 'data', 'postgres-libraries'));
  expect((await readdir(folder ?? '')).sort()).toEqual(['libpq.so.5', 'libpq.so.5.18', 'libz.so.1']);
  expect((await readdir(join(root, 'lib'))).sort()).toEqual(['libpq.so.5.18', 'libz.so.1']);
});

test('links that point to where the package used to be are made again', async () => {
  const folder = join(base, 'data', 'postgres-libraries');
  await mkdir(folder, { recursive: true });
  await symlink('/nowhere/libpq.so.5.18', join(folder, 'libpq.so.5'));
  await linkLibraries(root, { dataDir: join(base, 'data'), fallback: join(base, 'socket') });
  expect(await readlink(join(folder, 'libpq.so.5'))).toBe(join(root, 'lib', 'libpq.so.5.18'));
});

test.each(['with:colon', 'with;semicolon', 'with$LIB'])(
  'a data directory %s, which the loader would misread, is avoided',
  async (name) => {
    const fallback = join(base, 'socket');
    expect(await linkLibraries(root, { dataDir: join(base, name), fallback })).toBe(fallback);
  },
);
