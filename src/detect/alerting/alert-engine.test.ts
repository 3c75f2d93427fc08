import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import { createManualClock, type ManualClock } from '../../platform/clock/manual-clock.ts';
import { startWorkerLease, type WorkerLease } from '../../platform/lease/worker-lease.ts';
import { type AlertEngine, openAlertEngine } from './alert-engine.ts';
import type { AlertPlan } from './alert-plan.ts';
import { listAlerts, listGroups } from './alert-queries.ts';
import { parseMatchers } from './matchers/parse-matchers.ts';
import type { GroupNotification, Notifier, SendOutcome } from './notifier.ts';
import { readPostedAlerts } from './read-posted-alerts.ts';
import type { Route } from './route.ts';

let yard: ReplicaYard;
let replicas: Replica[];
let clock: ManualClock;
const open: { engine: AlertEngine; lease: WorkerLease }[] = [];

beforeAll(async () => {
  yard = await openReplicaYard();
  replicas = [await yard.add(), await yard.add()];
});
beforeEach(async () => {
  clock = createManualClock(new Date('2026-11-02T10:00:00.000Z'));
  await replicas[0]?.database.pool.query(
    `truncate alerts, silences, alert_changes, notifications, notification_log;
     update alert_clock set revision = 0; update alert_dispatcher set worker_id = null`,
  );
});
afterEach(async () => {
  for (const { engine, lease } of open.splice(0)) {
    await engine.stop();
    await lease.stop();
  }
});
afterAll(() => yard.close());

type Sent = { atMs: number; key: string; reason: string; alerts: string[] };
/** A receiver that writes down what it hears; `answers` are given in turn, then it takes everything. */
type Receiver = { notifier: Notifier; sent: Sent[]; attempts: string[]; answers: (SendOutcome | 'hang')[] };

function receiver(options: { sendResolved?: boolean; index?: number } = {}): Receiver {
  const sent: Sent[] = [];
  const attempts: string[] = [];
  const answers: (SendOutcome | 'hang')[] = [];
  const shown = ({ alerts }: GroupNotification) =>
    alerts.map((alert) => `${alert.labels['n'] ?? alert.labels['alertname']} ${alert.status}`);
  return {
    sent,
    attempts,
    answers,
    notifier: {
      receiver: 'ops',
      kind: 'test',
      index: options.index ?? 0,
      sendResolved: options.sendResolved ?? true,
      prepare: async (notification) => ({ reason: notification.reason, alerts: shown(notification) }),
      async send(payload, dedupKey, signal) {
        const { reason, alerts } = payload as { reason: string; alerts: string[] };
        attempts.push(dedupKey);
        const answer = answers.shift() ?? { kind: 'sent' };
        if (answer === 'hang') {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          return { kind: 'uncertain', reason: 'no answer in time' };
        }
        if (answer.kind === 'sent') sent.push({ atMs: clock.now().getTime(), key: dedupKey, reason, alerts });
        return answer;
      },
    },
  };
}

const SECOND = 1_000;
const MINUTE = 60_000;

function planOf(more: Partial<Route> = {}, rest: Partial<AlertPlan> = {}): AlertPlan {
  const root: Route = {
    id: '{}',
    key: '{}',
    receiver: 'ops',
    groupBy: new Set(['alertname']),
    groupWaitMs: 30 * SECOND,
    groupIntervalMs: 5 * MINUTE,
    repeatIntervalMs: 60 * MINUTE,
    matchers: [],
    continue: false,
    muteTimeIntervals: [],
    activeTimeIntervals: [],
    routes: [],
    ...more,
  };
  return { root, inhibitRules: [], isWithin: () => false, ...rest };
}

async function start(
  receivers: readonly Receiver[],
  options: { plan?: AlertPlan; replica?: number; dispatch?: boolean; fromMs?: number } = {},
): Promise<AlertEngine> {
  const replica = replicas[options.replica ?? 0] as Replica;
  const lease = await startWorkerLease({ ...replica, ttlMs: 30_000, version: 'test' });
  const engine = await openAlertEngine(
    {
      pool: replica.database.pool,
      clock,
      logger: replica.logger,
      workerId: lease.id,
      wakeups: replica.wakeups,
      observer: { suppressed: () => {}, attemptFailed: () => {}, ended: () => {} },
    },
    {
      setup: {
        plan: options.plan ?? planOf(),
        notifiers: receivers.map(({ notifier }) => notifier),
        resolveTimeoutMs: 5 * MINUTE,
      },
      mode: 'fallback',
      retention: { gcIntervalMs: 30 * MINUTE, retentionMs: 120 * 60 * MINUTE },
    },
  );
  open.push({ engine, lease });
  if (options.dispatch !== false) await engine.startDispatching(options.fromMs ?? 0);
  return engine;
}

