import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../test/harness/postgres.ts';
import { openDatabase } from '../db/database.ts';
import { readMigrationStatus } from '../db/migrate.ts';
import { type BackupReport, createBackup } from './create-backup.ts';
import { sealBytes } from './file-seal.ts';
import { readBackup } from './read-backup.ts';
import { checksumTable, restoreBackup } from './restore-backup.ts';
import { listTables, prepareForCopy } from './table-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
const file = join(folder, 'whole.tar.zst');
let source: Awaited<ReturnType<typeof createTestDatabase>>;
let report: BackupReport;

/** Values that break careless copying: tabs, line feeds, backslashes, `\N`, emoji, nulls, bytes, huge and tiny numbers. */
const AWKWARD = ['plain', 'a\tb\nc\\d', '\\N', '', 'Zürich ☕ 👩‍🚒', '\u0001\u007f', 'quote \' "', 'null'];

async function withClient<Result>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** sha256 of every table, under settings other than those it was saved with. */
async function checksums(connectionString: string): Promise<Record<string, string>> {
  return withClient(connectionString, async (client) => {
    await client.query(`set timezone = 'Asia/Tokyo'; set datestyle = 'German'`);
    await client.query('begin');
    await prepareForCopy(client);
    const sums: Record<string, string> = {};
    for (const shape of await listTables(client)) sums[shape.name] = await checksumTable(client, shape);
    await client.query('commit');
    return sums;
  });
}

async function fill(connectionString: string): Promise<void> {
  const database = openDatabase({ connectionString, poolMax: 1, onError: () => {} });
  try {
    const { db } = database;
    for (const [index, text] of AWKWARD.entries()) {
      await sql`insert into outbox (kind, aggregate, body, actor, at) values ('incident.noted', ${text}, ${JSON.stringify({ text, n: 1e300, s: 1e-9 })}::jsonb, ${text}, ${new Date(index * 123_456_789)})`.execute(
        db,
      );
      await sql`insert into probe_samples (probe, at, healthy, reason, duration_ms) values (${text}, now(), ${index % 2 === 0}, ${text}, ${index / 3})`.execute(
        db,
      );
      await sql`insert into incidents (id, number, title, status, severity, scheme, opened_at) values (${`inc_${index}`}, ${`INC-${index}`}, ${text}, 'triage', 2, 'p1-p4', '2026-03-29T01:30:00.123456Z')`.execute(
        db,
      );
      await sql`insert into timeline_entries (incident_id, seq, at, kind, actor, text) values (${`inc_${index}`}, 1, '0044-03-15 BC', 'note', 'ada', ${text})`.execute(
        db,
      );
      await sql`insert into users (id, name, role, created_at, last_sign_in_at) values (${`usr_${index}`}, ${`u${index}`}, 'viewer', now(), ${index === 0 ? null : new Date()})`.execute(
        db,
      );
      await sql`insert into api_keys (id, name, prefix, token_sha256, role, created_by, created_at, replaced_by) values (${`key_${index}`}, ${text}, ${`p${index}`}, ${`t${index}`}, 'viewer', 'ada', 'infinity', ${`key_${index}`})`.execute(
        db,
      );
    }
    // Larger than one part, so that a table is cut and joined.
    for (let index = 0; index < 6; index += 1) {
      await sql`insert into run_output (run_id, step_id, n, "offset", bytes) values ('run_1', 'step', 1, ${index}, ${randomBytes(1_000_000)})`.execute(
        db,
      );
    }
    await sql`select stamp_outbox(1000)`.execute(db);
    await sql`select chain_audit(array['incident.noted'], 1000)`.execute(db);
  } finally {
    await database.close();
  }
}

