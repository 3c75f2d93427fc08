import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import { createManualClock, type ManualClock } from '../../platform/clock/manual-clock.ts';
import { acknowledgeIncident, findScheme, insertIncident } from '../incidents/index.ts';
import type { Channel, OutgoingPage, SendResult } from './channel.ts';
import { judgeSend, MOST_ATTEMPTS } from './judge-send.ts';
import { claimPages, queuePage, stopQueuedPages as stopPages } from './page-store.ts';
import { startPager } from './pager.ts';

let yard: ReplicaYard;
let replicas: Replica[];
let clock: ManualClock;
const sends: OutgoingPage[] = [];
let answer: (page: OutgoingPage) => SendResult | Promise<SendResult>;
beforeAll(async () => {
  yard = await openReplicaYard();
  replicas = [await yard.add(), await yard.add()];
  await replicas[0]!.database.pool.query(`insert into workers (id, host, boot_id, pid, pid_started, version, lease_expires_at)
    select w, 'h', '', 1, '', 'test', clock_timestamp() + interval '1 hour' from unnest(array['w0', 'w1', 'dying']) w`);
});
beforeEach(async () => {
  clock = createManualClock(new Date('2026-03-01T10:00:00.000Z'));
  sends.length = 0;
  answer = () => ({ kind: 'sent' });
  await replicas[0]!.database.pool.query(
    `truncate pages, inbox_messages, outbox; update workers set lease_expires_at = clock_timestamp() + interval '1 hour'`,
  );
});
afterAll(() => yard.close());

const outside: Channel = {
  kind: 'outside',
  async send(page) {
    sends.push(page);
    return answer(page);
  },
};
const database = () => replicas[0]!.database;

async function openWithPages(channels: readonly string[] = ['out']): Promise<string> {
  return database().transact(async (tx) => {
    const at = clock.now();
    const incident = await insertIncident(tx, {
      title: 'Down',
      severity: 1,
      scheme: findScheme('p1-p4'),
      cause: null,
      at,
      actor: 'system',
      text: 'x',
    });
    for (const channel of channels) {
      const message = {
        incidentId: incident.id,
        number: incident.number,
        title: 'Down',
        severity: 'P1',
        text: 'x',
        link: null,
      };
      await queuePage(tx, { message, recipient: 'on-call', channel, at });
    }
    return incident.id;
  });
}
const acknowledge = (incidentId: string) =>
  acknowledgeIncident({ database: database(), clock, wakeups: { kick: () => {} }, stopPages }, incidentId, {
    actor: 'user:ada',
  });
const pagesOf = async (incidentId: string) =>
  (
    await database().pool.query<{ state: string; reason: string | null }>(
      'select state, reason from pages where incident_id = $1 order by queued_at, id',
      [incidentId],
    )
  ).rows;
const states = async (incidentId: string) => (await pagesOf(incidentId)).map((page) => page.state);
const kinds = async () =>
  (
    await database().pool.query<{ kind: string }>(`select kind from outbox where kind like 'page.%' order by id`)
  ).rows.map((row) => row.kind);

/** Pagers on both replicas while `work` lasts. */
async function withPagers(
  work: () => Promise<void>,
  channels: Record<string, Channel> = { out: outside },
): Promise<void> {
  const pagers = replicas.map((replica, index) => startPager({ ...replica, clock, channels, workerId: `w${index}` }));
  await work().finally(() => Promise.all(pagers.map((pager) => pager.stop())));
}

