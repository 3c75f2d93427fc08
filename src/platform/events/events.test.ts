import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import { AUDITED_EVENTS } from '../../contract/events.ts';
import { checkAudit } from '../identity/check-audit.ts';
import { startAuditChainer } from './audit-chainer.ts';
import { publish } from './publish.ts';
import { type StampedEvent, startRelay } from './relay.ts';
import { startSequencer } from './sequencer.ts';
import { createWakeups } from './wakeups.ts';

let yard: ReplicaYard;
let one: Replica;
let two: Replica;
const parts: { stop(): Promise<void> }[] = [];
const start = <Part extends { stop(): Promise<void> }>(part: Part): Part => {
  parts.push(part);
  return part;
};
beforeAll(async () => {
  yard = await openReplicaYard();
  one = await yard.add();
  two = await yard.add();
});
beforeEach(async () => {
  await one.database.pool.query(
    'truncate outbox, relays, audit_entries restart identity; update sequencer set position = 0',
  );
  await one.database.pool.query(
    'create table if not exists effects (relay text, position bigint, aggregate text, n int, nth int generated always as identity)',
  );
  await one.database.pool.query('truncate effects');
});
afterEach(async () => {
  await Promise.all(parts.splice(0).map((part) => part.stop()));
});
afterAll(() => yard.close());

const at = new Date('2026-03-01T10:00:00.123Z');
const event = (aggregate: string, n: number, kind = 'incident.noted') => ({
  kind,
  aggregate,
  body: { n },
  actor: 'user:ada',
  at,
});
const query = async <Row extends object>(text: string): Promise<Row[]> =>
  (await one.database.pool.query<Row & { x: 1 }>(text)).rows;

/** Writers that overlap: each holds its transaction open for a moment, so that ids commit out of order. */
async function writeConcurrently(writers: number, each: number): Promise<void> {
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let n = 0; n < each; n += 1) {
        const replica = writer % 2 === 0 ? one : two;
        await replica.database
          .transact(async (tx) => {
            await publish(tx, [event(`incident:${writer}`, n), event(`incident:${writer}`, n + 0.5)]);
            await new Promise((resolve) => setTimeout(resolve, (writer * 7 + n) % 4));
            // Some of what was written never happened.
            if (n % 5 === 4) throw new Error('rolled back');
          })
          .catch((thrown: Error) => {
            if (thrown.message !== 'rolled back') throw thrown;
          });
        replica.wakeups.kick('outbox');
      }
    }),
  );
}

const stamped = () =>
  query<{ count: number; highest: number; waiting: number }>(
    `select count(position)::int as count, coalesce(max(position), 0)::int as highest, count(*) filter (where position is null)::int as waiting from outbox`,
  ).then((rows) => rows[0]!);