/** Ends a process without a word: nothing is given back, sends under way are cut. */
async function crash(engine: AlertEngine): Promise<void> {
  const at = open.findIndex((entry) => entry.engine === engine);
  const [entry] = open.splice(at, 1);
  await entry?.engine.stop();
  await entry?.lease.stop();
}

async function post(engine: AlertEngine, ...alerts: object[]): Promise<void> {
  const nowMs = clock.now().getTime();
  const read = readPostedAlerts(alerts, { nowMs, resolveTimeoutMs: 5 * MINUTE, mode: 'fallback' });
  expect(read.errors).toEqual([]);
  await engine.postAlerts(read.alerts, nowMs);
}

const firing = (n: string, more: object = {}) => ({
  labels: { alertname: 'Down', n },
  endsAt: new Date(clock.now().getTime() + 24 * 60 * MINUTE).toISOString(),
  ...more,
});
const resolved = (n: string) => ({ labels: { alertname: 'Down', n }, endsAt: clock.now().toISOString() });
/** Until what was begun by the last move of the clock has been done: flushes go through the database. */
const settled = async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    await replicas[0]?.database.pool.query('select 1');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const advance = async (ms: number) => {
  clock.advanceBy(ms);
  await settled();
};
const offsets = ({ sent }: Receiver) => sent.map(({ atMs }) => (atMs - Date.parse('2026-11-02T10:00:00Z')) / SECOND);

describe('a group', () => {
  it('is told group_wait after its first alert, then at every group_interval when something changed, never early', async () => {
    const ops = receiver();
    const engine = await start([ops]);
    await post(engine, firing('a'));
    await advance(10 * SECOND);
    await post(engine, firing('b'));
    await advance(19_999);
    expect(ops.sent).toEqual([]);
    await advance(1);
    expect(ops.sent).toMatchObject([{ reason: 'first notification', alerts: ['a firing', 'b firing'] }]);
    // Nothing changed: silence at the next tick. Then one more, and the ticks have not drifted.
    await advance(6 * MINUTE);
    await post(engine, firing('c'));
    await advance(4 * MINUTE);
    expect(offsets(ops)).toEqual([30, 630]);
    expect(ops.sent[1]).toMatchObject({ reason: 'new alerts in group', alerts: ['a firing', 'b firing', 'c firing'] });
  });

  it('is told again after repeat_interval, at a tick', async () => {
    const ops = receiver();
    const engine = await start([ops]);
    await post(engine, firing('a'));
    await advance(30 * SECOND);
    for (let tick = 0; tick < 14; tick += 1) await advance(5 * MINUTE);
    expect(ops.sent.map(({ reason }) => reason)).toEqual(['first notification', 'repeat interval elapsed']);
    expect(offsets(ops)).toEqual([30, 30 + 13 * 300]);
  });

  it('tells ends with the time of the report, and waits group_wait again afterwards', async () => {
    const ops = receiver();
    const engine = await start([ops]);
    await post(engine, firing('a'), firing('b'));
    await advance(MINUTE);
    await post(engine, resolved('a'));
    await advance(5 * MINUTE);
    await post(engine, resolved('b'));
    await advance(5 * MINUTE);
    expect(ops.sent.map(({ alerts }) => alerts)).toEqual([
      ['a firing', 'b firing'],
      ['a resolved', 'b firing'],
      ['b resolved'],
    ]);
    expect(engine.groupCount).toBe(0);
    await post(engine, firing('a'));
    await advance(29 * SECOND);
    expect(ops.sent).toHaveLength(3);
    await advance(SECOND);
    expect(ops.sent[3]).toMatchObject({ reason: 'first notification', alerts: ['a firing'] });
  });

  it('records an end for a receiver that wants none, so that the next firing is new', async () => {
    const quiet = receiver({ sendResolved: false });
    const engine = await start([quiet]);
    await post(engine, firing('a'));
    await advance(MINUTE);
    await post(engine, resolved('a'));
    await advance(5 * MINUTE);
    expect(quiet.sent).toHaveLength(1);
    await post(engine, firing('a'));
    await advance(MINUTE);
    expect(quiet.sent.map(({ reason }) => reason)).toEqual(['first notification', 'first notification']);
  });

  it('whose alert began long ago is told at once', async () => {
    const ops = receiver();
    const engine = await start([ops]);
    await post(engine, firing('a', { startsAt: '2026-11-02T09:00:00Z' }));
    await advance(0);
    expect(offsets(ops)).toEqual([0]);
  });

  it('is told nothing before the start delay is over', async () => {
    const ops = receiver();
    const engine = await start([ops], { fromMs: clock.now().getTime() + MINUTE });
    await post(engine, firing('a', { startsAt: '2026-11-02T09:00:00Z' }));
    await advance(59 * SECOND);
    expect(ops.sent).toEqual([]);
    await advance(SECOND);
    expect(ops.sent).toHaveLength(1);
  });

  it('is flushed at once after a reload, and hears nothing twice', async () => {
    const ops = receiver();
    const engine = await start([ops]);
    await post(engine, firing('a'));
    await advance(30 * SECOND);
    await advance(30 * SECOND);
    await engine.reload({ ...engine.setup });
    await settled();
    await post(engine, firing('b'));
    await advance(5 * MINUTE - 1);
    expect(offsets(ops)).toEqual([30]);
    await advance(1);
    expect(offsets(ops)).toEqual([30, 360]);
  });
});