describe('a page', () => {
  it('is queued with its cause: where that is taken back, nobody is paged', async () => {
    await database()
      .transact(async (tx) => {
        const message = { incidentId: 'inc_x', number: 'INC', title: '', severity: 'P1', text: '', link: null };
        const at = clock.now();
        const incident = await insertIncident(tx, {
          title: 'Down',
          severity: 1,
          scheme: findScheme('p1-p4'),
          cause: null,
          at,
          actor: 'system',
          text: 'x',
        });
        await queuePage(tx, { message: { ...message, incidentId: incident.id }, recipient: 'r', channel: 'out', at });
        throw new Error('taken back');
      })
      .catch(() => {});
    expect((await database().pool.query('select from pages')).rowCount).toBe(0);
  });

  it('is sent once, whichever replica does it', async () => {
    const incidentId = await openWithPages(['out', 'out', 'out']);
    await withPagers(() => expect.poll(() => states(incidentId)).toEqual(['sent', 'sent', 'sent']));
    expect(new Set(sends.map((page) => page.dedupKey)).size).toBe(3);
    expect(sends).toHaveLength(3);
  });

  it('without an answer is uncertain and sent again under the same key, later and later', async () => {
    const incidentId = await openWithPages();
    answer = () => ({ kind: 'uncertain', reason: 'the answer was lost' });
    await withPagers(async () => {
      for (let attempt = 1; attempt <= 4; attempt += 1) {
        await expect.poll(() => sends.length).toBe(attempt);
        await expect.poll(() => states(incidentId)).toEqual(['uncertain']);
        // Never earlier than three quarters of its backoff.
        clock.advanceBy(500 * 2 ** (attempt - 1) * 0.75 - 1);
        await new Promise((resolve) => setTimeout(resolve, 15));
        expect(sends).toHaveLength(attempt);
        clock.advanceBy(500 * 2 ** (attempt - 1));
      }
    });
    expect(new Set(sends.map((page) => page.dedupKey)).size).toBe(1);
    expect(sends.slice(0, 4).map((page) => page.attempt)).toEqual([1, 2, 3, 4]);
  });

  it('is sent again when the receiver asked for, not before', async () => {
    await openWithPages();
    answer = (page) =>
      page.attempt === 1 ? { kind: 'try-later', reason: 'HTTP 429', afterMs: 90_000 } : { kind: 'sent' };
    await withPagers(async () => {
      await expect.poll(() => sends.length).toBe(1);
      await expect
        .poll(async () => (await database().pool.query(`select from pages where state = 'queued'`)).rowCount)
        .toBe(1);
      clock.advanceBy(89_999);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sends).toHaveLength(1);
      clock.advanceBy(1);
      await expect.poll(() => sends.length).toBe(2);
    });
  });

  it('is given up after its last attempt, and shown as failed with the reason', async () => {
    const incidentId = await openWithPages();
    answer = () => ({ kind: 'uncertain', reason: 'HTTP 500' });
    await withPagers(() =>
      expect
        .poll(
          async () => {
            clock.advanceBy(60_000);
            return states(incidentId);
          },
          { timeout: 5_000 },
        )
        .toEqual(['failed']),
    );
    expect(sends).toHaveLength(MOST_ATTEMPTS);
    expect((await pagesOf(incidentId))[0]?.reason).toBe('given up after 12 attempts: HTTP 500');
  });

  it('that was refused is not sent again', async () => {
    const incidentId = await openWithPages();
    answer = () => ({ kind: 'refused', reason: 'HTTP 401' });
    await withPagers(() => expect.poll(() => states(incidentId)).toEqual(['failed']));
    expect(sends).toHaveLength(1);
  });

  it('to a channel that is not configured fails and says so', async () => {
    const incidentId = await openWithPages(['carrier-pigeon']);
    await withPagers(() => expect.poll(() => states(incidentId)).toEqual(['failed']));
    expect((await pagesOf(incidentId))[0]?.reason).toBe('no channel "carrier-pigeon" in the configuration');
  });
});

