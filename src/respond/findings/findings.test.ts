import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import {
  changeFinding,
  fixFinding,
  listFindings,
  type Observation,
  observeFinding,
  readFinding,
} from './finding-store.ts';
import { fingerprintOf } from './fingerprint.ts';

let yard: ReplicaYard;
let replica: Replica;
beforeAll(async () => {
  yard = await openReplicaYard();
  replica = await yard.add();
});
beforeEach(() => replica.database.pool.query('truncate findings, outbox'));
afterAll(() => yard.close());

const observation = (n = 0, rest: Partial<Observation> = {}): Observation => ({
  kind: 'breach',
  identity: { probe: 'shop' },
  labels: { team: 'orders' },
  title: 'Shop is down',
  severity: 1,
  text: `seen ${n}`,
  at: new Date(Date.UTC(2026, 2, 1, 10, 0, n)),
  ...rest,
});
const observe = (n?: number, rest?: Partial<Observation>) =>
  replica.database.transact((tx) => observeFinding(tx, observation(n, rest)));
const fix = () =>
  replica.database.transact((tx) =>
    fixFinding(tx, { kind: 'breach', identity: { probe: 'shop' }, text: 'healthy', at: new Date() }),
  );
const kinds = async () =>
  (await replica.database.pool.query<{ kind: string }>('select kind from outbox order by id')).rows.map(
    (row) => row.kind,
  );
const clock = { now: () => new Date('2026-03-01T12:00:00Z'), wakeAt: () => () => {} };
const change = (id: string, status: 'open' | 'muted' | 'accepted') =>
  changeFinding({ database: replica.database, clock, wakeups: { kick: () => {} } }, id, {
    status,
    reason: 'known',
    actor: 'user:ada',
  });

describe('a fingerprint', () => {
  it('is the same whatever the order of the labels, and differs with every label, value and kind', () => {
    const labels = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 6 });
    fc.assert(
      fc.property(labels, labels, (one, other) => {
        const reversed = Object.fromEntries(Object.entries(one).reverse());
        expect(fingerprintOf('breach', reversed)).toBe(fingerprintOf('breach', one));
        expect(fingerprintOf('drift', one)).not.toBe(fingerprintOf('breach', one));
        const same = JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
        expect(fingerprintOf('breach', one) === fingerprintOf('breach', other)).toBe(same);
      }),
    );
    expect(fingerprintOf('breach', { probe: 'shop' })).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('a finding', () => {
  it('seen again is one finding with more occurrences, the newest evidence first', async () => {
    const first = await observe(0);
    const again = await observe(1);
    expect([first.kind, again.kind]).toEqual(['opened', 'seen-again']);
    expect(again.finding).toMatchObject({
      id: first.finding.id,
      occurrences: 2,
      labels: { probe: 'shop', team: 'orders' },
    });
    expect(again.finding.evidence.map((entry) => entry.text)).toEqual(['seen 1', 'seen 0']);
    expect(await kinds()).toEqual(['finding.opened', 'finding.updated']);
  });

  it('keeps its newest evidence only', async () => {
    for (let n = 0; n < 25; n += 1) await observe(n);
    const [finding] = await listFindings(replica.database.db, { limit: 10 });
    expect(finding?.occurrences).toBe(25);
    expect(finding?.evidence).toHaveLength(20);
    expect(finding?.evidence[0]?.text).toBe('seen 24');
  });

  it('noticed by many at once is opened once', async () => {
    const sightings = await Promise.all(Array.from({ length: 8 }, (_, n) => observe(n)));
    expect(sightings.filter((sighting) => sighting.kind === 'opened')).toHaveLength(1);
    expect((await listFindings(replica.database.db, { limit: 10 }))[0]?.occurrences).toBe(8);
  });

  it('that was fixed stays fixed; the same cause opens a new one', async () => {
    const { finding } = await observe(0);
    expect(await fix()).toMatchObject({ id: finding.id, status: 'fixed' });
    expect(await fix()).toBeNull();
    await expect(change(finding.id, 'muted')).rejects.toMatchObject({ code: 'finding.fixed', kind: 'conflict' });
    expect((await observe(1)).finding.id).not.toBe(finding.id);
  });

  it('that is muted stays quiet when it is seen again, until it is fixed or opened', async () => {
    const { finding } = await observe(0);
    await change(finding.id, 'muted');
    expect((await observe(1)).finding).toMatchObject({ status: 'muted', occurrences: 2 });
    expect(await change(finding.id, 'open')).toMatchObject({ status: 'open', reason: 'known' });
    expect(await kinds()).toEqual(['finding.opened', 'finding.muted', 'finding.updated', 'finding.reopened']);
    expect(await fix()).toMatchObject({ status: 'fixed' });
  });

  it('there is none of says so', async () => {
    await expect(change('fnd_none', 'muted')).rejects.toMatchObject({ code: 'finding.missing' });
    await expect(readFinding(replica.database.db, 'fnd_none')).rejects.toMatchObject({ kind: 'missing' });
  });
});
