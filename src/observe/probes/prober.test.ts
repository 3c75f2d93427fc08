import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import { createManualClock, type ManualClock } from '../../platform/clock/manual-clock.ts';
import type { ProbeSpec } from './probe-spec.ts';
import { claimDueProbes, listProbes, listSamples, readProbe, recordAnswer, syncProbes } from './probe-store.ts';
import { startProber } from './prober.ts';

let yard: ReplicaYard;
let replicas: Replica[];
let clock: ManualClock;
beforeAll(async () => {
  yard = await openReplicaYard();
  replicas = [await yard.add(), await yard.add()];
});
beforeEach(async () => {
  clock = createManualClock(new Date('2026-03-01T10:00:00.000Z'));
  await replicas[0]!.database.pool.query('truncate probes, probe_samples, outbox, findings');
});
afterAll(() => yard.close());

const spec = (name: string, rest: Partial<ProbeSpec> = {}): ProbeSpec =>
  ({
    name,
    title: name,
    intervalMs: 1_000,
    timeoutMs: 500,
    failures: 2,
    successes: 2,
    severity: 1,
    labels: {},
    kind: 'tcp',
    host: 'h',
    port: 1,
    ...rest,
  }) as ProbeSpec;
const database = () => replicas[0]!.database;
const events = async () =>
  (
    await database().pool.query<{ kind: string; body: { probe: string; reason: string } }>(
      'select kind, body from outbox order by id',
    )
  ).rows;
const answer = (healthy: boolean) => ({ healthy, reason: healthy ? 'fine' : 'broken', durationMs: 1 });

describe('probes shared by two replicas', () => {
  it('are each looked at once per interval', async () => {
    const specs = Array.from({ length: 5 }, (_, index) => spec(`p${index}`));
    await syncProbes(database(), specs, clock.now());
    const looks: string[] = [];
    const runCheck = async (probe: ProbeSpec) => {
      looks.push(`${probe.name}@${clock.now().getTime()}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      return answer(true);
    };
    const probers = replicas.map((replica) => startProber({ ...replica, clock, runCheck }));
    for (let round = 1; round <= 6; round += 1) {
      await expect.poll(() => looks.length).toBe(round * 5);
      await expect.poll(async () => (await listSamples(database().db, 'p4', 100)).length).toBe(round);
      clock.advanceBy(1_000);
    }
    await Promise.all(probers.map((prober) => prober.stop()));
    expect(new Set(looks).size).toBe(looks.length);
  });

  it('tell a failure once, after as many bad answers as it takes', async () => {
    await syncProbes(database(), [spec('p')], clock.now());
    let looks = 0;
    const runCheck = async () => {
      looks += 1;
      return answer(false);
    };
    const probers = replicas.map((replica) => startProber({ ...replica, clock, runCheck }));
    for (let round = 1; round <= 4; round += 1) {
      await expect.poll(async () => (await listSamples(database().db, 'p', 100)).length).toBe(round);
      clock.advanceBy(1_000);
    }
    await Promise.all(probers.map((prober) => prober.stop()));
    expect(looks).toBeGreaterThanOrEqual(4);
    expect((await events()).map((event) => [event.kind, event.body.reason])).toEqual([['probe.failed', 'broken']]);
  });

  it('are looked at by the other one when a checker died with a look under way', async () => {
    await syncProbes(database(), [spec('p')], clock.now());
    // Taken by a process that is never heard of again.
    expect(await claimDueProbes(database(), clock.now(), 1)).toHaveLength(1);
    let looks = 0;
    const other = startProber({
      ...replicas[1]!,
      clock,
      runCheck: async () => {
        looks += 1;
        return answer(true);
      },
    });
    clock.advanceBy(1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(looks).toBe(0);
    clock.advanceBy(5_000);
    await expect.poll(() => looks).toBe(1);
    await other.stop();
  });
});

describe('the configured probes', () => {
  const fail = async (name: string) => {
    for (let n = 0; n < 2; n += 1) await recordAnswer(database(), spec(name), answer(false), clock.now());
  };

  it('keep their state over a restart with the same configuration', async () => {
    await syncProbes(database(), [spec('a'), spec('b')], clock.now());
    await fail('a');
    clock.advanceBy(1_000);
    await syncProbes(database(), [spec('b'), spec('a', { title: 'New title' })], clock.now());
    expect(await listProbes(database().db)).toEqual([
      expect.objectContaining({ name: 'a', title: 'New title', state: 'failing', consecutiveFailures: 2 }),
      expect.objectContaining({ name: 'b', state: 'unknown' }),
    ]);
  });

  it('that are removed while failing count as recovered, and say why', async () => {
    await syncProbes(database(), [spec('a'), spec('b')], clock.now());
    await fail('a');
    await syncProbes(database(), [spec('b')], clock.now());
    expect((await events()).at(-1)).toMatchObject({
      kind: 'probe.recovered',
      body: { probe: 'a', reason: 'the probe was removed from the configuration' },
    });
    await expect(readProbe(database().db, 'a')).rejects.toMatchObject({ code: 'probe.missing', hint: 'Configured: b' });
    // What was still being looked at then changes nothing.
    expect(await recordAnswer(database(), spec('a'), answer(true), clock.now())).toBe('unchanged');
    await syncProbes(database(), [spec('a')], clock.now());
    expect(await listProbes(database().db)).toEqual([expect.objectContaining({ name: 'a', state: 'unknown' })]);
  });

  it('may all be removed', async () => {
    await syncProbes(database(), [spec('a')], clock.now());
    await syncProbes(database(), [], clock.now());
    expect(await listProbes(database().db)).toEqual([]);
    await expect(readProbe(database().db, 'a')).rejects.toMatchObject({
      hint: expect.stringContaining('None is configured'),
    });
  });
});
