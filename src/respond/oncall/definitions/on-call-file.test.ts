import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OnCallDefinitions } from '../../../contract/oncall-file.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { SHIPPED_POLICIES } from '../escalation/shipped-policies.ts';
import { checkDefinitions, type OnCallWorld } from './check-definitions.ts';
import { readOnCallFile, renderOnCallFile } from './on-call-file.ts';

const FULL = `calendars:
  default: { timezone: Europe/Berlin, hours: [{ days: [mon], from: "09:00", to: "17:00" }], holidays: [2026-12-25] }
teams:
  platform: { schedule: primary, calendar: default, members: [{ user: ada, roles: [lead] }] }
schedules:
  primary:
    timezone: Europe/Berlin
    layers:
      - name: primary
        rotation: { every: week, startsOn: 2026-01-05, handoverDay: mon, handoverAt: "09:00" }
        participants: [ada, grace]
        only: [{ from: "22:00", to: "06:00" }]
policies:
  own:
    steps:
      - { name: first, when: [{ unackedAfter: 5m }, { severityAtOnce: [1] }], to: [{ schedule: primary, layer: primary }] }
      - { name: second, when: [{ unresolvedAfter: 2 response times }], severities: [1], do: [{ ask: Tell the customers }] }
    repeat: { times: 1, every: 30m }
    fallback: [{ user: grace }, { channel: inbox }]
routes:
  - { match: { severities: [1], labels: { service: shop } }, policy: own, team: platform }
`;
const refusal = (text: string): string => {
  try {
    readOnCallFile('f.yaml', text);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HoldfastError);
    expect((thrown as HoldfastError).code).toBe('oncall.file-invalid');
    return (thrown as HoldfastError).message;
  }
  return '';
};

describe('a file of on-call', () => {
  it('comes back as it was when it is written out', () => {
    const { file } = readOnCallFile('f.yaml', FULL);
    expect(readOnCallFile('g.yaml', renderOnCallFile(file as OnCallDefinitions)).file).toEqual(file);
  });

  it.each([
    [
      'week, startsOn: 2026-01-05',
      'week, startsOn: 2026-02-30',
      'f.yaml:10:44: schedules.primary.layers.0.rotation.startsOn: a date such as 2026-01-05',
    ],
    ['every: week', 'every: day', 'handoverDay: only weekly rotations have a handover day'],
    ['timezone: Europe/Berlin\n', 'timezone: Berlin\n', '"Berlin" is not a time zone, such as Europe/Berlin'],
    ['timezone: Europe/Berlin\n', 'timezone: +02:00\n', 'is not a time zone'],
    ['"22:00"', '"25:00"', 'a time of day such as 09:00'],
    ['[ada, grace]', '[]', 'at least one participant'],
    ['unackedAfter: 5m', 'unackedAfter: soon', 'must be one of unackedAfter, unresolvedAfter, severityAtOnce'],
    ['layer: primary', 'role: primary', 'must be one of user, schedule (with layer), team (with role), role, channel'],
    ['policies:', 'polices:', 'f.yaml:13:1: polices: is not known here; did you mean policies?'],
    ['Tell the customers', '"a\\0b"', 'holds a character no text has'],
    ['Tell the customers', '"\\ud800"', 'holds a character no text has'],
    ['  platform:', '  Platform Team:', 'a name is made of lower-case letters'],
  ])('with "%s" written as "%s" is refused: %s', (right, wrong, message) => {
    expect(FULL).toContain(right);
    expect(refusal(FULL.replace(right, wrong))).toContain(message);
  });

  it('of any kind is read or refused with a place, never anything else', () => {
    const pieces = FULL.split(/(?<=[\s:{}[\],])/);
    const change = fc.record({
      at: fc.nat(pieces.length - 1),
      to: fc.oneof(
        fc.constantFrom('', '[', '{', '- ', '&a ', '*a', '"', '\t', '? ', '!!x ', '~', '1e9', '__proto__: 1\n'),
        fc.string({ maxLength: 5 }),
      ),
      also: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = [...pieces];
        for (const { at, to, also } of changes) changed[at] = also ? `${changed[at]}${to}` : to;
        const message = refusal(changed.join(''));
        if (message !== '') expect(message).toMatch(/f\.yaml/);
      }),
      { numRuns: 250 },
    );
  });
});

describe('definitions', () => {
  const world = (change: Partial<OnCallWorld> = {}): OnCallWorld => ({
    ...(readOnCallFile('f.yaml', FULL).file as OnCallDefinitions),
    shippedPolicies: [],
    users: ['ada', 'grace'],
    reachable: new Set(['ada', 'grace']),
    channels: ['inbox'],
    actions: [],
    shippedSchemes: ['p1-p4'],
    severityScheme: 'p1-p4',
    ...change,
  });
  const told = (change: Partial<OnCallWorld>) =>
    checkDefinitions(world(change), Date.parse('2026-03-02T12:00:00Z')).map(
      ({ severity, path, message }) => `${severity} ${path.join('.')}: ${message}`,
    );

  it('that refer to what is not there are errors, with what was probably meant', () => {
    expect(told({ users: ['ada'], channels: [] })).toEqual(
      expect.arrayContaining([
        'error schedules.primary.layers.0.participants.1: there is no user "grace"',
        'error policies.own.fallback.0.user: there is no user "grace"',
        'error policies.own.fallback.1.channel: there is no channel "inbox"',
      ]),
    );
    expect(told({ calendars: {} })).toContain('error teams.platform.calendar: there is no calendar "default"');
    const layered = { ...world().policies['own']! };
    layered.steps = [{ ...layered.steps[0]!, to: [{ schedule: 'primary', layer: 'secondary' }] }];
    expect(told({ policies: { own: layered } })).toContain(
      'error policies.own.steps.0.to.0.layer: there is no layer "secondary" in schedule "primary"',
    );
  });

  it('that leave somebody out at night, unreachable or unnamed are warnings', () => {
    expect(told({ reachable: new Set(['ada']) })).toEqual([
      'warning schedules.primary: grace has no verified contact method and is told in the inbox only',
      'warning schedules.primary: nobody is on call from 2026-03-02 13:00 Europe/Berlin',
    ]);
    const routes = [
      { match: {}, policy: 'architect', team: 'platform' },
      { match: {}, policy: 'architect' },
    ];
    expect(told({ policies: { architect: SHIPPED_POLICIES['architect']! }, routes }).slice(1)).toEqual([
      'warning routes.0: nobody fills role "manager" of policy "architect" in team "platform"',
      'warning routes.0: nobody fills role "director" of policy "architect" in team "platform"',
      'warning routes.0: nobody fills role "vp-engineering" of policy "architect" in team "platform"',
      ...['on-call', 'manager', 'lead', 'director', 'vp-engineering'].map(
        (role) => `warning routes.1: policy "architect" speaks of role "${role}", but the route names no team`,
      ),
    ]);
  });
});