beforeAll(async () => {
  source = await createTestDatabase();
  await fill(source.connectionString);
  report = await createBackup({
    connectionString: source.connectionString,
    file,
    holdfastVersion: '1.2.3',
    now: new Date(),
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a backup', () => {
  it('is restored with identical checksums, sequences and migrations into an empty database', async () => {
    const target = await createTestDatabase({ empty: true });
    const before = await checksums(source.connectionString);
    const restored = await restoreBackup({ connectionString: target.connectionString, file, intoNonempty: false });
    expect(await checksums(target.connectionString)).toEqual(before);
    expect(Object.fromEntries(restored.tables.map((table) => [table.name, table.sha256]))).toEqual(before);
    expect(restored.tables.find((table) => table.name === 'run_output')).toMatchObject({ rows: 6 });

    const database = openDatabase({ connectionString: target.connectionString, poolMax: 1, onError: () => {} });
    try {
      const status = await readMigrationStatus(database);
      expect(status.filter((migration) => migration.appliedAt === null)).toEqual([]);
      // The next event has a number of its own, and the record is still append-only.
      const next = await sql<{
        id: number;
      }>`insert into outbox (kind, aggregate, body, actor, at) values ('x', 'x', '{}', 'x', now()) returning id`.execute(
        database.db,
      );
      expect(next.rows[0]?.id).toBeGreaterThan(AWKWARD.length);
      await expect(sql`delete from timeline_entries`.execute(database.db)).rejects.toThrow('append-only');
    } finally {
      await database.close();
    }
  });

  it('is the same for the same rows, whichever database they are in', async () => {
    const target = await createTestDatabase();
    await restoreBackup({ connectionString: target.connectionString, file, intoNonempty: false });
    const again = join(folder, 'again.tar.zst');
    const second = await createBackup({
      connectionString: target.connectionString,
      file: again,
      holdfastVersion: '1.2.3',
      now: new Date(),
    });
    expect(second.tables).toEqual(report.tables);
  });

  it('is one moment: what is written while it is taken is not in it', async () => {
    const moving = await createTestDatabase();
    await fill(moving.connectionString);
    const before = await checksums(moving.connectionString);
    const database = openDatabase({ connectionString: moving.connectionString, poolMax: 1, onError: () => {} });
    try {
      const writing: Promise<unknown>[] = [];
      const saved = await createBackup({
        connectionString: moving.connectionString,
        file: join(folder, 'moving.tar.zst'),
        holdfastVersion: '1.2.3',
        now: new Date(),
        onTable: ({ name }) => {
          if (name === 'api_keys')
            writing.push(sql`insert into probe_samples values ('late', now(), true, 'late', 1)`.execute(database.db));
        },
      });
      await Promise.all(writing);
      expect(writing).toHaveLength(1);
      expect(Object.fromEntries(saved.tables.map((table) => [table.name, table.sha256]))).toEqual(before);
    } finally {
      await database.close();
    }
  });

  it('never replaces a file, and leaves none where it fails', async () => {
    await expect(
      createBackup({ connectionString: source.connectionString, file, holdfastVersion: '1', now: new Date() }),
    ).rejects.toMatchObject({ code: 'backup.file-exists' });
    const empty = await createTestDatabase({ empty: true });
    await expect(
      createBackup({
        connectionString: empty.connectionString,
        file: join(folder, 'none.tar.zst'),
        holdfastVersion: '1',
        now: new Date(),
      }),
    ).rejects.toMatchObject({ code: 'backup.no-schema' });
    await expect(
      createBackup({
        connectionString: source.connectionString,
        file: '/dev/null/x/none.tar.zst',
        holdfastVersion: '1',
        now: new Date(),
      }),
    ).rejects.toMatchObject({ code: 'backup.unwritable' });
    expect(readdirSync(folder).filter((name) => name.includes('none') || name.endsWith('.part'))).toEqual([]);
  });
});

describe('restoring', () => {
  it('refuses a database with rows in it, and replaces them all when told to', async () => {
    const target = await createTestDatabase();
    const before = await checksums(source.connectionString);
    await fill(target.connectionString);
    await withClient(target.connectionString, (client) =>
      client.query(`insert into users (id, name, role, created_at) values ('usr_x', 'stays-not', 'admin', now())`),
    );
    const filled = await checksums(target.connectionString);
    const restore = (intoNonempty: boolean) =>
      restoreBackup({ connectionString: target.connectionString, file, intoNonempty });
    await expect(restore(false)).rejects.toMatchObject({ code: 'restore.not-empty' });
    expect(await checksums(target.connectionString)).toEqual(filled);
    await restore(true);
    expect(await checksums(target.connectionString)).toEqual(before);
  });

  it('refuses a database a worker holds a lease in', async () => {
    const target = await createTestDatabase();
    await withClient(target.connectionString, (client) =>
      client.query(
        `insert into workers (id, host, boot_id, pid, pid_started, version, lease_expires_at) values ('wrk_1', 'db-2', 'b', 77, '1', '1', now() + interval '1 minute')`,
      ),
    );
    await expect(
      restoreBackup({ connectionString: target.connectionString, file, intoNonempty: true }),
    ).rejects.toMatchObject({ code: 'restore.in-use', message: expect.stringContaining('process 77 on db-2') });
  });

  it('refuses a schema its rows would not fit', async () => {
    const target = await createTestDatabase();
    await withClient(target.connectionString, (client) =>
      client.query(`delete from schema_migrations where name like '0004%'`),
    );
    await expect(
      restoreBackup({ connectionString: target.connectionString, file, intoNonempty: true }),
    ).rejects.toMatchObject({ code: 'restore.schema-differs' });
  });
});

describe('a damaged file', () => {
  const plain = () => zstdDecompressSync(readFileSync(file));
  const damagedFile = join(folder, 'damaged.tar.zst');

  it('is told wherever a byte of it changed or its end is missing', async () => {
    const whole = readFileSync(file);
    const places = [1, 40, 200, Math.floor(whole.length / 2), whole.length - 3];
    for (const place of places) {
      const changed = Buffer.from(whole);
      changed[place] = changed[place]! ^ 0x40;
      writeFileSync(damagedFile, changed);
      await expect(readBackup(damagedFile), `byte ${place} of ${whole.length}`).rejects.toMatchObject({
        code: expect.stringMatching(/^backup\.(damaged|not-a-backup)$/),
      });
      writeFileSync(damagedFile, whole.subarray(0, place));
      await expect(readBackup(damagedFile), `cut at ${place}`).rejects.toMatchObject({
        code: expect.stringMatching(/^backup\.(damaged|not-a-backup)$/),
      });
    }
  });

  it('is told when somebody changed a row and packed it again', async () => {
    const changed = plain();
    const at = changed.indexOf('INC-3');
    changed.write('INC-9', at);
    await writeFile(damagedFile, sealBytes(Readable.from([zstdCompressSync(changed)])));
    await expect(readBackup(damagedFile)).rejects.toMatchObject({
      code: 'backup.damaged',
      message: expect.stringContaining('incidents'),
    });
  });

  it('restores nothing', async () => {
    const target = await createTestDatabase({ empty: true });
    await expect(
      restoreBackup({ connectionString: target.connectionString, file: damagedFile, intoNonempty: false }),
    ).rejects.toMatchObject({ code: 'backup.damaged' });
    const tables = await withClient(target.connectionString, (client) =>
      client.query(`select from pg_class where relnamespace = 'public'::regnamespace`),
    );
    expect(tables.rows).toEqual([]);
  });

  it('is told apart from what never was a backup', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('hello'),
      zstdCompressSync(Buffer.from('hello')),
      zstdCompressSync(Buffer.alloc(2_000)),
    ]) {
      writeFileSync(damagedFile, bytes);
      await expect(readBackup(damagedFile)).rejects.toMatchObject({ code: 'backup.not-a-backup' });
    }
    await expect(readBackup(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'backup.unreadable',
      kind: 'missing',
    });
  });
});
