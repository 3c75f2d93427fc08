import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../../test/harness/event-machinery.ts';
import { createManualClock, type ManualClock } from '../../../platform/clock/manual-clock.ts';
import { startTimerService } from '../../../platform/timers/timer-service.ts';
import {
  acknowledgeIncident,
  findScheme,
  type IncidentRow,
  insertIncident,
  listTimeline,
} from '../../incidents/index.ts';
import { putDefinition, ROUTES } from '../definitions/definition-store.ts';
import { stopPages } from '../stop-pages.ts';
import { createEscalator, type Escalator } from './escalator.ts';

let yard: ReplicaYard;
let replicas: Replica[];
let clock: ManualClock;
let escalator: Escalator;
const posted: string[] = [];
beforeAll(async () => {
  yard = await openReplicaYard();
  replicas = [await yard.add(), await yard.add()];
});
beforeEach(async () => {
  clock = createManualClock(new Date('2026-03-29T00:59:00.000Z'));
  posted.length = 0;
  await database().pool.query(
    'truncate oncall_definitions, escalation_steps, escalations, timers, pages, outbox cascade',
  );
  escalator = createEscalator({
    now: clock.now,
    timezone: 'UTC',
    channels: ['a', 'b', 'c'],
    lastResort: [{ recipient: 'on-call', channel: 'inbox' }],
    linkTo: () => null,
    actions: {
      post: {
        async perform(_tx, { incident, text }) {
          posted.push(text);
          return `Posted for ${incident.title}: ${text}`;
        },
      },
      publish: {
        async perform(tx) {
          await sql`insert into inbox_messages (dedup_key, title, text, at) values ('half', 'x', 'x', now())`.execute(
            tx,
          );
          throw new Error('the page of the company is away');
        },
      },
    },
  });
});
afterAll(() => yard.close());
const database = () => replicas[0]!.database;

async function open(steps: object[]): Promise<IncidentRow> {
  return database().transact(async (tx) => {
    const at = clock.now();
    const by = { at, by: 'user:ada' };
    const filled = steps.map((step) => ({ do: ['page'], to: [], name: 'step', ...step }));
    await putDefinition(tx, 'policy', { name: 'p', spec: { steps: filled, fallback: [] } as never, ...by });
    await putDefinition(tx, 'routes', { name: ROUTES, spec: [{ match: {}, policy: 'p' }], ...by });
    const incident = await insertIncident(tx, {
      title: 'Down',
      severity: 1,
      scheme: findScheme('p1-p4'),
      cause: null,
      at,
      actor: 'system',
      text: 'no answer',
    });
    expect(await escalator.open(tx, incident, { labels: {}, at })).toBe(true);
    return incident;
  });
}
const texts = async (id: string) =>
  (await listTimeline(database().db, id, { after: 0, limit: 100 })).map((entry) => entry.text);
const paged = async () =>
  (await database().pool.query<{ channel: string }>('select channel from pages order by queued_at, channel')).rows.map(
    (row) => row.channel,
  );
const unackedAfter = (time: string, channel: string) => ({
  name: channel,
  when: [{ unackedAfter: time }],
  to: [{ channel }],
});

describe('a step', () => {
  it('does what its action does, in one transaction with what it tells', async () => {
    const { id } = await open([
      { when: [{ unackedAfter: '0s' }], to: [{ channel: 'a' }], do: ['page', { post: 'we are on it' }] },
    ]);
    expect(posted).toEqual(['we are on it']);
    expect(await texts(id)).toContain('Posted for Down: we are on it');
    expect(await paged()).toEqual(['a']);
  });

  it('pages although its action fails, leaves nothing half done, and asks a person for it', async () => {
    const { id } = await open([
      { when: [{ unackedAfter: '0s' }], to: [{ channel: 'a' }], do: [{ publish: 'outage' }, 'page'] },
    ]);
    expect(await paged()).toEqual(['a']);
    expect((await database().pool.query(`select from inbox_messages where dedup_key = 'half'`)).rowCount).toBe(0);
    expect(await texts(id)).toContain(
      'A person is asked to: publish: outage (Holdfast has not done it: the page of the company is away)',
    );
  });

  it('fires once and in time, whichever replica does it, and never once somebody acknowledged', async () => {
    const { id } = await open([unackedAfter('0s', 'a'), unackedAfter('60s', 'b'), unackedAfter('120s', 'c')]);
    const services = replicas.map((replica) => startTimerService({ ...replica, clock }, escalator.timers));
    try {
      clock.advanceBy(59_999);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await paged()).toEqual(['a']);
      clock.advanceBy(1);
      await expect.poll(paged).toEqual(['a', 'b']);
      const deps = { database: database(), clock, wakeups: { kick: () => {} }, stopPages };
      await acknowledgeIncident(deps, id, { actor: 'user:ada' });
      clock.advanceBy(600_000);
      await expect
        .poll(async () => (await database().pool.query(`select from timers where kind = 'escalation'`)).rowCount)
        .toBe(0);
      expect(await paged()).toEqual(['a', 'b']);
    } finally {
      await Promise.all(services.map((service) => service.stop()));
    }
  });

  it('that many are due for at once after a stop tells each channel once', async () => {
    await open([
      unackedAfter('0s', 'a'),
      unackedAfter('60s', 'b'),
      { ...unackedAfter('90s', 'b'), name: 'again' },
      unackedAfter('120s', 'c'),
    ]);
    clock.advanceBy(3_600_000);
    await startTimerService({ ...replicas[0]!, clock }, escalator.timers).stop();
    expect(await paged()).toEqual(['a', 'b', 'c']);
    expect((await database().pool.query('select from escalation_steps')).rowCount).toBe(4);
  });
});
