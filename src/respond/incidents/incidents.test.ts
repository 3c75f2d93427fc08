import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import { INCIDENT_STATUSES, type IncidentStatus } from '../../contract/incident.ts';
import { createManualClock, type ManualClock } from '../../platform/clock/manual-clock.ts';
import { INCIDENT_TRANSITIONS, resolveBlockers } from './incident-status.ts';
import { findOpenByCause, insertIncident, listTimeline, readIncidentRow } from './incident-store.ts';
import { findScheme, SEVERITY_SCHEMES } from './severity-schemes.ts';
import {
  acknowledgeIncident,
  changeIncidentRoles,
  changeIncidentSeverity,
  changeIncidentStatus,
  noteIncident,
} from './steer-incident.ts';

let yard: ReplicaYard;
let replica: Replica;
let clock: ManualClock;
let deps: Parameters<typeof changeIncidentStatus>[0];
const stopped: string[] = [];
let blockers: string[] = [];
beforeAll(async () => {
  yard = await openReplicaYard();
  replica = await yard.add();
  clock = createManualClock(new Date('2026-03-01T23:59:59.000Z'));
  deps = {
    database: replica.database,
    clock,
    wakeups: { kick: () => {} },
    blockers: async () => blockers,
    stopPages: async (_tx, incidentId) => void stopped.push(incidentId),
  };
});
afterAll(() => yard.close());

const open = (cause: string | null = null, at = clock.now()) =>
  replica.database.transact((tx) =>
    insertIncident(tx, {
      title: 'Shop is down',
      severity: 1,
      scheme: findScheme('p1-p4'),
      cause,
      at,
      actor: 'system',
      text: 'Opened',
    }),
  );
const timeline = (id: string) => listTimeline(replica.database.db, id, { after: 0, limit: 100 });
const by = { actor: 'user:ada' };

describe('an incident', () => {
  it('has the next number of its day, also when many open at once', async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => open()));
    expect(many.map((incident) => incident.number).sort()).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `INC-20260301-00${n}`),
    );
    expect((await open(null, new Date('2026-03-02T00:00:00Z'))).number).toBe('INC-20260302-001');
  });

  it('is one per cause while it is open, also when two see the cause at once', async () => {
    const results = await Promise.allSettled([open('same'), open('same'), open('same')]);
    const opened = results.filter((result) => result.status === 'fulfilled');
    expect(opened).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: '23505' });
    expect(await replica.database.transact((tx) => findOpenByCause(tx, 'same'))).not.toBeNull();
  });

  it('is found by its number as by its id', async () => {
    const incident = await open();
    expect((await readIncidentRow(replica.database.db, incident.number)).id).toBe(incident.id);
    await expect(readIncidentRow(replica.database.db, 'INC-20200101-001')).rejects.toMatchObject({
      code: 'incident.missing',
    });
  });

  it('acknowledged twice keeps the first name and time; each time what waits is stopped', async () => {
    const incident = await open();
    const at = clock.now();
    await acknowledgeIncident(deps, incident.id, by);
    clock.advanceBy(1_000);
    await acknowledgeIncident(deps, incident.number, { actor: 'user:grace' });
    expect(await readIncidentRow(replica.database.db, incident.id)).toMatchObject({
      acknowledgedBy: 'user:ada',
      acknowledgedAt: at,
      status: 'investigating',
    });
    expect(stopped.filter((id) => id === incident.id)).toHaveLength(2);
    expect((await timeline(incident.id)).map((entry) => entry.kind)).toEqual([
      'incident.opened',
      'incident.acknowledged',
    ]);
  });

  it('changes its status only as the table says, from every status to every other', async () => {
    blockers = [];
    const reach = async (status: IncidentStatus) => {
      const incident = await open();
      await replica.database.pool.query('update incidents set status = $2 where id = $1', [incident.id, status]);
      return incident.id;
    };
    for (const from of INCIDENT_STATUSES) {
      for (const to of INCIDENT_STATUSES) {
        const id = await reach(from);
        const changed = changeIncidentStatus(deps, id, { status: to, ...by });
        if (from === to || INCIDENT_TRANSITIONS[from].includes(to)) await changed;
        else
          await expect(changed, `${from} → ${to}`).rejects.toMatchObject({ code: 'incident.status', kind: 'conflict' });
      }
    }
  });

  it('is not resolved without a verification; an override needs a reason and stays in the record', async () => {
    const incident = await open();
    blockers = ['finding still open: Shop is down'];
    const resolve = (rest: { override?: boolean; reason?: string }) =>
      changeIncidentStatus(deps, incident.id, { status: 'resolved', ...rest, ...by });
    await expect(resolve({ reason: 'I am sure' })).rejects.toMatchObject({ code: 'incident.not-verified' });
    await expect(resolve({ override: true })).rejects.toMatchObject({ hint: 'An override needs a reason.' });
    expect((await readIncidentRow(replica.database.db, incident.id)).status).toBe('triage');
    await resolve({ override: true, reason: 'the probe itself is wrong' });
    expect((await timeline(incident.id)).at(-1)).toMatchObject({
      kind: 'incident.resolved',
      by: 'user:ada',
      text: 'Resolved by override of user:ada: the probe itself is wrong (held back by: finding still open: Shop is down)',
    });
    blockers = [];
  });

  it('is not reopened beside a newer one of the same cause', async () => {
    const first = await open('twice');
    await changeIncidentStatus(deps, first.id, { status: 'resolved', ...by });
    const second = await open('twice');
    const reopen = () => changeIncidentStatus(deps, first.id, { status: 'investigating', ...by });
    await expect(reopen()).rejects.toMatchObject({ code: 'incident.cause-open', hint: `Go on in ${second.number}.` });
    await changeIncidentStatus(deps, second.id, { status: 'resolved', ...by });
    await reopen();
    expect(await readIncidentRow(replica.database.db, first.id)).toMatchObject({
      status: 'investigating',
      resolvedAt: null,
    });
  });

  it('tells severity and roles with what they were', async () => {
    const incident = await open();
    await changeIncidentSeverity(deps, incident.id, { rank: 3, reason: 'one shop only', ...by });
    await changeIncidentRoles(deps, incident.id, { roles: { commander: 'Ada', scribe: 'Grace' }, ...by });
    await changeIncidentRoles(deps, incident.id, { roles: { scribe: null }, ...by });
    expect((await timeline(incident.id)).map((entry) => entry.text)).toEqual([
      'Opened',
      'Severity P1 → P3: one shop only',
      'commander: Ada, scribe: Grace',
      'scribe: nobody',
    ]);
    expect((await readIncidentRow(replica.database.db, incident.id)).roles).toEqual({ commander: 'Ada' });
  });
});