describe('positions', () => {
  it('are dense and each given once, with many writers and several sequencers', async () => {
    for (const replica of [one, two, one]) start(startSequencer(replica));
    await writeConcurrently(6, 20);
    await expect.poll(stamped).toEqual({ count: 192, highest: 192, waiting: 0 });
    const [doubled] = await query<{ n: number }>(
      'select count(*)::int as n from (select position from outbox group by 1 having count(*) > 1) d',
    );
    expect(doubled?.n).toBe(0);
  });

  it('follow the order in which one writer wrote', async () => {
    start(startSequencer(one));
    start(startSequencer(two));
    await writeConcurrently(4, 15);
    await expect.poll(async () => (await stamped()).waiting).toBe(0);
    const rows = await query<{ aggregate: string; n: number }>(
      `select aggregate, (body->>'n')::float as n from outbox order by position`,
    );
    for (let writer = 0; writer < 4; writer += 1) {
      const numbers = rows.filter((row) => row.aggregate === `incident:${writer}`).map((row) => row.n);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  });
});

describe('a relay', () => {
  /** Does something in our database for each event; throws now and then, before or after it did. */
  const effectful = (name: string, options: { throwAt?: (handled: number) => boolean } = {}) => {
    let handled = 0;
    return {
      name,
      kinds: ['incident.noted'],
      async handle(tx: Parameters<Parameters<typeof startRelay>[1]['handle']>[0], told: StampedEvent) {
        handled += 1;
        await sql`insert into effects values (${name}, ${told.position}, ${told.aggregate}, ${Math.floor(Number(told.body['n']) * 2)})`.execute(
          tx,
        );
        if (options.throwAt?.(handled)) throw new Error('broke in between');
      },
    };
  };
  const effects = (name: string) =>
    query<{ position: number; aggregate: string; n: number }>(
      `select position, aggregate, n from effects where relay = '${name}' order by nth`,
    );

  it('handles each event exactly once, in order, with two replicas, throws, and some cut off', {
    timeout: 40_000,
  }, async () => {
    start(startSequencer(one));
    start(startRelay(one, effectful('r', { throwAt: (n) => n % 37 === 3 })));
    start(startRelay(two, effectful('r', { throwAt: (n) => n % 41 === 5 })));
    const writing = writeConcurrently(4, 20);
    for (let cut = 0; cut < 8; cut += 1) {
      await one.database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
         and pid <> pg_backend_pid() and query like 'insert into effects%' limit 1`,
      );
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await writing;
    await expect.poll(async () => (await effects('r')).length, { timeout: 25_000 }).toBe(128);
    const seen = await effects('r');
    expect(new Set(seen.map((effect) => effect.position)).size).toBe(128);
    for (let writer = 0; writer < 4; writer += 1) {
      const numbers = seen.filter((effect) => effect.aggregate === `incident:${writer}`).map((effect) => effect.n);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  });

  it('steps over events of other kinds', async () => {
    start(startSequencer(one));
    start(startRelay(one, effectful('picky')));
    await publish(one.database.db, [event('a', 1, 'page.sent'), event('a', 2), event('a', 3, 'page.sent')]);
    one.wakeups.kick('outbox');
    await expect
      .poll(
        async () =>
          (await query<{ position: number }>(`select position::int from relays where name = 'picky'`))[0]?.position,
      )
      .toBe(3);
    expect((await effects('picky')).map((effect) => effect.position)).toEqual([2]);
  });

  it('registers itself as soon as it can, also when the database was away at its start', async () => {
    const query = one.database.pool.query.bind(one.database.pool);
    let away = true;
    one.database.pool.query = ((...args: Parameters<typeof query>) =>
      away ? Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })) : query(...args)) as never;
    try {
      start(startRelay(one, effectful('late')));
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      away = false;
      one.database.pool.query = query as never;
    }
    start(startSequencer(one));
    await publish(one.database.db, [event('a', 1)]);
    one.wakeups.kick('outbox');
    await expect.poll(async () => (await effects('late')).length).toBe(1);
  });
});

describe('wake-ups', () => {
  it('reach another process; many in a moment are one NOTIFY', async () => {
    let told = 0;
    let heard = 0;
    const off = two.wakeups.on('pages', () => {
      told += 1;
    });
    const listener = new pg.Client({ connectionString: yard.connectionString });
    await listener.connect();
    await listener.query('listen holdfast_wake');
    listener.on('notification', () => {
      heard += 1;
    });
    for (let n = 0; n < 500; n += 1) one.wakeups.kick('pages');
    await expect.poll(() => heard).toBeGreaterThan(0);
    await listener.query('select 1');
    expect(heard).toBeLessThanOrEqual(2);
    expect(told).toBeGreaterThan(0);
    off();
    await listener.end();
  });

  it('come back after the server cut the connection, and everybody looks once then', async () => {
    let looked = 0;
    const wakeups = start(
      createWakeups({ connectionString: yard.connectionString, pool: two.database.pool, logger: two.logger }),
    );
    await wakeups.start();
    const off = wakeups.on('runs', () => {
      looked += 1;
    });
    await one.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'holdfast listen'`,
    );
    await expect.poll(() => looked, { timeout: 5_000 }).toBeGreaterThan(0);
    await expect
      .poll(
        async () =>
          (
            await query<{ n: number }>(
              `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'holdfast listen'`,
            )
          )[0]?.n,
        { timeout: 5_000 },
      )
      .toBe(3);
    const before = looked;
    one.wakeups.kick('runs');
    await expect.poll(() => looked).toBeGreaterThan(before);
    off();
  });

  it('look by themselves now and then, should one get lost', async () => {
    let looked = 0;
    const off = two.wakeups.on('timers', () => {
      looked += 1;
    });
    await expect.poll(() => looked, { timeout: 3_000 }).toBeGreaterThan(0);
    off();
  });
});

describe('the audit chain', () => {
  it('takes in every audited event once, in order, whatever the number of chainers, and verifies', async () => {
    for (const replica of [one, two]) {
      start(startSequencer(replica));
      start(startAuditChainer(replica, { kinds: AUDITED_EVENTS }));
    }
    await writeConcurrently(4, 10);
    await publish(one.database.db, [event('finding:1', 1, 'finding.updated')]);
    one.wakeups.kick('outbox');
    await expect
      .poll(async () => (await query<{ n: number }>('select count(*)::int as n from audit_entries'))[0]?.n)
      .toBe(64);
    expect(await checkAudit(one.database, AUDITED_EVENTS)).toMatchObject({ ok: true });
    await one.database.pool.query(
      `update audit_entries set entry = replace(entry, 'user:ada', 'user:eve') where seq = 30`,
    );
    expect(await checkAudit(one.database, AUDITED_EVENTS)).toMatchObject({ ok: false, seq: 30 });
  });
});
