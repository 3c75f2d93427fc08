import type { Database } from './database.ts';

export type Retention = {
  eventsMs: number;
  outputMs: number;
  attemptsMs: number;
  samplesMs: number;
  scoresMs: number;
  anomaliesMs: number;
};

/** Rows deleted by one statement, so that no lock is held long. */
const BATCH_ROWS = 10_000;

/** What is deleted, with its age: `$1` milliseconds. The audit chain is never touched, nor an event it has not taken yet. */
const STATEMENTS = {
  events: `delete from outbox where id in (select o.id from outbox o where o.position <= coalesce((select min(position) from relays), 0)
             and o.recorded_at < clock_timestamp() - make_interval(secs => $1 / 1000) order by o.position limit ${BATCH_ROWS})`,
  output: `delete from run_output o where ctid in (select o.ctid from run_output o join runs r on r.id = o.run_id
             where r.ended_at < clock_timestamp() - make_interval(secs => $1 / 1000) limit ${BATCH_ROWS})`,
  attempts: `delete from step_attempts a where ctid in (select a.ctid from step_attempts a join runs r on r.id = a.run_id
             where r.ended_at < clock_timestamp() - make_interval(secs => $1 / 1000) limit ${BATCH_ROWS})`,
  samples: `delete from probe_samples where ctid in (select ctid from probe_samples
             where at < clock_timestamp() - make_interval(secs => $1 / 1000) limit ${BATCH_ROWS})`,
  scores: `delete from stream_scores where ctid in (select ctid from stream_scores
             where to_at < clock_timestamp() - make_interval(secs => $1 / 1000) limit ${BATCH_ROWS})`,
  anomalies: `delete from anomalies where ctid in (select ctid from anomalies
             where found_at < clock_timestamp() - make_interval(secs => $1 / 1000) limit ${BATCH_ROWS})`,
  workers: `delete from workers w where lease_expires_at < clock_timestamp() - make_interval(secs => $1 / 1000)
             and not exists (select from runs r where r.worker_id = w.id)`,
} as const;

/** Deletes what is older than its retention. @returns rows deleted, by what they were */
export async function pruneKept(
  database: Database,
  retention: Retention,
): Promise<Record<keyof typeof STATEMENTS, number>> {
  const ages = {
    events: retention.eventsMs,
    output: retention.outputMs,
    attempts: retention.attemptsMs,
    samples: retention.samplesMs,
    scores: retention.scoresMs,
    anomalies: retention.anomaliesMs,
    workers: retention.eventsMs,
  };
  const pruned = { events: 0, output: 0, attempts: 0, samples: 0, scores: 0, anomalies: 0, workers: 0 };
  for (const [what, statement] of Object.entries(STATEMENTS) as [keyof typeof STATEMENTS, string][]) {
    let deleted: number;
    do {
      deleted = (await database.pool.query(statement, [ages[what]])).rowCount ?? 0;
      pruned[what] += deleted;
    } while (deleted === BATCH_ROWS);
  }
  return pruned;
}
