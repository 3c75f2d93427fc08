import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import { createManualClock, type ManualClock } from '../clock/manual-clock.ts';
import { clearTimer, setTimer, startTimerService, type TimerHandler } from './timer-service.ts';

let yard: ReplicaYard;
let replicas: Replica[];
let clock: ManualClock;
beforeAll(async () => {
  yard = await openReplicaYard();
  replicas = [await yard.add(), await yard.add()];
  await replicas[0]!.database.pool.query('create table fired (subject text, due timestamptz, at timestamptz)');
});
beforeEach(async () => {
  clock = createManualClock(new Date('2026-03-29T00:59:59.000Z'));
  await replicas[0]!.database.pool.query('truncate fired, timers');
});
afterAll(() => yard.close());

const db = () => replicas[0]!.database.db;
const inMs = (ms: number) => new Date(clock.now().getTime() + ms);
const fired = async () =>
  (await replicas[0]!.database.pool.query<{ subject: string; due: Date; at: Date }>('select * from fired order by due'))
    .rows;

const writeDown: TimerHandler = async (tx, timer) => {
  await sql`insert into fired values (${timer.subject}, ${timer.dueAt}, ${clock.now()})`.execute(tx);
};
/** Both replicas, until `work` is over. */
async function withServices(handlers: Record<string, TimerHandler>, work: () => Promise<void>): Promise<void> {
  const services = replicas.map((replica) => startTimerService({ ...replica, clock }, handlers));
  await work().finally(() => Promise.all(services.map((service) => service.stop())));
}
/** One pass of a service that was just started. */
const firePass = async (handlers: Record<string, TimerHandler>) =>
  startTimerService({ ...replicas[0]!, clock }, handlers).stop();

describe('a timer', () => {
  it('fires once it is due, on one of the replicas, and is gone', async () => {
    await setTimer(db(), { kind: 'k', subject: 's', dueAt: inMs(60_000) });
    await withServices({ k: writeDown }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      clock.advanceBy(59_999);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await fired()).toEqual([]);
      clock.advanceBy(1);
      await expect.poll(fired).toHaveLength(1);
    });
    await firePass({ k: writeDown });
    expect(await fired()).toHaveLength(1);
  });

  it('is never early and keeps its due time however late it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5_000), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: -500, max: 2_000 }), { minLength: 1, maxLength: 6 }),
        async (delays, steps) => {
          await replicas[0]!.database.pool.query('truncate fired, timers');
          const from = clock.now();
          const due = delays.map((delay) => new Date(from.getTime() + delay));
          for (const [n, dueAt] of due.entries()) await setTimer(db(), { kind: 'k', subject: `s${n}`, dueAt });
          let latest = from.getTime();
          for (const step of steps) {
            // A clock set back only makes them later.
            if (step > 0) clock.advanceBy(step);
            latest = Math.max(latest, clock.now().getTime());
            await firePass({ k: writeDown });
          }
          const rows = await fired();
          for (const row of rows) expect(row.at.getTime()).toBeGreaterThanOrEqual(row.due.getTime());
          const expected = due.filter((dueAt) => dueAt.getTime() <= latest);
          expect(rows.map((row) => row.due.getTime()).sort()).toEqual(expected.map((dueAt) => dueAt.getTime()).sort());
        },
      ),
      { numRuns: 15 },
    );
  });

  it('can be moved and taken back', async () => {
    await setTimer(db(), { kind: 'k', subject: 'moved', dueAt: inMs(10) });
    await setTimer(db(), { kind: 'k', subject: 'moved', dueAt: inMs(1_000) });
    await setTimer(db(), { kind: 'k', subject: 'gone', dueAt: inMs(10) });
    await clearTimer(db(), { kind: 'k', subject: 'gone' });
    clock.advanceBy(999);
    await firePass({ k: writeDown });
    expect(await fired()).toEqual([]);
    clock.advanceBy(1);
    await firePass({ k: writeDown });
    expect((await fired()).map((row) => row.subject)).toEqual(['moved']);
  });

  it('of a kind that is not known here waits for who knows it', async () => {
    await setTimer(db(), { kind: 'future', subject: 's', dueAt: inMs(0) });
    await firePass({ k: writeDown });
    expect(await fired()).toEqual([]);
    await firePass({ future: writeDown });
    expect(await fired()).toHaveLength(1);
  });

  it('whose handler fails is undone, kept, and holds up no other', async () => {
    for (const subject of ['a', 'bad', 'c']) await setTimer(db(), { kind: 'k', subject, dueAt: inMs(0) });
    let broken = true;
    const handler: TimerHandler = async (tx, timer) => {
      await writeDown(tx, timer);
      if (timer.subject === 'bad' && broken) throw new Error('not today');
    };
    await firePass({ k: handler });
    expect((await fired()).map((row) => row.subject).sort()).toEqual(['a', 'c']);
    broken = false;
    await firePass({ k: handler });
    expect(await fired()).toHaveLength(3);
  });

  it('set by another process is heard of at once', async () => {
    await withServices({ k: writeDown }, async () => {
      await setTimer(db(), { kind: 'k', subject: 's', dueAt: inMs(5) });
      replicas[1]!.wakeups.kick('timers');
      await expect
        .poll(async () => {
          clock.advanceBy(5);
          return fired();
        })
        .toHaveLength(1);
    });
  });
});
