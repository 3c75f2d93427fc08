import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../test/harness/postgres.ts';
import { openDatabase } from '../db/database.ts';
import { readLocalServer, removeLocalServer, writeCliToken, writeLocalServer } from './local-access.ts';
import { loadMasterKey } from './master-key.ts';
import { assertMasterKey } from './master-key-check.ts';
import { hashPassword, needsRehash, verifyPassword } from './password-hash.ts';
import { createSecretBox } from './secret-box.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));
const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

describe('a secret box', () => {
  const box = createSecretBox(randomBytes(32));

  it('opens what it sealed, for the same purpose only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, context, other) => {
        const sealed = box.seal(text, context);
        expect(sealed).toMatch(/^[\w.-]+$/);
        expect(box.open(sealed, context)).toBe(text);
        if (other !== context) expect(() => box.open(sealed, other)).toThrow('altered');
      }),
    );
  });

  it('never seals a text the same way twice', () => {
    expect(box.seal('x', 'c')).not.toBe(box.seal('x', 'c'));
  });

  it('does not open when any character was changed', () => {
    const sealed = box.seal('the secret', 'c');
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1);
      // The last character of a base64 part may hold bits that say nothing.
      const same = changed
        .split('.')
        .every((part, n) => Buffer.from(part, 'base64url').equals(Buffer.from(sealed.split('.')[n]!, 'base64url')));
      if (!same) expect(() => box.open(changed, 'c'), `character ${i}`).toThrow();
    }
  });

  it('says that another master key sealed it', () => {
    const other = createSecretBox(randomBytes(32));
    expect(() => other.open(box.seal('x', 'c'), 'c')).toThrow(`master key ${box.keyId}`);
  });
});

describe('the master key', () => {
  it('is made once, for the owner alone, also by two at once', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => loadMasterKey({ dataFolder: folder })));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(await modeOf(join(folder, 'keys', 'master.key'))).toBe('600');
    expect(await modeOf(join(folder, 'keys'))).toBe('700');
    expect(await readdir(join(folder, 'keys'))).toEqual(['master.key']);
  });

  it('is refused when others may read it, or when it is not a key', async () => {
    const file = join(folder, 'keys', 'master.key');
    await chmod(file, 0o644);
    await expect(loadMasterKey({ dataFolder: folder })).rejects.toThrow('can be read by others');
    await chmod(file, 0o600);
    await writeFile(join(folder, 'short.key'), 'YWJj');
    await expect(loadMasterKey({ file: join(folder, 'short.key') })).rejects.toMatchObject({
      code: 'master-key.malformed',
    });
    await expect(loadMasterKey({ file: join(folder, 'none.key') })).rejects.toMatchObject({
      code: 'master-key.unreadable',
    });
    await writeFile(join(folder, 'hex.key'), randomBytes(32).toString('hex'));
    expect(await loadMasterKey({ file: join(folder, 'hex.key') })).toHaveLength(32);
  });

  it('a replica with another one is refused at its start', async () => {
    const database = openDatabase({
      connectionString: (await createTestDatabase()).connectionString,
      poolMax: 1,
      onError: () => {},
    });
    const box = createSecretBox(randomBytes(32));
    await assertMasterKey(database, box);
    await assertMasterKey(database, box);
    await expect(assertMasterKey(database, createSecretBox(randomBytes(32)))).rejects.toMatchObject({
      code: 'master-key.wrong',
      message: expect.stringContaining(box.keyId),
    });
    await database.close();
  });
});

describe('a password', () => {
  it('is kept as argon2id with OWASP’s cost and a salt of its own', async () => {
    const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first).not.toBe(second);
    expect(
      await Promise.all([
        verifyPassword('correct horse', first),
        verifyPassword('correct Horse', first),
        verifyPassword('correct horse', null),
      ]),
    ).toEqual([true, false, false]);
    expect(needsRehash(first)).toBe(false);
    expect(needsRehash(first.replace('t=2', 't=1'))).toBe(true);
  });

  it('a flood of sign-ins waits in a bounded queue, and does not hold the process up', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 5);
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => verifyPassword('x', null)));
    clearInterval(timer);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(18);
    expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ kind: 'throttled' });
    expect(turns).toBeGreaterThan(10);
    expect(await verifyPassword('x', null)).toBe(false);
  });
});

describe('local access', () => {
  it('leaves address and a new token for the owner alone, and takes away only its own', async () => {
    const token = await writeCliToken(folder);
    await writeLocalServer(folder, { address: 'http://127.0.0.1:8080', pid: 7 });
    expect(await readLocalServer(folder)).toEqual({ address: 'http://127.0.0.1:8080', pid: 7, token });
    expect([await modeOf(join(folder, 'cli-token')), await modeOf(join(folder, 'server.json'))]).toEqual([
      '600',
      '600',
    ]);
    expect(await writeCliToken(folder)).not.toBe(token);
    await removeLocalServer(folder, 8);
    expect(await readFile(join(folder, 'server.json'), 'utf8')).toContain('8080');
    await removeLocalServer(folder, 7);
    expect(await readLocalServer(folder)).toBeNull();
  });
});
