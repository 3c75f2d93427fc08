import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../test/harness/postgres.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { publish } from '../events/publish.ts';
import { verifyAuditChain, WHOLE_CHAIN } from './audit-chain.ts';
import { exportHeader, exportLine, verifyAuditExport } from './audit-export.ts';
import { readAuditChain, readChainEnd } from './audit-store.ts';
import { checkAudit } from './check-audit.ts';

const AUDITED = ['user.changed', 'key.created'];
let database: Database;
beforeAll(async () => {
  database = openDatabase({
    connectionString: (await createTestDatabase()).connectionString,
    poolMax: 2,
    onError: () => {},
  });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query(
    `delete from audit_entries; delete from outbox; delete from relays; update sequencer set position = 0`,
  );
  await happen(['user.changed', 'finding.updated', 'key.created', 'user.changed', 'key.created', 'user.changed']);
});

/** Through the same functions of the database that the server uses. */
async function happen(kinds: string[]): Promise<void> {
  const at = new Date('2030-01-02T03:04:05.678Z');
  await publish(
    database.db,
    kinds.map((kind, n) => ({
      kind,
      aggregate: `user:${n}`,
      body: { name: 'ä"\\\u2028☂', n, half: 0.1, deep: { z: 1, a: [true, null] } },
      actor: 'user:ada',
      at,
    })),
  );
  await database.pool.query('select stamp_outbox(1000)');
  await database.pool.query('select chain_audit($1, 1000)', [AUDITED]);
}
const check = () => checkAudit(database, AUDITED);

describe('the audit log in the database', () => {
  it('is whole when nobody touched it: what the database hashed, this code hashes alike', async () => {
    expect(await check()).toMatchObject({ ok: true, entries: 5, lastSeq: 5 });
    expect(await verifyAuditChain(readAuditChain(database, 5))).toMatchObject({ ok: true });
  });

  it.each([
    [
      'an entry edited',
      `update audit_entries set entry = replace(entry, 'ada', 'eve') where seq = 3`,
      { seq: 3, problem: 'edited' },
    ],
    [
      'an entry edited with its hash',
      `update audit_entries set entry = replace(entry, 'ada', 'eve'), hash = encode(sha256(convert_to(previous_hash || E'\\n' || replace(entry, 'ada', 'eve'), 'UTF8')), 'hex') where seq = 3`,
      { seq: 4, problem: 'edited' },
    ],
    ['an entry deleted', `delete from audit_entries where seq = 2`, { seq: 2, problem: 'deleted' }],
    ['the first deleted', `delete from audit_entries where seq = 1`, { seq: 1, problem: 'deleted' }],
    ['the last deleted', `delete from audit_entries where seq = 5`, { seq: 5, problem: 'deleted' }],
    ['the last two deleted', `delete from audit_entries where seq >= 4`, { seq: 4, problem: 'deleted' }],
    ['all deleted', `delete from audit_entries`, { seq: 1, problem: 'deleted' }],
    [
      'two exchanged',
      `update audit_entries a set entry = b.entry, hash = b.hash, previous_hash = b.previous_hash from audit_entries b where (a.seq, b.seq) in ((2, 4), (4, 2))`,
      { seq: 2 },
    ],
  ])('finds %s', async (_name, tampering, expected) => {
    await database.pool.query(tampering);
    expect(await check()).toMatchObject({ ok: false, ...expected });
  });

  it('finds a deleted end although the chain went on since', async () => {
    await database.pool.query('delete from audit_entries where seq >= 4');
    await happen(['user.changed']);
    expect(await check()).toMatchObject({ ok: false, problem: 'deleted', seq: 4 });
  });

  it('still is whole when old events were pruned from the log', async () => {
    await database.pool.query('delete from outbox where position <= 4');
    expect(await check()).toMatchObject({ ok: true, entries: 5 });
  });

  it('exports to a file that is checked without it', async () => {
    const last = await readChainEnd(database.db);
    let file = exportHeader({ ...WHOLE_CHAIN, last }, new Date());
    for await (const row of readAuditChain(database, last!.seq)) file += exportLine(row);
    expect(await verifyAuditExport(file.split('\n'))).toMatchObject({ ok: true, entries: 5 });
    expect(await verifyAuditExport(file.replace('ada', 'eve').split('\n'))).toMatchObject({
      ok: false,
      seq: 1,
      problem: 'edited',
    });
  });
});
