import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Incident, IncidentSummary, RelatedFinding } from '../../src/contract/incident.ts';
import type { Run } from '../../src/contract/run.ts';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import {
  act,
  begin,
  declare,
  escalations,
  expectPaged,
  pager,
  pass,
  read,
  staff,
  story,
  tellOnCallStories,
  told,
} from '../harness/on-call-story.ts';

/** The limits are for a busy machine; nothing here takes a second by itself. */
vi.setConfig({ testTimeout: 60_000 });
tellOnCallStories();

let shop: BreakableService;
let billing: BreakableService;
beforeAll(async () => {
  shop = await startBreakableService();
  billing = await startBreakableService();
});
afterAll(() => Promise.all([shop.close(), billing.close()]));
beforeEach(() => {
  for (const service of [shop, billing]) service.repair();
  pager.misbehave([], { forget: true });
});

const probe = (service: BreakableService, title: string, severity: number) => ({
  kind: 'http',
  url: `${service.address}/health`,
  interval: '1s',
  timeout: '500ms',
  failures: 2,
  successes: 2,
  severity,
  title,
  labels: { cluster: 'west' },
});
const beginWithServices = () =>
  begin('architect', {
    probes: { shop: probe(shop, 'Shop is down', 1), billing: probe(billing, 'Billing is down', 2) },
  });

const all = async () => (await story.api<{ items: IncidentSummary[] }>('GET', '/api/v1/incidents')).items;
const about = (title: string) => async () => (await all()).find((incident) => incident.title === title);
const finding = (incident: Incident, title: string) => incident.findings.find((each) => each.title === title);
const merge = (id: string, into: string) =>
  story.call<Incident & { code?: string }>('POST', `/api/v1/incidents/${id}/merge`, { into, reason: 'same switch' });

/** The shop's incident, and billing's right after. */
async function bothBreak(): Promise<[IncidentSummary, IncidentSummary]> {
  shop.break();
  const first = await story.until(about('Shop is down'));
  billing.break();
  return [first, await story.until(about('Billing is down'))];
}

