import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchFolders } from './watch-folders.ts';

let base = '';
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'watch-'));
  await mkdir(join(base, 'books'));
  await mkdir(join(base, 'data'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe('watched folders', () => {
  it('tell what changed in them, and nothing of those beside them or no longer followed', async () => {
    const told: (string | null)[] = [];
    const watchers = watchFolders((name) => told.push(name));
    try {
      watchers.follow([join(base, 'books'), join(base, 'absent')]);
      await writeFile(join(base, 'data', 'wal'), 'x');
      await writeFile(join(base, 'books', 'one.md'), 'x');
      await vi.waitFor(() => expect(told).toContain('one.md'));
      expect(told).not.toContain('wal');
      watchers.follow([join(base, 'data')]);
      told.length = 0;
      await writeFile(join(base, 'books', 'two.md'), 'x');
      await writeFile(join(base, 'data', 'wal'), 'y');
      await vi.waitFor(() => expect(told).toContain('wal'));
      expect(told).not.toContain('two.md');
    } finally {
      watchers.close();
    }
  });
});