describe('an acknowledgement', () => {
  it('cancels what has not left, in its own transaction', async () => {
    const incidentId = await openWithPages(['out', 'out']);
    await acknowledge(incidentId);
    expect(await states(incidentId)).toEqual(['cancelled', 'cancelled']);
    clock.advanceBy(3_600_000);
    await withPagers(() => new Promise((resolve) => setTimeout(resolve, 40)));
    expect(sends).toEqual([]);
    expect(await kinds()).toEqual(['page.queued', 'page.queued', 'page.cancelled', 'page.cancelled']);
  });

  it('ends the retries of a page whose answer was lost', async () => {
    const incidentId = await openWithPages();
    answer = () => ({ kind: 'uncertain', reason: 'lost' });
    await withPagers(async () => {
      await expect.poll(() => states(incidentId)).toEqual(['uncertain']);
      await acknowledge(incidentId);
      clock.advanceBy(3_600_000);
      await new Promise((resolve) => setTimeout(resolve, 40));
    });
    expect(sends).toHaveLength(1);
    expect(await states(incidentId)).toEqual(['acked']);
  });

  it('that comes while a page is on its way keeps it from being sent again', async () => {
    const incidentId = await openWithPages();
    answer = async () => {
      await acknowledge(incidentId);
      return { kind: 'uncertain', reason: 'lost' };
    };
    await withPagers(async () => {
      await expect.poll(() => states(incidentId)).toEqual(['acked']);
      clock.advanceBy(3_600_000);
      await new Promise((resolve) => setTimeout(resolve, 40));
    });
    expect(sends).toHaveLength(1);
  });
});

describe('a sender that died', () => {
  it('in the middle of a send leaves a page that is sent again under the same key', async () => {
    const incidentId = await openWithPages();
    const [taken] = await claimPages(database(), { now: clock.now(), by: 'dying', most: 1, sendingForMs: 15_000 });
    await withPagers(async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(await states(incidentId)).toEqual(['sending']);
      await database().pool.query(`update workers set lease_expires_at = clock_timestamp() where id = 'dying'`);
      replicas[1]!.wakeups.kick('pages');
      await expect.poll(() => states(incidentId)).toEqual(['sent']);
    });
    expect(sends.map((page) => [page.dedupKey, page.attempt])).toEqual([[taken!.dedupKey, 2]]);
  });
});

describe('a channel inside the database', () => {
  it('delivers together with the page’s new state, both or neither, and is tried again after a failure', async () => {
    let failures = 2;
    const delivered: number[] = [];
    const inside: Channel = {
      kind: 'inside',
      async deliver(tx, page) {
        const text = `attempt ${page.attempt}`;
        await sql`insert into inbox_messages (dedup_key, title, text, at) values (${text}, 't', ${text}, ${clock.now()})`.execute(
          tx,
        );
        failures -= 1;
        if (failures >= 0) throw new Error('disk full');
        delivered.push(page.attempt);
      },
    };
    const incidentId = await openWithPages(['inbox']);
    await withPagers(
      () =>
        expect
          .poll(
            async () => {
              clock.advanceBy(500);
              return states(incidentId);
            },
            { timeout: 5_000 },
          )
          .toEqual(['sent']),
      { inbox: inside },
    );
    expect(delivered).toEqual([3]);
    expect((await database().pool.query('select text from inbox_messages')).rows).toEqual([{ text: 'attempt 3' }]);
  });
});

describe('what follows an attempt', () => {
  const result = fc.oneof(
    fc.constant<SendResult>({ kind: 'sent' }),
    fc.constant<SendResult>({ kind: 'uncertain', reason: 'r' }),
    fc.constant<SendResult>({ kind: 'refused', reason: 'r' }),
    fc.option(fc.nat(600_000)).map((afterMs): SendResult => ({ kind: 'try-later', reason: 'r', afterMs })),
  );
  it('never sends again once it is answered or over, or beyond the last attempt, and says acked only of an answer', () => {
    fc.assert(
      fc.property(
        result,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom('none' as const, 'acknowledged' as const, 'over' as const),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sent, attempt, answer, jitter) => {
          const next = judgeSend(sent, { attempt, answer }, jitter);
          const again = next.retryAfterMs !== null;
          if (again) expect(['queued', 'uncertain']).toContain(next.state);
          if (next.state === 'queued') expect(again).toBe(true);
          if (next.state === 'acked') expect(answer).toBe('acknowledged');
          if (answer !== 'none' || attempt >= MOST_ATTEMPTS) expect(again).toBe(false);
          if (again && sent.kind === 'try-later' && sent.afterMs !== null) expect(next.retryAfterMs).toBe(sent.afterMs);
          else if (again) expect(next.retryAfterMs).toBeLessThanOrEqual(75_000);
        },
      ),
    );
  });
});
