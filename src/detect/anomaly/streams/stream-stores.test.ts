import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../../test/harness/postgres.ts';
import { type Database, openDatabase } from '../../../platform/db/database.ts';
import { claimReceipt, countDuplicates } from './receipt-store.ts';
import { appendAtOnce, appendEntry, appendRecords } from './stream-store.ts';
import { type ClaimedStream, claimStreams, keepSnapshot, pruneLogs, readEntries } from './verdict-store.ts';

let database: Database;
beforeAll(async () => {
  const { connectionString } = await createTestDatabase();
  database = openDatabase({ connectionString, poolMax: 4, onError: () => {} });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query('delete from streams');
  await database.pool.query('delete from intake_receipts');
  await database.pool.query('delete from workers');
});

const at = new Date('2026-03-01T10:00:00.000Z');
const addition = (count = 2, service = 'shop') => ({
  service,
  kind: 'logs' as const,
  count,
  redacted: 0,
  sampledOut: 0,
  body: Buffer.from('body'),
});
const append = (count?: number, service?: string) =>
  database.transact((tx) => appendRecords(tx, addition(count, service), { at, mostStreams: 3 }));
const run = (text: string, values: unknown[] = []) => database.pool.query(text, values);
async function claimed(): Promise<ClaimedStream> {
  await run(
    `insert into workers (id, host, boot_id, pid, pid_started, version, lease_expires_at)
     values ('wrk_a', 'h', 'b', 1, '1', 'v', clock_timestamp() + interval '1 hour') on conflict do nothing`,
  );
  const [stream] = await claimStreams(database.db, 'wrk_a', { limit: 10, partitions: null });
  if (!stream) throw new Error('nothing to claim');
  return stream;
}

describe('a log', () => {
  it('is dense and in order, whoever appends at the same time, and numbers its events', async () => {
    await append(3);
    const places = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? append(2) : appendAtOnce(database.pool, addition(2), at))),
    );
    expect(places.map((place) => place?.seq).sort((left, right) => Number(left) - Number(right))).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 2),
    );
    for (const place of places) expect(place?.firstN).toBe(3 + (Number(place?.seq) - 2) * 2 + 1);
    const id = places[0]?.streamId ?? '';
    await database.transact((tx) => appendEntry(tx, id, { kind: 'tick', body: {}, at }));
    const entries = await readEntries(database.db, id, { after: 0, to: 100, mostBytes: 1e6 });
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 22 }, (_, n) => n + 1));
    expect(entries.at(-1)).toMatchObject({ kind: 'tick', at: at.getTime() });
    expect(await readEntries(database.db, id, { after: 0, to: 100, mostBytes: 8 })).toHaveLength(2);
  });

  it('takes nothing at once of a stream that is not there, or paused', async () => {
    expect(await appendAtOnce(database.pool, addition(), at)).toBeNull();
    await append();
    await run(`update streams set state = 'paused'`);
    expect(await appendAtOnce(database.pool, addition(), at)).toBeNull();
    expect(await append(7)).toMatchObject({ seq: null, refusedPaused: 7 });
  });
});

it('a stream is judged by one worker, until its lease has ended', async () => {
  await append();
  const first = await claimed();
  await run(`insert into workers (id, host, boot_id, pid, pid_started, version, lease_expires_at)
             values ('wrk_b', 'h', 'b', 2, '2', 'v', clock_timestamp() + interval '1 hour')`);
  expect(await claimStreams(database.db, 'wrk_b', { limit: 10, partitions: null })).toEqual([]);
  await run(`update workers set lease_expires_at = clock_timestamp() where id = 'wrk_a'`);
  expect(await claimStreams(database.db, 'wrk_b', { limit: 10, partitions: null })).toMatchObject([
    { id: first.id, workerEpoch: first.workerEpoch + 1 },
  ]);
});

it('the same bytes of the same sender are a retry for ten minutes, and counted where they would have gone', async () => {
  await append();
  const receipt = { sender: 'key:a', sha256: Buffer.alloc(32, 1), reply: { accepted: 2, rejected: 0, reasons: [] } };
  const claim = (sender = 'key:a') => database.transact((tx) => claimReceipt(tx, { ...receipt, sender }));
  expect(await Promise.all([claim(), claim()])).toContainEqual(null);
  expect(await claim()).toEqual(receipt.reply);
  expect(await claim('key:b')).toBeNull();
  await database.transact((tx) => countDuplicates(tx, [{ service: 'shop', kind: 'logs', count: 2 }]));
  expect((await run('select duplicates from streams')).rows).toEqual([{ duplicates: 2 }]);
  await run(`update intake_receipts set at = at - interval '11 minutes'`);
  expect(await claim()).toBeNull();
});

describe('snapshots', () => {
  const events = async () =>
    (await run('select events from stream_snapshots order by events')).rows.map(
      (row: { events: number }) => row.events,
    );
  it('stay as far apart as is wished, with the newest; logs go once they are old and behind one', async () => {
    await append();
    const stream = await claimed();
    for (let seq = 1; seq <= 12; seq += 1) {
      const snapshot = { seq, events: seq * 40, engine: 'e', body: Buffer.from('s') };
      await keepSnapshot(database.db, stream, snapshot, { workerId: 'wrk_a', eventsApart: 100 });
    }
    expect(await events()).toEqual([40, 160, 280, 400, 480]);
    for (let n = 0; n < 11; n += 1) await append();
    await run('update stream_log set at = clock_timestamp()');
    expect(await pruneLogs(database.db, 3_600_000)).toEqual({ entries: 0, snapshots: 0 });
    await run(`update stream_snapshots set at = at - interval '2 hours' where events < 400`);
    await run(`update stream_log set at = clock_timestamp() - interval '2 hours'`);
    // The newest that is old stays: what is not that old is judged again from there.
    expect(await pruneLogs(database.db, 3_600_000)).toEqual({ entries: 7, snapshots: 2 });
    expect(await events()).toEqual([280, 400, 480]);
    expect((await readEntries(database.db, stream.id, { after: 0, to: 99, mostBytes: 1e6 }))[0]?.seq).toBe(8);
  });
  it('of a worker that lost the stream are not kept', async () => {
    await append();
    const stream = await claimed();
    const old = { ...stream, workerEpoch: stream.workerEpoch - 1 };
    const snapshot = { seq: 1, events: 2, engine: 'e', body: Buffer.from('s') };
    await keepSnapshot(database.db, old, snapshot, { workerId: 'wrk_a', eventsApart: 100 });
    expect(await events()).toEqual([]);
  });
});