describe('what is muted', () => {
  it('by a silence is not told until the silence ends', async () => {
    const ops = receiver();
    const engine = await start([ops]);
    await post(engine, firing('a'), firing('b'));
    const id = await engine.setSilence({
      id: '',
      matchers: [{ name: 'n', type: '=', value: 'a' }],
      startsAtMs: null,
      endsAtMs: clock.now().getTime() + 6 * MINUTE,
      createdBy: 'ops',
      comment: '',
      annotations: {},
    });
    await advance(MINUTE);
    expect(ops.sent).toMatchObject([{ alerts: ['b firing'] }]);
    const [a] = listAlerts(engine, everything, clock.now().getTime());
    expect(
      [a, ...listAlerts(engine, everything, clock.now().getTime())].filter((v) => v?.alert.labels['n'] === 'a')[0],
    ).toMatchObject({
      state: 'suppressed',
      silencedBy: [id],
    });
    await advance(10 * MINUTE);
    expect(ops.sent[1]).toMatchObject({ alerts: ['a firing', 'b firing'] });
    expect(await engine.expireSilence(id ?? '')).toBe(true);
    expect(await engine.expireSilence('00000000-0000-0000-0000-000000000000')).toBe(false);
    expect(
      await engine.setSilence({
        id: 'unknown',
        matchers: [{ name: 'a', type: '=', value: 'b' }],
        startsAtMs: null,
        endsAtMs: 9e15,
        createdBy: '',
        comment: '',
        annotations: {},
      }),
    ).toBeNull();
  });

  it('by another alert is told as resolved together with it', async () => {
    const ops = receiver();
    const plan = planOf(
      { groupBy: new Set() },
      { inhibitRules: [{ name: '', source: parseMatchers('n="root"'), target: parseMatchers('n="leaf"'), equal: [] }] },
    );
    const engine = await start([ops], { plan });
    await post(engine, firing('leaf'), firing('root'));
    await advance(MINUTE);
    await post(engine, resolved('leaf'), resolved('root'));
    await advance(5 * MINUTE);
    expect(ops.sent.map(({ alerts }) => alerts)).toEqual([['root firing'], ['leaf resolved', 'root resolved']]);
  });
});

const everything = { matchers: [], active: true, silenced: true, inhibited: true, receiver: null, muted: true };

