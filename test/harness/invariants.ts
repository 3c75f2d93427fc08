import pg from 'pg';
import { findProcessesByToken } from '../../src/platform/process/kill-by-token.ts';

/** What must hold in the database after any number of crashes; each entry is one violation, in words. */
export async function findViolations(connectionString: string): Promise<string[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const rows = async <Row extends pg.QueryResultRow>(text: string): Promise<Row[]> =>
    (await client.query<Row>(text)).rows;
  const violations: string[] = [];
  try {
    // Completed steps that ran again.
    for (const row of await rows<{ run_id: string; step_id: string }>(`
      select a.run_id, a.step_id from step_attempts a join step_attempts b using (run_id, step_id)
      join runs r on r.id = a.run_id
      where a.status = 'succeeded' and b.n > a.n
        and not exists (select from jsonb_array_elements(r.plan->'helpers') h where h->>'id' = a.step_id)`)) {
      violations.push(`step ${row.step_id} of ${row.run_id} ran again after it had succeeded`);
    }
    // A step that neither only observes nor is idempotent began again without a person's decision.
    for (const row of await rows<{ run_id: string; step_id: string; n: number }>(`
      select a.run_id, a.step_id, a.n from step_attempts a join runs r on r.id = a.run_id
      join lateral jsonb_array_elements(r.plan->'steps') s on s->>'id' = a.step_id
      where a.n > 1 and s->>'risk' in ('change', 'destroy') and not (s->>'idempotent')::boolean
        and (s->'retry'->>'attempts')::int <= 1
        and (select count(*) from outbox o where o.kind = 'step.decided' and o.body->>'runId' = a.run_id and o.body->>'stepId' = a.step_id
             and o.body->>'reason' like 'retry:%') < a.n - 1`)) {
      violations.push(`step ${row.step_id} of ${row.run_id} was repeated (attempt ${row.n}) without a decision`);
    }
    for (const row of await rows<{ run_id: string; step_id: string }>(
      `select run_id, step_id from step_attempts where status = 'running'`,
    )) {
      violations.push(`an attempt of ${row.step_id} of ${row.run_id} is still marked as running`);
    }
    for (const row of await rows<{ token: string; step_id: string }>('select token, step_id from step_attempts')) {
      const left = findProcessesByToken(row.token);
      if (left.length > 0) violations.push(`processes ${left.join(', ')} of step ${row.step_id} are still running`);
    }
    // Events: dense, and each told once.
    const [dense] = await rows<{ count: string; highest: string; unstamped: string }>(
      `select count(position) as count, coalesce(max(position), 0) as highest, count(*) filter (where position is null) as unstamped from outbox`,
    );
    if (dense && dense.count !== dense.highest)
      violations.push(`positions are not dense: ${dense.count} events up to ${dense.highest}`);
    if (dense && dense.unstamped !== '0') violations.push(`${dense.unstamped} events have no position`);
    for (const row of await rows<{ name: string; position: string; head: string }>(
      'select r.name, r.position, s.position as head from relays r, sequencer s where r.position <> s.position',
    )) {
      violations.push(`relay ${row.name} stands at ${row.position} of ${row.head}`);
    }
    for (const row of await rows<{ what: string; times: string }>(`
      select i.number || ' ' || t.kind || ' ' || coalesce(t.ref, '') || ' ' || t.text || ' ' || t.at as what, count(*) as times
      from timeline_entries t join incidents i on i.id = t.incident_id
      group by 1 having count(*) > 1`)) {
      violations.push(`told ${row.times} times: ${row.what}`);
    }
    const [told] = await rows<{ events: string; entries: string }>(`
      select (select count(*) from outbox where kind in ('run.started', 'run.succeeded', 'approval.granted', 'page.sent')) as events,
             (select count(*) from timeline_entries where kind in ('run.started', 'run.succeeded', 'approval.granted', 'page.sent')) as entries`);
    if (told && told.events !== told.entries)
      violations.push(`${told.events} events of work, but ${told.entries} timeline entries of them`);
    for (const row of await rows<{ number: string; pages: string }>(`
      select i.number, count(*) as pages from incidents i join pages p on p.incident_id = i.id group by i.number, p.channel having count(*) > 1`)) {
      violations.push(`${row.number} has ${row.pages} pages for one channel`);
    }
  } finally {
    await client.end();
  }
  return violations;
}

/** How often each of these events was published. */
export async function countEvents(connectionString: string, kinds: readonly string[]): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ kind: string; count: string }>(
      'select kind, count(*) from outbox where kind = any($1) group by kind',
      [kinds],
    );
    return Object.fromEntries(rows.map((row) => [row.kind, Number(row.count)]));
  } finally {
    await client.end();
  }
}
