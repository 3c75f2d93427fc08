import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverLogAt } from './server-log.ts';

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'holdfast-log-'));
});
afterAll(() => rm(base, { recursive: true, force: true }));

test('one life of the server is read back without the lives before it', async () => {
  const file = join(base, 'a.log');
  await writeFile(file, 'an earlier life\n');
  const log = serverLogAt(file);
  const { handle, offset } = await log.openForServer();
  await handle.write('FATAL: this life\n');
  await handle.close();
  expect(await log.readSince(offset)).toBe('FATAL: this life\n');
});

test('only the last 8 KiB of a long life are read', async () => {
  const file = join(base, 'b.log');
  await writeFile(file, `${'x'.repeat(20_000)}end`);
  const said = await serverLogAt(file).readSince(0);
  expect(said).toHaveLength(8192);
  expect(said.endsWith('end')).toBe(true);
});

test('a log beyond 10 MiB starts empty again', async () => {
  const file = join(base, 'c.log');
  await writeFile(file, Buffer.alloc(10 * 1024 * 1024 + 1, 'x'));
  const { handle, offset } = await serverLogAt(file).openForServer();
  await handle.close();
  expect(offset).toBe(0);
  expect((await stat(file)).size).toBe(0);
});
