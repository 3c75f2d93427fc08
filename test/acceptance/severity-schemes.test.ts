import { expect, it, vi } from 'vitest';
import type { IncidentSummary } from '../../src/contract/incident.ts';
import type { SeveritySchemeBody } from '../../src/contract/severity-scheme.ts';
import { act, apply, begin, declare, read, story, tellOnCallStories } from '../harness/on-call-story.ts';

/** The limits are for a busy machine; nothing here takes a second by itself. */
vi.setConfig({ testTimeout: 60_000 });
tellOnCallStories();

const level = (rank: number, name: string, more: object = {}) => ({ rank, name, ...more });
const shop = {
  calendar: 'weekends',
  levels: [
    level(2, 'Major', { respond: '20m', resolve: '8h' }),
    level(1, 'Outage', { respond: '10m', resolve: '4h', updateEvery: '20m', alerts: { tier: ['gold'] } }),
    level(3, 'Minor', { respond: 'next business day' }),
    level(4, 'Cosmetic'),
  ],
};
const file = (scheme: object = shop) => ({
  calendars: { weekends: { timezone: 'UTC', hours: [{ days: ['sat'], from: '10:00', to: '12:00' }] } },
  schemes: { shop: scheme },
  teams: { shop: { scheme: 'shop' } },
  routes: [{ match: { labels: { service: 'shop' } }, policy: 'architect', team: 'shop' }],
});
const schemes = async () => (await story.api<{ items: SeveritySchemeBody[] }>('GET', '/api/v1/severity-schemes')).items;

it('a team has severities of its own: incidents of its route use them, keep them, and promise what they say', async () => {
  await begin('p1-p4');
  await apply(file());
  expect((await schemes()).map(({ name, current, written }) => [name, current, written])).toContainEqual([
    'shop',
    false,
    true,
  ]);

  const outage = await declare(1, { service: 'shop' });
  expect(outage.severity).toEqual({
    rank: 1,
    label: 'Outage',
    scheme: 'shop',
    respondWithinMs: 600_000,
    resolveWithinMs: 4 * 3_600_000,
    updateEveryMs: 1_200_000,
  });
  // Business days of the scheme are Saturdays; the story begins on Sunday, 1 March 2026.
  const minor = await declare(3, { service: 'shop' });
  expect(minor.severity.respondWithinMs).toBe(Date.parse('2026-03-07T12:00:00Z') - Date.parse('2026-03-01T10:00:00Z'));
  expect((await declare(1)).severity.label).toBe('P1');
  const chosen = await story.api<IncidentSummary>('POST', '/api/v1/incidents', {
    title: 'Slow search',
    severity: 2,
    scheme: 'shop',
  });
  expect(chosen.severity.label).toBe('Major');

  await apply(file({ ...shop, levels: shop.levels.map((each) => ({ ...each, name: `New${each.name}` })) }));
  expect((await read(outage.id)).severity.label).toBe('Outage');
  expect((await act(outage.id, 'severity', { rank: 2, reason: 'part of it works' })).severity).toMatchObject({
    label: 'Major',
    respondWithinMs: 1_200_000,
  });
  expect((await declare(1, { service: 'shop' })).severity.label).toBe('NewOutage');

  story.clock.advanceBy(1_000);
  const from = '2026-03-01T00:00:00.000Z';
  const measured = await story.api<{ bySeverity: { label: string; resolution: object }[] }>(
    'GET',
    `/api/v1/incidents/measures?from=${from}`,
  );
  expect(measured.bySeverity.find(({ label }) => label === 'NewOutage')?.resolution).toMatchObject({ pending: 1 });

  // An alert whose labels the scheme knows has the rank it says, and its incident the scheme.
  await story.api('POST', '/api/v2/alerts', [
    { labels: { alertname: 'Slow', service: 'shop', tier: 'gold', severity: 'info' } },
  ]);
  const alerted = await story.until(async () => {
    const found = await story.incident();
    return found?.title.startsWith('Slow ') && found;
  });
  expect(alerted.severity).toMatchObject({ rank: 1, label: 'NewOutage' });

  const refused = await story.call('DELETE', '/api/v1/severity-schemes/shop');
  expect(refused.body).toMatchObject({
    code: 'oncall.refused',
    detail: 'teams.shop.scheme: there is no severity scheme "shop"',
  });
  const unknown = await story.call('POST', '/api/v1/incidents', { title: 'Slow search', severity: 2, scheme: 'shopp' });
  expect(unknown).toMatchObject({ status: 400, body: { code: 'severity.unknown-scheme' } });

  // What the configuration names may be one that was written; it cannot be deleted, and without it nothing starts.
  await story.restart(0, { severityScheme: 'shop' });
  expect((await declare(4)).severity.label).toBe('NewCosmetic');
  await apply({ teams: { shop: {} } });
  const kept = await story.call<{ detail: string }>('DELETE', '/api/v1/severity-schemes/shop');
  expect(kept.body.detail).toContain('the configuration names severity scheme "shop"');
  await expect(story.restart(0, { severityScheme: 'shopp' })).rejects.toThrow('no severity scheme "shopp"');
  await story.restart(0, { severityScheme: 'p1-p4' });

  const wrong = {
    name: 'f.yaml',
    text: 'schemes:\n  own:\n    levels:\n      - { rank: 1, name: A, respond: soon }\n      - { rank: 1, name: B, updateEvery: 1d }\n',
  };
  const answer = await story.call<{ detail: string }>('POST', '/api/v1/oncall/apply', wrong);
  expect(answer.body.detail.split('\n').map((line) => line.trim())).toEqual([
    '4 problems:',
    'f.yaml:4:38: schemes.own.levels.0.respond: a duration such as 15m, `next business day`, or `none`',
    'f.yaml:5:42: schemes.own.levels.1.updateEvery: a whole number of minutes or hours up to 24h, such as 30m',
    'f.yaml:4:7: schemes.own.levels: a scheme has four levels, one for each rank from 1 (worst) to 4',
    'f.yaml:4:7: schemes.own.levels: two levels have one rank',
  ]);
});
