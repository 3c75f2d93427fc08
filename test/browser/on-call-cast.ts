import type { World } from './world.ts';

/** Two schedules, one with a hole every night, and a policy that speaks of roles. */
const FILE = `teams:
  platform:
    schedule: primary
    members:
      - { user: ada, roles: [lead] }
      - { user: grace, roles: [manager] }
schedules:
  primary:
    description: The shop and what it stands on
    timezone: Europe/Berlin
    layers:
      - name: office
        rotation: { every: day, startsOn: 2026-01-05, handoverAt: "09:00" }
        participants: [ada, grace]
        only:
          - { days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00" }
      - name: rest
        rotation: { every: week, startsOn: 2026-01-05, handoverDay: mon, handoverAt: "09:00" }
        participants: [admin, ada]
  reports:
    timezone: America/New_York
    layers:
      - name: day
        rotation: { every: week, startsOn: 2026-01-05 }
        participants: [grace]
        only:
          - { days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00" }
policies:
  shop:
    description: The shop earns the money
    steps:
      - name: On call
        when: [{ unackedAfter: 0s }]
        to: [{ schedule: primary }]
      - name: Manager and lead
        when: [{ unackedAfter: 10m }]
        to: [{ role: manager }, { role: lead }]
      - name: Outage
        severities: [1]
        when: [{ unresolvedAfter: 45m }]
        to: [{ role: director }]
        do: [page, { ask: Notify the customers }]
    fallback: [{ user: ada }]
routes:
  - { match: { severities: [1, 2] }, policy: shop, team: platform }
  - { policy: architect, team: platform }
`;

const HOUR_MS = 3_600_000;

/** On-call as a small team writes it down, with somebody who stands in tomorrow. */
export async function castOnCall(world: World): Promise<void> {
  await world.call('POST', '/api/v1/users', { name: 'grace', role: 'operator' });
  await world.call('POST', '/api/v1/oncall/apply', { text: FILE });
  const start = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS + 20 * HOUR_MS;
  await world.call('POST', '/api/v1/schedules/primary/overrides', {
    user: 'grace',
    start: new Date(start).toISOString(),
    end: new Date(start + 10 * HOUR_MS).toISOString(),
    reason: 'a family celebration',
  });
  await world.call('POST', '/api/v1/oncall/contact-methods', {
    user: 'admin',
    kind: 'inbox',
    address: 'night desk',
    label: 'Night desk',
  });
  await world.call('POST', '/api/v1/oncall/feeds', { schedule: 'primary' });
}