describe('a timeline', () => {
  it('keeps when it happened and when it was written down, and can only grow', async () => {
    const incident = await open();
    const earlier = new Date('2026-03-01T20:00:00.000Z');
    await noteIncident(deps, incident.id, { text: 'The deploy began', at: earlier, ...by });
    const [, note] = await timeline(incident.id);
    expect(note).toMatchObject({ seq: 2, at: earlier.toISOString(), by: 'user:ada' });
    expect(Date.parse(note!.recordedAt)).toBeGreaterThan(Date.parse('2026-03-02'));
    for (const change of ['update timeline_entries set text = $$x$$', 'delete from timeline_entries'])
      await expect(replica.database.pool.query(change)).rejects.toThrow('timeline_entries is append-only');
  });

  it('numbers its entries without a gap when many write at once', async () => {
    const incident = await open();
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => noteIncident(deps, incident.id, { text: `note ${n}`, ...by })),
    );
    expect((await timeline(incident.id)).map((entry) => entry.seq)).toEqual(
      Array.from({ length: 13 }, (_, n) => n + 1),
    );
  });
});

describe('what holds a resolve back', () => {
  it('is every open finding, every run under way, and else a verification that is missing', () => {
    const status = fc.constantFrom('open', 'fixed', 'muted', 'accepted');
    const runStatus = fc.constantFrom('running', 'waiting', 'in-doubt', 'succeeded', 'failed', 'cancelled');
    fc.assert(
      fc.property(
        fc.array(status, { maxLength: 4 }),
        fc.array(runStatus, { maxLength: 4 }),
        fc.boolean(),
        (findings, runs, verifiedByRun) => {
          const held = resolveBlockers({
            findings: findings.map((each) => ({ title: 't', status: each })),
            runs: runs.map((each) => ({ title: 'r', status: each })),
            verifiedByRun,
          });
          const free =
            !findings.includes('open') &&
            !runs.some((run) => ['running', 'waiting', 'in-doubt'].includes(run)) &&
            (verifiedByRun || findings.includes('fixed'));
          expect(held.length === 0).toBe(free);
        },
      ),
    );
  });
});

it('every severity scheme has each rank once, more urgent ones with no longer times', () => {
  for (const scheme of SEVERITY_SCHEMES) {
    expect(scheme.levels.map((level) => level.rank)).toEqual([1, 2, 3, 4]);
    const times = scheme.levels.map((level) => level.respondWithinMs ?? Number.POSITIVE_INFINITY);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }
});
