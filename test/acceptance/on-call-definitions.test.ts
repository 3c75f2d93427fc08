import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppliedOnCall } from '../../src/contract/oncall-api.ts';
import { begin, invite, ON_CALL, story, tellOnCallStories, weekly } from '../harness/on-call-story.ts';

/** The limits are for a busy machine; nothing here takes a second by itself. */
vi.setConfig({ testTimeout: 60_000 });
tellOnCallStories();

describe('definitions', () => {
  beforeEach(() => begin('architect'));

  it('are applied as a whole or not at all, with the line of what is wrong; again changes nothing', async () => {
    await invite('ada');
    const text = [
      'schedules:',
      '  primary:',
      '    timezone: Europe/Berlin',
      '    layers:',
      '      - name: primary',
      '        rotation: { every: week, startsOn: 2026-01-05 }',
      '        participants: [ada, adda]',
      'teams:',
      '  platform: { schedule: primry }',
      'routes:',
      '  - policy: achitect',
      '',
    ].join('\n');
    const refused = await story.call<{ code: string; detail: string }>('POST', '/api/v1/oncall/apply', { text });
    expect(refused).toMatchObject({ status: 400, body: { code: 'oncall.file-invalid' } });
    expect(
      refused.body.detail
        .split('\n')
        .slice(1)
        .map((line) => line.trim())
        .sort(),
    ).toEqual([
      'oncall.yaml:11:13: routes.0.policy: there is no escalation policy "achitect"; did you mean architect?',
      'oncall.yaml:7:29: schedules.primary.layers.0.participants.1: there is no user "adda"; did you mean ada?',
      'oncall.yaml:9:25: teams.platform.schedule: there is no schedule "primry"; did you mean primary?',
    ]);
    expect((await story.api<{ items: unknown[] }>('GET', '/api/v1/schedules')).items).toEqual([]);

    const right = text.replace(', adda', '').replace('primry', 'primary').replace('achitect', 'architect');
    const dry = await story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text: right, dryRun: true });
    expect(dry.changes.map((change) => change.change)).toEqual(['created', 'created', 'created']);
    expect((await story.api<{ items: unknown[] }>('GET', '/api/v1/schedules')).items).toEqual([]);
    const applied = await story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text: right });
    expect(applied.changes.map((change) => change.change)).toEqual(['created', 'created', 'created']);
    expect(applied.warnings).toContain(
      'schedules.primary: ada has no verified contact method and is told in the inbox only',
    );
    const { text: exported } = await story.api<{ text: string }>('GET', '/api/v1/oncall/file');
    const again = await story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text: exported, prune: true });
    expect(again.changes.map((change) => change.change)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect((await story.call('DELETE', '/api/v1/schedules/primary')).body).toMatchObject({
      code: 'oncall.refused',
      detail: 'teams.platform.schedule: there is no schedule "primary"',
    });
  });

  it.each([
    ['schedules: [1]', 'oncall.yaml:1:12: schedules: '],
    ['schedule: {}', 'oncall.yaml:1:1: schedule: is not known here; did you mean schedules?'],
    ['schedules: {a: {layers: []}}', 'timezone: is required'],
    [
      'policies: {p: {steps: [{name: x, when: [{unackedAfter: 5}], to: [{user: a}]}]}}',
      'must be one of unackedAfter, unresolvedAfter, severityAtOnce',
    ],
    [
      'policies: {p: {steps: [{name: x, when: [{unackedAfter: 5m}], do: [{fax: hello}]}]}}',
      '"fax" cannot be done by this installation; write `ask: …`',
    ],
    ['policies: {p: {steps: [{name: x, when: [{unackedAfter: 5m}]}]}}', 'a step that pages must say whom'],
    ['a: [', 'is not valid YAML'],
    ['- 1', 'must be a map'],
  ])('that are wrong say so: %s', async (text, message) => {
    const answer = await story.call<{ detail: string }>('POST', '/api/v1/oncall/apply', { text });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(message);
  });

  it('have versions: an edit of what changed meanwhile is refused', async () => {
    const spec = { members: [] };
    expect((await story.call('PUT', '/api/v1/teams/a', spec, { 'if-match': '"0"' })).status).toBe(200);
    expect(
      (await story.call('PUT', '/api/v1/teams/a', { members: [], description: 'x' }, { 'if-match': '"0"' })).status,
    ).toBe(412);
    expect(await story.api('GET', '/api/v1/teams/a')).toMatchObject({ version: 1, spec });
    expect((await story.call('DELETE', '/api/v1/teams/a')).status).toBe(204);
    expect((await story.call('GET', '/api/v1/teams/a')).status).toBe(404);
  });
});

