import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunbookLibrary, type RunbookLibrary } from './runbook-library.ts';
import { stopSyntaxThread } from './syntax/parse-syntax.ts';

let base = '';
let library: RunbookLibrary;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'library-'));
  await mkdir(join(base, 'a/deep'), { recursive: true });
  await mkdir(join(base, 'b'));
  library = openRunbookLibrary({ folders: [join(base, 'a'), join(base, 'b'), join(base, 'absent')] });
});
afterEach(async () => {
  library.close();
  await rm(base, { recursive: true, force: true });
});
afterAll(stopSyntaxThread);

const write = (path: string, text: string | Uint8Array) => writeFile(join(base, path), text);
const procedure = (title: string, head = '') => `${head}# ${title}\n\n1. Look\n`;
const paths = async () => (await library.list()).map((entry) => entry.path);

describe('a library of runbooks', () => {
  it('lists Markdown and text files of every folder by path, the first folder first', async () => {
    await write('a/deep/one.md', procedure('One'));
    await write('a/two.txt', procedure('Two'));
    await write('a/image.png', 'x');
    await write('b/two.txt', procedure('Shadowed'));
    await write('b/three.md', procedure('Three'));
    expect((await library.list()).map((entry) => [entry.path, entry.title])).toEqual([
      ['deep/one.md', 'One'],
      ['three.md', 'Three'],
      ['two.txt', 'Two'],
    ]);
    expect((await library.read('two.txt')).document.title).toBe('Two');
  });

  it('goes on without files that cannot be used, and says why', async () => {
    await write('a/good.md', procedure('Good'));
    await write('a/large.md', 'x'.repeat(1_048_577));
    await write('a/binary.md', new Uint8Array([1, 0, 2]));
    await write('a/latin.md', new Uint8Array([0xe9, 0x20]));
    await write('a/broken.md', '---\nparams: [\n---\n# x\n');
    await write('a/typo.md', '# x\n\n```sh {aprove=2}\nls\n```\n');
    const problems = Object.fromEntries((await library.list()).map((entry) => [entry.path, entry.problem]));
    expect(problems).toEqual({
      'good.md': null,
      'large.md': expect.stringContaining('1 MiB') as string,
      'binary.md': expect.stringContaining('not a text file') as string,
      'latin.md': expect.stringContaining('UTF-8') as string,
      'broken.md': expect.stringMatching(/broken\.md:\d: the front matter is not YAML/) as string,
      'typo.md': expect.stringContaining('typo.md:3: `aprove` is no attribute') as string,
    });
    await expect(library.read('large.md')).rejects.toMatchObject({ code: 'runbook.too-large' });
    await expect(library.read('broken.md')).rejects.toMatchObject({ code: 'runbook.invalid' });
  });

  it('never leaves its folders, by link or by path', async () => {
    await write('outside.md', procedure('Outside'));
    await write('a/in.md', procedure('In'));
    await symlink(join(base, 'outside.md'), join(base, 'a/link.md'));
    await symlink(base, join(base, 'a/up'));
    await symlink(join(base, 'a/in.md'), join(base, 'a/alias.md'));
    await symlink(join(base, 'a'), join(base, 'a/deep/loop'));
    expect((await paths()).filter((path) => /outside|link/.test(path))).toEqual([]);
    for (const path of ['../outside.md', 'link.md', 'up/outside.md', join(base, 'outside.md'), 'in.md\0', '.', '']) {
      await expect(library.read(path), path).rejects.toMatchObject({ code: 'runbook.missing' });
    }
    expect((await library.read('in.md')).document.title).toBe('In');
  });

  it('does not look into folders it is told to leave out, and tells into which it looked', async () => {
    await write('a/in.md', procedure('In'));
    await mkdir(join(base, 'a/data/postgres'), { recursive: true });
    await write('a/data/note.md', procedure('Not one'));
    await symlink(join(base, 'a/data'), join(base, 'a/deep/same'));
    const kept = openRunbookLibrary({ folders: [join(base, 'a')], except: [join(base, 'a/data'), join(base, 'gone')] });
    const { runbooks, folders } = await kept.scan();
    expect(runbooks.map(({ path }) => path)).toEqual(['in.md']);
    expect(folders.sort()).toEqual([join(base, 'a'), join(base, 'a/deep')]);
    // A folder named by itself is looked into wherever it lies.
    const named = openRunbookLibrary({ folders: [join(base, 'a/data')], except: [join(base, 'a/data')] });
    expect((await named.scan()).runbooks.map(({ path }) => path)).toEqual(['note.md']);
  });

  it('lists a file by its own name, not by a link to it', async () => {
    await write('a/one.md', procedure('One'));
    await symlink(join(base, 'a/one.md'), join(base, 'a/alias.md'));
    expect(await paths()).toEqual(['one.md']);
  });

  it('reads a file again when it has changed, and forgets one that is gone', async () => {
    await write('a/x.md', procedure('Before'));
    const before = await library.read('x.md');
    expect((await library.read('x.md')).document).toBe(before.document);
    await write('a/x.md', procedure('After, and longer'));
    expect((await library.read('x.md')).document.title).toBe('After, and longer');
    await utimes(join(base, 'a/x.md'), 1, 1);
    expect((await library.read('x.md')).document.title).toBe('After, and longer');
    await rename(join(base, 'a/x.md'), join(base, 'a/y.md'));
    expect(await paths()).toEqual(['y.md']);
    await expect(library.read('x.md')).rejects.toMatchObject({ kind: 'missing' });
  });

  it('finds procedures by labels, the most specific trigger first', async () => {
    await write('a/wide.md', procedure('Wide', '---\ntriggers:\n  - {probe: shop}\n---\n'));
    await write(
      'a/narrow.md',
      procedure('Narrow', '---\ntriggers:\n  - {probe: shop, level: 2}\n  - {probe: other}\n---\n'),
    );
    const match = async (labels: Record<string, string>) =>
      (await library.findByTrigger(labels)).map((each) => each.path);
    expect(await match({ probe: 'shop' })).toEqual(['wide.md']);
    expect(await match({ probe: 'shop', level: '2', x: 'y' })).toEqual(['narrow.md', 'wide.md']);
    expect(await match({ probe: 'shopping' })).toEqual([]);
    expect(await match({})).toEqual([]);
  });
});
