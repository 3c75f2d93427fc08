import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunbookLibrary, type RunbookLibrary } from './runbook-library.ts';
import { createRunbookLints, type RunbookLints } from './runbook-lints.ts';
import { stopSyntaxThread } from './syntax/parse-syntax.ts';

let folder = '';
let library: RunbookLibrary;
let lints: RunbookLints;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lints-'));
  library = openRunbookLibrary({ folders: [folder] });
  lints = createRunbookLints(library);
});
afterEach(async () => {
  library.close();
  await rm(folder, { recursive: true, force: true });
});
afterAll(stopSyntaxThread);

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const count = async (withinMs = 60_000) => Object.fromEntries(await lints.counts(await library.list(), { withinMs }));
const DUMPS = '# Back up\n\n```sh\npg_dump shop | gzip > shop.sql.gz\n```\n';

describe('the findings of a library', () => {
  it('are counted for each runbook, anew when it changes', async () => {
    await write('clean.md', '# Look\n\n```sh\nuptime\n```\n');
    await write('dump.md', '# Look\n\n```sh\nuptime\n```\n');
    expect(await count()).toEqual({ 'clean.md': { errors: 0, warnings: 0 }, 'dump.md': { errors: 0, warnings: 0 } });
    await write('dump.md', DUMPS);
    const { 'dump.md': dump } = await count();
    expect((dump?.errors ?? 0) + (dump?.warnings ?? 0)).toBeGreaterThan(0);
    expect((await lints.findings('dump.md')).map((finding) => finding.rule)).toContain('pipe-hides-failure');
  });

  it('name links to files that are not there, until they are', async () => {
    await write('linked.md', '# Look\n\nSee [the other](other.md).\n');
    expect((await lints.findings('linked.md')).map((finding) => finding.rule)).toEqual(['dead-link']);
    expect((await count())['linked.md']).not.toEqual({ errors: 0, warnings: 0 });
    await write('other.md', '# Other\n');
    expect((await count())['linked.md']).toEqual({ errors: 0, warnings: 0 });
  });

  it('are known a part at a time where there is none for more, and what is known costs none', async () => {
    await write('dump.md', DUMPS);
    expect(await count(0)).toEqual({});
    await count();
    expect(await count(0)).toHaveProperty(['dump.md']);
  });
});
