import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { CreatedContactMethod } from '../../src/contract/contacts.ts';
import type { Escalation } from '../../src/contract/escalation.ts';
import type { Incident, IncidentSummary } from '../../src/contract/incident.ts';
import { type PagerReceiver, startPagerReceiver } from '../fakes/pager-receiver.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

const SECRET = 'a secret shared with the receiver';
const PEOPLE = ['ada', 'grace', 'linus', 'margaret'];
const LIMIT_MS = 60_000;
/** Moments of an escalation at which it is killed; `npm run soak` asks for all of them. */
const KILL_AFTER_MS = [150, 1_000, 0, 30, 700, 1_600, 2_400].slice(0, Number(process.env['HOLDFAST_CRASH_KILLS'] ?? 2));

type Received = { to: string; dedupKey: string; title: string; kind: string; incidentId: string };

/** A way to reach each person, verified the way people do it: with the code that came through it. */
async function verifyContacts(server: ServerProcess, receiver: PagerReceiver): Promise<void> {
  for (const name of PEOPLE) {
    await server.api('POST', '/api/v1/users', { name, role: 'operator' });
    const key = await server.api<{ secret: string }>('POST', '/api/v1/keys', {
      name: `of-${name}`,
      role: 'operator',
      owner: name,
    });
    const call = async <Answer>(path: string, body: object): Promise<Answer> => {
      const response = await fetch(`${server.address}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
      return (await response.json()) as Answer;
    };
    const { method } = await call<CreatedContactMethod>('/api/v1/oncall/contact-methods', {
      kind: 'webhook',
      address: receiver.url,
      secret: SECRET,
    });
    const code = (receiver.requests.at(-1) as unknown as Received).title.slice(0, 6);
    await call(`/api/v1/oncall/contact-methods/${method.id}/verify`, { code });
  }
}

it('an escalation that is killed goes on: each level is told, each person once, and nobody after the acknowledgement', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-escalation-'));
  const receiver = await startPagerReceiver(SECRET);
  let server = await startServerProcess({ folder, config: {} });
  const received = () => receiver.told() as unknown as Received[];
  const of = (incidentId: string) =>
    received().filter((page) => page.kind === 'page' && page.incidentId === incidentId);
  const until = async (look: () => boolean | Promise<boolean>) => {
    const limit = performance.now() + LIMIT_MS;
    while (!(await look())) {
      if (performance.now() > limit) throw new Error(`it did not come to that: ${look}`);
      await sleep(50);
    }
  };
  try {
    await verifyContacts(server, receiver);
    await server.api('POST', '/api/v1/oncall/apply', {
      text: stringify({
        policies: {
          quick: {
            steps: PEOPLE.map((user, index) => ({
              name: user,
              when: [index === 3 ? { unackedAfter: '1h' } : { unackedAfter: `${index * 800}ms` }],
              to: [{ user }],
            })),
          },
        },
        routes: [{ policy: 'quick' }],
      }),
    });
    for (const [round, afterMs] of KILL_AFTER_MS.entries()) {
      const { id } = await server.api<IncidentSummary>('POST', '/api/v1/incidents', {
        title: `Kill ${round}`,
        severity: 1,
      });
      await sleep(afterMs);
      server.child.kill('SIGKILL');
      await server.ended;
      server = await startServerProcess({ folder, config: {} });
      await until(() => of(id).length === 3);
      await server.api('POST', `/api/v1/incidents/${id}/ack`, {});
      const [escalation] = (await server.api<{ items: Escalation[] }>('GET', `/api/v1/incidents/${id}/escalations`))
        .items;
      for (const step of escalation!.fired) expect(step.firedAt >= step.dueAt, `${step.name} was early`).toBe(true);
      expect(escalation!.fired.map((step) => step.name)).toEqual(PEOPLE.slice(0, 3));
      expect(escalation!.toCome).toEqual([]);
      // A reply that was lost is asked for again under the same key: the person heard of it once.
      expect(
        of(id)
          .map((page) => page.to)
          .sort(),
      ).toEqual(PEOPLE.slice(0, 3).sort());
      const { pages } = await server.api<Incident>('GET', `/api/v1/incidents/${id}`);
      expect(pages.map((page) => page.to).sort()).toEqual(PEOPLE.slice(0, 3).sort());
    }
  } finally {
    await server.stop();
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);
