import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../test/harness/postgres.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { createSilentLogger } from '../log/logger.ts';
import { anchorLine, isAnchorGenuine, readAnchors, signAnchor } from './audit-anchor.ts';
import { listAnchors, pruneChain } from './audit-anchor-store.ts';
import { anchorChain, startAuditAnchorer } from './audit-anchorer.ts';
import { type ChainedEntry, hashEntry } from './audit-chain.ts';
import { exportHeader, exportLine, verifyAuditExport } from './audit-export.ts';
import { readAuditChain, readChainEnd } from './audit-store.ts';
import { checkAudit } from './check-audit.ts';
import { createSecretBox, MASTER_KEY_BYTES } from './secret-box.ts';
import { createSigningKeys, fingerprintOfKey } from './signing-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-anchors-'));
const clock = createManualClock(new Date('2026-03-01T10:00:00.000Z'));
let database: Database;
const secretBox = createSecretBox(randomBytes(MASTER_KEY_BYTES));
const deps = () => ({ database, clock, secretBox, logger: createSilentLogger() });
beforeAll(async () => {
  database = openDatabase({
    connectionString: (await createTestDatabase()).connectionString,
    poolMax: 3,
    onError: () => {},
  });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await database.pool.query('truncate audit_entries, audit_anchors, audit_anchor_key, audit_base, outbox');
  await database.pool.query(`delete from relays where name = 'audit'`);
  await database.pool.query('update sequencer set position = 0');
});

/** Appends so many events to the chain, as the server does. */
async function happen(count: number) {
  await database.pool.query(
    `insert into outbox (kind, aggregate, body, actor, at)
     select 'incident.noted', 'incident:x', jsonb_build_object('text', n), 'user:ada', clock_timestamp() from generate_series(1, $1) n`,
    [count],
  );
  await database.pool.query('select stamp_outbox(1000)');
  await database.pool.query(`select chain_audit(array['incident.noted'], 1000)`);
}
const check = () => checkAudit(database, ['incident.noted']);
/** What somebody with the run of the database would do: change an entry and make the whole chain fit again. */
async function rewrite(seq: number) {
  let previous = '';
  const rows: ChainedEntry[] = [];
  for await (const row of readAuditChain(database, 1_000_000)) rows.push(row);
  for (const row of rows) {
    const entry = row.seq === seq ? row.entry.replace('user:ada', 'user:eve') : row.entry;
    const previousHash = previous === '' ? row.previousHash : previous;
    previous = hashEntry(previousHash, entry);
    await database.pool.query('update audit_entries set entry = $2, previous_hash = $3, hash = $4 where seq = $1', [
      row.seq,
      entry,
      previousHash,
      previous,
    ]);
  }
  await database.pool.query('delete from outbox');
}
async function exported() {
  const last = await readChainEnd(database.db);
  const lines = [exportHeader({ firstSeq: 1, firstPreviousHash: '0'.repeat(64), last }, clock.now())];
  for await (const entry of readAuditChain(database, 1_000_000)) lines.push(exportLine(entry));
  return lines.map((line) => line.trimEnd());
}

describe('an anchor', () => {
  it('is genuine as signed, and not with anything in it changed', () => {
    const keys = createSigningKeys();
    const anchor = signAnchor({ seq: 7, hash: 'a'.repeat(64) }, clock.now(), keys);
    expect(isAnchorGenuine(anchor)).toBe(true);
    expect(isAnchorGenuine({ ...anchor, seq: 8 })).toBe(false);
    expect(isAnchorGenuine({ ...anchor, hash: 'b'.repeat(64) })).toBe(false);
    expect(isAnchorGenuine({ ...anchor, publicKey: createSigningKeys().publicKey })).toBe(false);
    const line = anchorLine(anchor);
    const longer = Buffer.concat([Buffer.from(keys.publicKey, 'base64'), Buffer.from([0])]).toString('base64');
    expect(isAnchorGenuine({ ...anchor, publicKey: longer })).toBe(false);
    fc.assert(
      fc.property(fc.nat(line.length - 1), fc.constantFrom('x', '0', '{', ' '), (at, character) => {
        const changed = line.slice(0, at) + character + line.slice(at + 1);
        const read = readAnchors([changed], null);
        // White space between its parts is no part of it.
        if (read.ok && read.anchors.size > 0) expect(JSON.parse(changed)).toEqual(JSON.parse(line));
      }),
    );
  });

  it('counts only when signed with the key that is trusted', () => {
    const [one, two] = [createSigningKeys(), createSigningKeys()];
    const lines = [one, two].map((keys, at) => anchorLine(signAnchor({ seq: at + 1, hash: 'a' }, clock.now(), keys)));
    expect(readAnchors(lines, null)).toMatchObject({ ok: true, keys: [one.publicKey, two.publicKey] });
    expect(readAnchors(lines, one.publicKey)).toMatchObject({ ok: false, line: 2 });
    expect(readAnchors([lines[0]!, ''], fingerprintOfKey(one.publicKey))).toMatchObject({ ok: true });
    const other = anchorLine(signAnchor({ seq: 1, hash: 'b' }, clock.now(), one));
    expect(readAnchors([lines[0]!, other], null)).toMatchObject({
      ok: false,
      message: expect.stringContaining('another hash'),
    });
  });
});

