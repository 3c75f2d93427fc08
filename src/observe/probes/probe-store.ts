import { sql } from 'kysely';
import type { Probe, ProbeSample } from '../../contract/probe.ts';
import type { Database, Queryable } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import { judgeSample, type ProbeState, type ProbeVerdict } from './judge-sample.ts';
import type { ProbeSpec } from './probe-spec.ts';
import type { TimedAnswer } from './run-check.ts';

/** A checker gets this long beyond the probe's own timeout before another may look in its place. */
const CHECK_GRACE_MS = 5_000;

type ProbeRow = ProbeState & {
  name: string;
  spec: ProbeSpec;
  since: Date | null;
  lastCheckedAt: Date | null;
  lastReason: string | null;
  lastDurationMs: number | null;
  nextCheckAt: Date;
};

const COLUMNS = sql.raw(`
  name, spec, state, since, consecutive_failures as "consecutiveFailures", consecutive_successes as "consecutiveSuccesses",
  last_checked_at as "lastCheckedAt", last_reason as "lastReason", last_duration_ms as "lastDurationMs", next_check_at as "nextCheckAt"`);

/** Makes the table hold exactly the configured probes. A removed one that was failing counts as recovered. */
export async function syncProbes(database: Database, specs: readonly ProbeSpec[], now: Date): Promise<void> {
  await database.transact(async (tx) => {
    for (const spec of specs) {
      await sql`
        insert into probes (name, spec, next_check_at) values (${spec.name}, ${JSON.stringify(spec)}::jsonb, ${now})
        on conflict (name) do update set spec = excluded.spec, active = true,
          next_check_at = case when probes.active and probes.spec = excluded.spec then least(probes.next_check_at, ${now}) else ${now} end`.execute(
        tx,
      );
    }
    const removed = await sql<{ name: string; was: string }>`
      update probes set active = false, state = 'unknown', since = null, consecutive_failures = 0, consecutive_successes = 0
      from (select name as n, state as was from probes where active) before
      where before.n = name and active and not (name = any(${specs.map((spec) => spec.name)}::text[]))
      returning name, before.was`.execute(tx);
    await publish(
      tx,
      removed.rows
        .filter((row) => row.was === 'failing')
        .map((row) => ({
          kind: 'probe.recovered',
          aggregate: `probe:${row.name}`,
          actor: 'system',
          at: now,
          body: { probe: row.name, reason: 'the probe was removed from the configuration', at: now.toISOString() },
        })),
    );
  });
}

/** Takes due probes to look at; each is due again after its interval, whoever looks. */
export async function claimDueProbes(database: Database, now: Date, most: number): Promise<ProbeSpec[]> {
  const rows = await database.pool.query<{ spec: ProbeSpec }>({
    name: 'claim-probes',
    text: `update probes p
           set next_check_at = $1::timestamptz + make_interval(secs => (p.spec->>'intervalMs')::float8 / 1000),
               checking_until = $1::timestamptz + make_interval(secs => ((p.spec->>'timeoutMs')::float8 + $3) / 1000)
           where p.name in (
             select name from probes where active and next_check_at <= $1 and (checking_until is null or checking_until <= $1)
             order by next_check_at limit $2 for update skip locked)
           returning p.spec`,
    values: [now, most, CHECK_GRACE_MS],
  });
  return rows.rows.map((row) => row.spec);
}

/** When the next probe is due, or null when there is none. */
export async function nextProbeDue(database: Database): Promise<Date | null> {
  const rows = await database.pool.query<{ due: Date | null }>({
    name: 'next-probe',
    text: 'select min(greatest(next_check_at, coalesce(checking_until, next_check_at))) as due from probes where active',
  });
  return rows.rows[0]?.due ?? null;
}

/** Counts one answer; a changed state commits together with its event. */
export async function recordAnswer(
  database: Database,
  spec: ProbeSpec,
  answer: TimedAnswer,
  at: Date,
): Promise<ProbeVerdict> {
  return database.transact(async (tx) => {
    const rows = await sql<ProbeState>`
      select state, consecutive_failures as "consecutiveFailures", consecutive_successes as "consecutiveSuccesses"
      from probes where name = ${spec.name} and active for update`.execute(tx);
    const before = rows.rows[0];
    if (!before) return 'unchanged';
    const { after, verdict } = judgeSample(before, answer.healthy, spec);
    await sql`
      update probes set state = ${after.state}, consecutive_failures = ${after.consecutiveFailures},
        consecutive_successes = ${after.consecutiveSuccesses}, last_checked_at = ${at}, last_reason = ${answer.reason},
        last_duration_ms = ${answer.durationMs}, checking_until = null,
        since = case when state = ${after.state} then since else ${at} end
      where name = ${spec.name}`.execute(tx);
    await sql`insert into probe_samples (probe, at, healthy, reason, duration_ms) values (${spec.name}, ${at}, ${answer.healthy}, ${answer.reason}, ${answer.durationMs})`.execute(
      tx,
    );
    if (verdict === 'failed' || verdict === 'recovered') {
      await publish(tx, [
        {
          kind: `probe.${verdict}`,
          aggregate: `probe:${spec.name}`,
          actor: 'system',
          at,
          body: { probe: spec.name, reason: answer.reason, at: at.toISOString() },
        },
      ]);
    }
    return verdict;
  });
}

function toProbe(row: ProbeRow): Probe {
  return {
    name: row.name,
    kind: row.spec.kind,
    title: row.spec.title,
    severity: row.spec.severity,
    state: row.state,
    since: row.since?.toISOString() ?? null,
    lastCheckedAt: row.lastCheckedAt?.toISOString() ?? null,
    lastReason: row.lastReason,
    lastDurationMs: row.lastDurationMs,
    intervalMs: row.spec.intervalMs,
    timeoutMs: row.spec.timeoutMs,
    consecutiveFailures: row.consecutiveFailures,
    consecutiveSuccesses: row.consecutiveSuccesses,
    failuresToOpen: row.spec.failures,
    successesToClose: row.spec.successes,
    labels: row.spec.labels,
    nextCheckAt: row.nextCheckAt.toISOString(),
  };
}

/** All configured probes by name. */
export async function listProbes(db: Queryable): Promise<Probe[]> {
  const rows = await sql<ProbeRow>`select ${COLUMNS} from probes where active order by name`.execute(db);
  return rows.rows.map(toProbe);
}

/** One probe and its spec. @throws HoldfastError missing `probe.missing` */
export async function readProbe(db: Queryable, name: string): Promise<{ probe: Probe; spec: ProbeSpec }> {
  const rows = await sql<ProbeRow>`select ${COLUMNS} from probes where active and name = ${name}`.execute(db);
  const row = rows.rows[0];
  if (row) return { probe: toProbe(row), spec: row.spec };
  const known = await sql<{ name: string }>`select name from probes where active order by name limit 20`.execute(db);
  throw new HoldfastError({
    code: 'probe.missing',
    kind: 'missing',
    message: `no probe "${name}"`,
    hint:
      known.rows.length > 0
        ? `Configured: ${known.rows.map((probe) => probe.name).join(', ')}`
        : 'None is configured; add one under `probes:` in holdfast.yaml.',
  });
}

/** The newest answers of a probe, newest first. */
export async function listSamples(db: Queryable, name: string, limit: number): Promise<ProbeSample[]> {
  const rows = await sql<{ at: Date; healthy: boolean; reason: string; durationMs: number }>`
    select at, healthy, reason, duration_ms as "durationMs" from probe_samples where probe = ${name} order by at desc limit ${limit}`.execute(
    db,
  );
  return rows.rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