describe('a receiver that fails', () => {
  it('is tried again within the flush, with the same key, and the others hear it once', async () => {
    const [bad, good] = [receiver(), receiver({ index: 1 })];
    bad.answers.push({ kind: 'try-later', reason: '500', afterMs: null }, { kind: 'uncertain', reason: 'reset' });
    const engine = await start([bad, good]);
    await post(engine, firing('a'));
    await advance(30 * SECOND);
    expect(bad.attempts).toHaveLength(1);
    await advance(249);
    expect(bad.attempts).toHaveLength(1);
    await advance(501);
    await advance(2 * SECOND);
    expect(new Set(bad.attempts).size).toBe(1);
    expect(bad.attempts).toHaveLength(3);
    expect([bad.sent.length, good.sent.length]).toEqual([1, 1]);
  });

  it('and asks for time is left alone for that long', async () => {
    const ops = receiver();
    ops.answers.push({ kind: 'try-later', reason: '429', afterMs: 20_000 });
    const engine = await start([ops]);
    await post(engine, firing('a'));
    await advance(30 * SECOND);
    await advance(19_999);
    expect(ops.attempts).toHaveLength(1);
    await advance(1);
    expect(offsets(ops)).toEqual([50]);
  });

  it('until the time is over hears the same with the same key at the next tick', async () => {
    const ops = receiver();
    ops.answers.push('hang');
    const engine = await start([ops]);
    await post(engine, firing('a'));
    await advance(30 * SECOND);
    await advance(5 * MINUTE);
    expect(ops.sent).toMatchObject([{ alerts: ['a firing'] }]);
    expect(new Set(ops.attempts).size).toBe(1);
  });

  it('hears of the end although nobody knows whether it heard of the beginning', async () => {
    const ops = receiver();
    ops.answers.push('hang');
    const engine = await start([ops]);
    await post(engine, firing('a'));
    await advance(MINUTE);
    await post(engine, resolved('a'));
    await advance(5 * MINUTE);
    expect(ops.sent).toMatchObject([{ reason: 'all alerts resolved', alerts: ['a resolved'] }]);
    expect(new Set(ops.attempts).size).toBe(2);
  });
});

describe('a crash', () => {
  it('between receipt and group_wait loses nothing and does not begin the wait anew', async () => {
    const ops = receiver();
    const first = await start([ops]);
    await post(first, firing('a'));
    await advance(20 * SECOND);
    await crash(first);
    await start([ops], { replica: 1 });
    await advance(9 * SECOND);
    expect(ops.sent).toEqual([]);
    await advance(SECOND);
    expect(offsets(ops)).toEqual([30]);
  });

  it('after a notification repeats nothing', async () => {
    const ops = receiver();
    const first = await start([ops]);
    await post(first, firing('a'));
    await advance(MINUTE);
    await crash(first);
    const second = await start([ops], { replica: 1 });
    await advance(10 * MINUTE);
    expect(ops.sent).toHaveLength(1);
    await post(second, resolved('a'));
    await advance(10 * MINUTE);
    expect(ops.sent.map(({ alerts }) => alerts)).toEqual([['a firing'], ['a resolved']]);
    await crash(second);
    await start([ops]);
    await advance(10 * MINUTE);
    expect(ops.sent).toHaveLength(2);
  });

  it('while a notification was on its way sends it again with its key', async () => {
    const ops = receiver();
    ops.answers.push('hang');
    const first = await start([ops]);
    await post(first, firing('a'));
    await advance(30 * SECOND);
    expect(ops.attempts).toHaveLength(1);
    await crash(first);
    await start([ops], { replica: 1 });
    await advance(SECOND);
    expect(ops.sent).toHaveLength(1);
    expect(ops.attempts[0]).toBe(ops.attempts[1]);
  });
});

describe('several processes', () => {
  it('see each other’s alerts and silences, and one of them tells', async () => {
    const [one, two] = [receiver(), receiver()];
    const first = await start([one]);
    const second = await start([two], { replica: 1 });
    expect([first.dispatches, second.dispatches]).toEqual([true, false]);
    await post(second, firing('a'));
    await first.mirror.catchUp();
    expect(listGroups(first, everything, clock.now().getTime())).toMatchObject([
      { groupKey: '{}:{alertname="Down"}', receiver: 'ops', alerts: [{ state: 'active' }] },
    ]);
    await advance(30 * SECOND);
    expect([one.sent.length, two.sent.length]).toEqual([1, 0]);
    await crash(first);
    await expect.poll(() => second.dispatches, { timeout: 5_000 }).toBe(true);
    await post(second, firing('b'));
    await advance(10 * MINUTE);
    expect(two.sent).toMatchObject([{ reason: 'new alerts in group' }]);
  });

  it('merge reports made at the same moment: no update is lost', async () => {
    const engines = [await start([], { dispatch: false }), await start([], { dispatch: false, replica: 1 })];
    const startsAt = (index: number) => new Date(clock.now().getTime() - index * SECOND).toISOString();
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        post(engines[index % 2] as AlertEngine, firing('a', { startsAt: startsAt(index) }), firing(`own-${index}`)),
      ),
    );
    for (const engine of engines) {
      await engine.mirror.catchUp();
      expect(engine.mirror.alerts.size).toBe(41);
      const merged = [...engine.mirror.alerts.values()].find((alert) => alert.labels['n'] === 'a');
      expect(merged?.startsAtMs).toBe(clock.now().getTime() - 39 * SECOND);
    }
  });
});