describe('a chain with anchors', () => {
  it('that was rewritten as a whole is found out by any of them, in the database or elsewhere', async () => {
    await happen(5);
    const anchor = (await anchorChain(deps()))!;
    await happen(3);
    expect(await check()).toMatchObject({ ok: true, entries: 8 });
    await rewrite(3);
    expect(await check()).toMatchObject({
      ok: false,
      problem: 'edited',
      seq: 5,
      message: expect.stringContaining('signed anchor'),
    });
    await database.pool.query('delete from audit_anchors');
    expect(await check()).toMatchObject({ ok: true });
    const { anchors } = readAnchors([anchorLine(anchor)], anchor.publicKey) as { anchors: Map<number, string> };
    expect(await verifyAuditExport(await exported())).toMatchObject({ ok: true });
    expect(await verifyAuditExport(await exported(), anchors)).toMatchObject({ ok: false, problem: 'edited', seq: 5 });
  });

  it('that lost its end, or whose anchor was forged, is found out', async () => {
    await happen(5);
    const anchor = (await anchorChain(deps()))!;
    await database.pool.query('delete from audit_entries where seq > 3');
    await database.pool.query('delete from outbox');
    expect(await check()).toMatchObject({ ok: false, problem: 'deleted', seq: 4 });
    const anchors = new Map([[anchor.seq, anchor.hash]]);
    expect(await verifyAuditExport(await exported(), anchors)).toMatchObject({ ok: false, problem: 'deleted', seq: 4 });
    await database.pool.query('update audit_anchors set seq = 3');
    expect(await check()).toMatchObject({
      ok: false,
      seq: 3,
      message: expect.stringContaining('not what its key signed'),
    });
  });

  it('is pruned up to an anchor and provable from there', async () => {
    await happen(4);
    expect(await database.transact((tx) => pruneChain(tx, new Date(Date.now() + 60_000)))).toBeNull();
    const anchor = (await anchorChain(deps()))!;
    await happen(4);
    expect(await database.transact((tx) => pruneChain(tx, new Date(Date.now() - 3_600_000)))).toBeNull();
    expect(await database.transact((tx) => pruneChain(tx, new Date(Date.now() + 60_000)))).toEqual({
      deleted: 4,
      behind: 4,
    });
    expect(await check()).toMatchObject({ ok: true, entries: 4, lastSeq: 8 });
    const lines = await exported();
    lines[0] = exportHeader(
      { firstSeq: 5, firstPreviousHash: anchor.hash, last: await readChainEnd(database.db) },
      clock.now(),
    ).trimEnd();
    const anchors = new Map([[anchor.seq, anchor.hash]]);
    expect(await verifyAuditExport(lines, anchors)).toMatchObject({ ok: true, entries: 4 });
    expect(await verifyAuditExport(lines, new Map([[4, 'f'.repeat(64)]]))).toMatchObject({ ok: false, seq: 5 });
    await database.pool.query('delete from audit_entries where seq = 5');
    expect(await check()).toMatchObject({ ok: false, problem: 'deleted', seq: 5 });
  });

  it('is anchored once by any number of replicas, in a file, and at a receiver until it took it', async () => {
    await happen(2);
    const file = join(folder, 'anchors.jsonl');
    const taken: string[] = [];
    let refuse = true;
    const send = async (line: string) => {
      if (refuse) throw new Error('HTTP 503');
      taken.push(line);
    };
    const options = { everyMs: 20, file, send };
    const replicas = [startAuditAnchorer(deps(), options), startAuditAnchorer(deps(), { ...options, send: null })];
    await expect.poll(async () => (await listAnchors(database.db, { after: 0, limit: 10 })).length).toBe(1);
    expect(taken).toEqual([]);
    refuse = false;
    await expect.poll(() => taken.length).toBe(1);
    await Promise.all(replicas.map((replica) => replica.stop()));
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines).toEqual(taken);
    expect(readAnchors(lines, null)).toMatchObject({ ok: true });
    const stored = JSON.stringify((await database.pool.query('select * from audit_anchor_key')).rows);
    expect(stored).not.toContain('MC4CAQAwBQYDK2Vw');
  });
});