describe('two incidents that are one', () => {
  it('are merged: findings move, links stay, what waits stops, and the cause joins the survivor from then on', async () => {
    await beginWithServices();
    pager.misbehave(Array.from({ length: 200 }, () => 'busy' as const));
    const [one, two] = await bothBreak();
    const tried = (incident: Incident) => incident.pages.some((page) => page.to === 'pager' && page.attempts > 0);
    await story.until(async () => tried(await read(two.id)));

    const { status, body: survivor } = await merge(two.number, one.number);
    expect(status).toBe(200);
    expect(survivor).toMatchObject({ number: one.number, merged: [{ id: two.id, number: two.number }] });
    expect(survivor.findings.map(({ title }) => title)).toEqual(['Shop is down', 'Billing is down']);
    expect(survivor.pages.map((page) => page.incidentId)).toEqual(expect.arrayContaining([one.id, two.id]));
    const gone = await read(two.number);
    expect(gone).toMatchObject({ status: 'closed', findings: [], mergedInto: { id: one.id, number: one.number } });
    for (const page of gone.pages) expect(['sent', 'delivered', 'sending', 'cancelled']).toContain(page.state);
    expect(gone.pages.map((page) => page.state)).toContain('cancelled');
    expect(await told(two.id, 'incident.closed')).toEqual([`Merged into ${one.number}: same switch`]);
    expect(await told(one.id, 'incident.merged')).toEqual([
      `${two.number} "Billing is down" is part of this: same switch (with 1 finding and 0 runs)`,
    ]);
    // Said once more it changes nothing.
    expect((await merge(two.id, one.id)).status).toBe(200);
    expect(await told(one.id, 'incident.merged')).toHaveLength(1);

    billing.repair();
    await story.until(async () => finding(await read(one.id), 'Billing is down')?.status === 'fixed');
    expect((await read(one.id)).status).not.toBe('resolved');
    billing.break();
    await story.until(async () => (await read(one.id)).findings.length === 3);
    expect(await all()).toHaveLength(2);
    for (const service of [shop, billing]) service.repair();
    await story.until(async () => (await read(one.id)).status === 'resolved');
    // The survivor is over: the same cause is a new incident again.
    billing.break();
    await story.until(async () => (await all()).length === 3);
    expect(await story.api('GET', '/api/v1/audit/verify')).toMatchObject({ ok: true });
  });

  it('and only the one that goes on escalates, with the worse severity', async () => {
    await begin('architect');
    await staff('architect');
    const [minor, major] = [await declare(3), await declare(1)];
    await expectPaged(major.id, ['ada', 'manager', 'lead']);
    const survivor = await act(major.id, 'merge', { into: minor.number, reason: 'the same outage' });
    expect(survivor.severity.label).toBe('P1');
    expect(await told(minor.id, 'incident.severity-changed')).toEqual([`Severity P3 → P1: that of ${major.number}`]);
    expect((await escalations(major.id))[0]).toMatchObject({ endedBecause: `merged into ${minor.number}`, toCome: [] });
    const before = (await read(major.id)).pages.length;
    await pass(15);
    await expect
      .poll(async () => (await read(minor.id)).pages.map((page) => page.to), { timeout: 10_000 })
      .toContain('director');
    const pagesOf = async (id: string) => (await read(id)).pages.filter((page) => page.incidentId === id).length;
    expect(await pagesOf(major.id)).toBe(before);
  });

  it('and a run started for the one that is gone is one of the survivor', async () => {
    await begin('architect');
    story.writeRunbook('look.md', '# Look\n\n```sh {name=look}\necho looking\n```\n');
    const [one, two] = [await declare(3), await declare(3)];
    await act(two.id, 'merge', { into: one.id, reason: 'the same' });
    const run = await story.api<Run>('POST', '/api/v1/runs', { runbook: 'look.md', incidentId: two.number });
    expect(run.incidentId).toBe(one.id);
    await story.until(async () => (await told(one.id, 'run.succeeded')).length === 1);
    expect(await told(two.id, 'run.started')).toEqual([]);
  });

  it('are not merged into what is over, into themselves, or twice', async () => {
    await begin('architect');
    const [one, two, three] = [await declare(3), await declare(3), await declare(3)];
    expect(await merge(one.id, one.number)).toMatchObject({ status: 400, body: { code: 'incident.merge-self' } });
    expect(await merge(one.id, 'INC-19990101-001')).toMatchObject({ status: 404 });
    await act(one.id, 'merge', { into: two.id, reason: 'the same' });
    expect(await merge(one.id, three.id)).toMatchObject({ status: 409, body: { code: 'incident.merged' } });
    expect(await merge(three.id, one.id)).toMatchObject({ status: 409, body: { code: 'incident.over' } });
    const crossed = await Promise.all([merge(two.id, three.id), merge(three.id, two.id)]);
    expect(crossed.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('an incident that is two', () => {
  it('is split: the findings have an incident of their own, and their cause leads there', async () => {
    await beginWithServices();
    const [one, two] = await bothBreak();
    const merged = (await merge(two.id, one.id)).body;
    const { id } = finding(merged, 'Billing is down')!;
    const split = (body: object) =>
      story.call<IncidentSummary & { code: string }>('POST', `/api/v1/incidents/${one.number}/split`, {
        reason: 'another switch after all',
        ...body,
      });
    expect(await split({ findings: ['fnd_none'] })).toMatchObject({ status: 400, body: { code: 'incident.not-part' } });
    expect(await split({ findings: merged.findings.map((each) => each.id) })).toMatchObject({
      status: 409,
      body: { code: 'incident.split-all' },
    });
    expect(await split({ findings: [id], runs: ['run_none'] })).toMatchObject({ status: 400 });
    const { status, body: own } = await split({ findings: [id] });
    expect({ status, title: own.title, label: own.severity.label }).toEqual({
      status: 201,
      title: 'Billing is down',
      label: 'P2',
    });
    expect(await told(own.id, 'incident.split-off')).toEqual([`Split from ${one.number}: another switch after all`]);
    expect((await read(one.id)).findings.map(({ title }) => title)).toEqual(['Shop is down']);
    expect((await read(own.id)).pages.length).toBeGreaterThan(0);
    const related = await story.api<{ items: RelatedFinding[] }>('GET', `/api/v1/incidents/${one.id}/related`);
    expect(related.items).toMatchObject([{ finding: { id }, shared: ['cluster=west'] }]);

    billing.repair();
    await story.until(async () => (await read(own.id)).status === 'resolved');
    expect((await read(one.id)).status).not.toBe('resolved');
    shop.repair();
    await story.until(async () => (await read(one.id)).status === 'resolved');
  });
});
