import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPagerReceiver } from '../test/fakes/pager-receiver.ts';
import { startServerProcess } from '../test/harness/server-process.ts';
import { report } from './report.ts';

// How late the levels of escalations fire, and how long until the page is at its receiver, while many run at once.

const INCIDENTS = 150;
const OPENED_PER_SECOND = 10;
/** Steps that nobody acknowledges, so far after the opening. */
const STEPS_MS = [1_000, 2_500, 4_000];
const SETTLE_MS = 8_000;
const SECRET = 'a secret shared with the receiver';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-escalations-'));
const receiver = await startPagerReceiver(SECRET);
const server = await startServerProcess({
  folder,
  config: {
    webhooks: { pager: { url: receiver.url, secret: SECRET } },
    rateLimits: { globalRps: 100_000, globalBurst: 100_000, clientRps: 100_000 },
  },
});
const lines = readFileSync(join(folder, 'holdfast', 'postgres', 'postmaster.pid'), 'utf8').split('\n');
const database = new pg.Client({
  connectionString: `postgresql://holdfast@/holdfast?host=${encodeURIComponent(lines[4] ?? '')}&port=${lines[3]}`,
});

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

try {
  await database.connect();
  const steps = STEPS_MS.map((ms) => ({
    name: `after ${ms}`,
    when: [{ unackedAfter: `${ms}ms` }],
    to: [{ channel: 'webhook:pager' }],
  }));
  await server.api('POST', '/api/v1/oncall/apply', {
    text: JSON.stringify({ policies: { late: { steps } }, routes: [{ policy: 'late' }] }),
  });
  const opening: Promise<unknown>[] = [];
  for (let n = 0; n < INCIDENTS; n += 1) {
    opening.push(server.api('POST', '/api/v1/incidents', { title: `Incident ${n}`, severity: 1 }));
    await sleep(1_000 / OPENED_PER_SECOND);
  }
  await Promise.all(opening);
  await sleep((STEPS_MS.at(-1) ?? 0) + SETTLE_MS);

  const { rows } = await database.query<{ incident: string; due: Date; late: number }>(`
    select e.incident_id as incident, s.due_at as due, extract(epoch from s.fired_at - s.due_at) * 1000 as late
    from escalation_steps s join escalations e on e.id = s.escalation_id`);
  const late = rows.map((row) => Number(row.late)).sort((a, b) => a - b);
  const dueOf = Map.groupBy(rows, (row) => row.incident);
  const arrived = [...Map.groupBy(receiver.told(), (page) => page.incidentId)]
    .flatMap(([incident, pages]) => {
      const due = (dueOf.get(incident) ?? []).map((row) => row.due.getTime()).sort((a, b) => a - b);
      return pages
        .map((page) => page.at)
        .sort((a, b) => a - b)
        .map((at, index) => at - (due[index] ?? Number.NaN));
    })
    .sort((a, b) => a - b);
  report(
    'escalations',
    [
      { name: 'a level fires late by, p99', value: quantile(late, 0.99), unit: 'ms', bar: '≤ 1,000' },
      { name: 'the same, p50', value: quantile(late, 0.5), unit: 'ms' },
      { name: 'due until at the receiver, p99', value: quantile(arrived, 0.99), unit: 'ms' },
      { name: 'the same, p50', value: quantile(arrived, 0.5), unit: 'ms' },
      { name: 'levels that fired early', value: late.filter((ms) => ms < 0).length, unit: 'levels', bar: '0' },
      { name: 'levels that did not fire', value: INCIDENTS * STEPS_MS.length - late.length, unit: 'levels', bar: '0' },
    ],
    { incidents: INCIDENTS, openedPerSecond: OPENED_PER_SECOND, pages: arrived.length },
  );
} finally {
  await database.end();
  await server.stop();
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