describe('the example of the documentation', () => {
  it('is a file that can be applied', async () => {
    await begin('architect');
    await invite(...ON_CALL, 'margaret');
    const text = /```yaml\n([\s\S]*?)```/.exec(
      readFileSync(new URL('../../docs/oncall.md', import.meta.url), 'utf8'),
    )![1]!;
    const { changes } = await story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text });
    expect(changes.map((change) => change.change)).toEqual(['created', 'created', 'created', 'created', 'created']);
  });
});

describe('whatever is sent', () => {
  it('is answered, never with a failure of the server, and leaves what there is readable', async () => {
    await begin('architect');
    await invite(...ON_CALL);
    const text = fc.oneof(
      fc.constantFrom(
        '',
        'ada',
        'primary',
        '2026-01-05',
        '9999-12-31',
        '0000-01-01',
        '24:00',
        '02:30',
        '5m',
        'response time',
        'UTC',
      ),
      fc.constantFrom(
        '9999-12-31T23:59:59.999Z',
        '0001-01-01T00:00:00.000Z',
        '\u0000',
        '\ud800',
        '__proto__',
        'Pacific/Apia',
      ),
      fc.string({ maxLength: 8 }),
    );
    const right = {
      schedules: {
        timezone: 'UTC',
        layers: [{ name: 'p', rotation: weekly, participants: ON_CALL, only: [{ from: '22:00', to: '06:00' }] }],
      },
      teams: { members: [{ user: 'ada', roles: ['lead'] }] },
      calendars: { timezone: 'UTC', hours: [{ days: ['mon'], to: '17:00' }], holidays: ['2026-12-25'] },
      'escalation-policies': {
        steps: [{ name: 'x', when: [{ unackedAfter: '5m' }], to: [{ user: 'ada' }], do: ['page', { ask: 'what' }] }],
      },
    };
    /** A right body with one leaf, anywhere, that is something else. */
    const spoil = (body: unknown, at: number, by: unknown): unknown => {
      let place = at;
      const walk = (value: unknown): unknown => {
        if (typeof value === 'object' && value !== null)
          return Array.isArray(value)
            ? value.map(walk)
            : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)]));
        place -= 1;
        return place === -1 ? by : value;
      };
      return walk(body);
    };
    const kinds = Object.keys(right) as (keyof typeof right)[];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.nat(14),
        fc.oneof(text, fc.anything()),
        text,
        async (kind, place, by, query) => {
          const body = JSON.stringify(spoil(right[kind], place, typeof by === 'bigint' ? 7 : by), (_key, value) =>
            typeof value === 'bigint' ? 7 : value,
          );
          const time = encodeURIComponent(query.toWellFormed());
          for (const [method, path, sent] of [
            ['PUT', `/api/v1/${kind}/any`, body],
            ['GET', `/api/v1/${kind}/any`, undefined],
            ['GET', `/api/v1/schedules/any/shifts?from=${time}`, undefined],
            ['GET', `/api/v1/oncall?at=${time}`, undefined],
            ['POST', '/api/v1/schedules/any/overrides', JSON.stringify({ user: 'ada', start: query, end: query })],
            ['POST', '/api/v1/schedules/any/import', JSON.stringify({ text: `BEGIN:VCALENDAR\n${query}` })],
            ['GET', `/calendars/${time}`, undefined],
          ] as const) {
            const answer = await story.call(method, path, sent);
            expect(
              answer.status,
              `${method} ${path} ${sent} ${JSON.stringify(answer.body).slice(0, 200)}`,
            ).toBeLessThan(500);
          }
        },
      ),
      { numRuns: 120 },
    );
    const { items } = await story.api<{ items: unknown[] }>('GET', '/api/v1/oncall/problems');
    expect(Array.isArray(items)).toBe(true);
  });
});
