import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { stringify } from 'yaml';
import type { Escalation } from '../../src/contract/escalation.ts';
import type { Incident, IncidentSummary } from '../../src/contract/incident.ts';
import type { AppliedOnCall } from '../../src/contract/oncall-api.ts';
import { type PagerReceiver, startPagerReceiver } from '../fakes/pager-receiver.ts';
import { beginStory, type Story } from './story.ts';

export const SECRET = 'a secret shared with the receiver';
export const MINUTE_MS = 60_000;
/** The receiver of pages of this file's stories, and the story being told. */
export let pager: PagerReceiver;
export let story: Story;

/** Called once at the top of a test file: its stories share a receiver, one story at a time. */
export function tellOnCallStories(): void {
  beforeAll(async () => {
    pager = await startPagerReceiver(SECRET);
  });
  afterAll(() => pager.close());
  afterEach(() => story.close());
}

/** Who fills which role: the person is called like the role. */
export const ROLES = {
  architect: ['manager', 'lead', 'director', 'vp-engineering'],
  driftmgr: ['support', 'engineering', 'architecture', 'management'],
  'discovery-agent': ['lead', 'infrastructure', 'management'],
  idp: ['cto', 'vp-engineering', 'manager', 'lead'],
};
export const ON_CALL = ['ada', 'grace', 'linus'];

export const begin = async (scheme: string, extra: object = {}) => {
  pager.requests.length = 0;
  story = await beginStory({
    severityScheme: scheme,
    webhooks: { pager: { url: pager.url, secret: SECRET } },
    ...extra,
  });
};
export const invite = async (...names: string[]) => {
  for (const name of names) await story.api('POST', '/api/v1/users', { name, role: 'operator' });
};
export const apply = (file: object, options: object = {}) =>
  story.api<AppliedOnCall>('POST', '/api/v1/oncall/apply', { text: stringify(file), ...options });
export const weekly = { every: 'week', startsOn: '2026-02-23', handoverAt: '09:00', handoverDay: 'mon' };

/** A team with everybody the policy speaks of, and three who are on call by turns. */
export async function staff(policy: keyof typeof ROLES, extra: object = {}): Promise<void> {
  const roles = ROLES[policy];
  await invite(...ON_CALL, ...roles);
  const members = roles.map((role) => ({ user: role, roles: [role] }));
  await apply({
    schedules: {
      primary: { timezone: 'Europe/Berlin', layers: [{ name: 'primary', rotation: weekly, participants: ON_CALL }] },
    },
    teams: { platform: { schedule: 'primary', members } },
    routes: [{ policy, team: 'platform' }],
    ...extra,
  });
}
export const declare = (severity: number, labels: object = {}) =>
  story.api<IncidentSummary>('POST', '/api/v1/incidents', { title: 'Checkout is down', severity, labels });
export const read = (id: string) => story.api<Incident>('GET', `/api/v1/incidents/${id}`);
export const act = (id: string, path: string, body: object = {}) =>
  story.api<Incident>('POST', `/api/v1/incidents/${id}/${path}`, body);
/** Lets minutes pass, in such steps that nothing due in between is skipped. */
export async function pass(minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 1) story.clock.advanceBy(MINUTE_MS);
}
export const paged = async (id: string) => (await read(id)).pages.map((page) => page.to).sort();
/** Waits until exactly these were paged. */
export const expectPaged = async (id: string, people: string[]) => {
  await expect.poll(() => paged(id), { timeout: 10_000 }).toEqual([...people].sort());
  await expect
    .poll(async () => (await read(id)).pages.map((page) => page.state), { timeout: 10_000 })
    .not.toContain('queued');
};
export const told = async (id: string, kind: string) =>
  (await story.timeline(id)).filter((entry) => entry.kind === kind).map((entry) => entry.text);
/** Kinds of what happened about an incident, in the order it was committed. */
export async function eventsOf(id: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: story.connectionString });
  await client.connect();
  const { rows } = await client.query(`select kind from outbox where body->>'incidentId' = $1 order by id`, [id]);
  await client.end();
  return rows.map((row) => row.kind);
}
export const escalations = async (id: string) =>
  (await story.api<{ items: Escalation[] }>('GET', `/api/v1/incidents/${id}/escalations`)).items;
