import type pg from 'pg';
import type { Alert } from './alert.ts';
import type { LabelSet } from './labels/label-set.ts';
import { createMatcher, type Matcher } from './matchers/matcher.ts';
import type { Silence } from './silence.ts';

/** Alerts and silences in the database. Every write takes the next revision; who has seen all before it may write. */

/** The writer has not seen the newest revision, or one of its alerts was dropped: look again and write anew. */
export class StaleWriter extends Error {}

const ALERT_GONE = 'HF001';

const STORE_ALERTS = `
  select store_alerts($1, $2::text[], $3::jsonb[], $4::jsonb[], $5::text[], $6::bigint[], $7::bigint[], $8::boolean[],
    $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[], $14::boolean[], $15::bigint[], $16::bigint[]) as revision`;

/**
 * Stores alerts in one transaction: `fresh` whole, `refreshed` (known, with the same annotations) by their times alone.
 * @param expected the newest revision the writer has seen
 * @returns the new revision
 * @throws StaleWriter
 */
export async function storeAlerts(
  pool: pg.Pool,
  expected: number,
  { fresh, refreshed }: { fresh: readonly Alert[]; refreshed: readonly Alert[] },
): Promise<number> {
  try {
    const { rows } = await pool.query<{ revision: number }>({
      name: 'store-alerts',
      text: STORE_ALERTS,
      values: [
        expected,
        fresh.map((alert) => alert.fingerprint),
        fresh.map((alert) => JSON.stringify(alert.labels)),
        fresh.map((alert) => JSON.stringify(alert.annotations)),
        fresh.map((alert) => alert.generatorUrl),
        fresh.map((alert) => alert.startsAtMs),
        fresh.map((alert) => alert.endsAtMs),
        fresh.map((alert) => alert.timeout),
        fresh.map((alert) => alert.updatedAtMs),
        fresh.map((alert) => alert.receivedAtMs),
        refreshed.map((alert) => alert.fingerprint),
        refreshed.map((alert) => alert.startsAtMs),
        refreshed.map((alert) => alert.endsAtMs),
        refreshed.map((alert) => alert.timeout),
        refreshed.map((alert) => alert.updatedAtMs),
        refreshed.map((alert) => alert.receivedAtMs),
      ],
    });
    return assertFresh(rows[0]?.revision);
  } catch (thrown) {
    if (thrown instanceof Error && (thrown as { code?: unknown }).code === ALERT_GONE) throw new StaleWriter();
    throw thrown;
  }
}

/** Stores silences in one transaction. @returns the new revision @throws StaleWriter */
export async function storeSilences(pool: pg.Pool, expected: number, silences: readonly Silence[]): Promise<number> {
  const { rows } = await pool.query<{ revision: number }>({
    text: `
      with clock as (
        update alert_clock set revision = revision + 1 where revision = $1 returning revision
      ), stored as (
        insert into silences (id, matchers, starts_at_ms, ends_at_ms, updated_at_ms, created_by, comment, annotations)
        select s.id, s.matchers, s."startsAtMs", s."endsAtMs", s."updatedAtMs", s."createdBy", s.comment, s.annotations
        from clock, jsonb_to_recordset($2::jsonb) as s(id text, matchers jsonb, "startsAtMs" bigint, "endsAtMs" bigint,
          "updatedAtMs" bigint, "createdBy" text, comment text, annotations jsonb)
        on conflict (id) do update set matchers = excluded.matchers, starts_at_ms = excluded.starts_at_ms,
          ends_at_ms = excluded.ends_at_ms, updated_at_ms = excluded.updated_at_ms, created_by = excluded.created_by,
          comment = excluded.comment, annotations = excluded.annotations
      ), changed as (
        insert into alert_changes (revision, alerts, silences) select revision, '{}', $3::text[] from clock
      )
      select revision from clock`,
    values: [
      expected,
      JSON.stringify(
        silences.map((silence) => ({
          ...silence,
          matchers: silence.matchers.map(({ name, type, value }) => ({ name, type, value })),
        })),
      ),
      silences.map((silence) => silence.id),
    ],
  });
  return assertFresh(rows[0]?.revision ?? -1);
}

function assertFresh(revision: number | undefined): number {
  if (revision === undefined || revision < 0) throw new StaleWriter();
  return revision;
}

export type StoredState = { revision: number; alerts: Alert[]; silences: Silence[] };

/** Everything at one moment. */
export async function readEverything(pool: pg.Pool): Promise<StoredState> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const clock = await client.query<{ revision: number }>('select revision from alert_clock');
    const alerts = await client.query<AlertRow>(`select ${ALERT_COLUMNS} from alerts`);
    const silences = await client.query<SilenceRow>(`select ${SILENCE_COLUMNS} from silences`);
    await client.query('commit');
    return {
      revision: clock.rows[0]?.revision ?? 0,
      alerts: alerts.rows.map(alertFromRow),
      silences: silences.rows.map(silenceFromRow),
    };
  } catch (thrown) {
    await client.query('rollback').catch(() => {});
    throw thrown;
  } finally {
    client.release();
  }
}

/** What changed since a revision; null when changes of that age are not kept any more. */
export async function readChangesSince(pool: pg.Pool, revision: number): Promise<StoredState | null> {
  const { rows } = await pool.query<{ revision: number; alerts: string[]; silences: string[] }>(
    'select revision, alerts, silences from alert_changes where revision > $1 order by revision',
    [revision],
  );
  if (rows.length === 0) return { revision, alerts: [], silences: [] };
  if (rows[0]?.revision !== revision + 1) return null;
  const alerts = await pool.query<AlertRow>(`select ${ALERT_COLUMNS} from alerts where fingerprint = any($1::text[])`, [
    [...new Set(rows.flatMap((row) => row.alerts))],
  ]);
  const silences = await pool.query<SilenceRow>(`select ${SILENCE_COLUMNS} from silences where id = any($1::text[])`, [
    [...new Set(rows.flatMap((row) => row.silences))],
  ]);
  return {
    revision: rows.at(-1)?.revision ?? revision,
    alerts: alerts.rows.map(alertFromRow),
    silences: silences.rows.map(silenceFromRow),
  };
}

/** The newest revision there is. */
export async function readRevision(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ revision: number }>({
    name: 'alert-revision',
    text: 'select revision from alert_clock',
  });
  return rows[0]?.revision ?? 0;
}

/**
 * Remembers resolved alerts whose end all receivers were told of: after a restart they are not told again.
 * An alert that was reported anew meanwhile is left alone.
 */
export async function markTold(pool: pg.Pool, alerts: readonly Alert[], atMs: number): Promise<void> {
  await pool.query({
    name: 'mark-alerts-told',
    text: `
      with clock as materialized (select from alert_clock for update),
      told as (select * from unnest($1::text[], $2::bigint[]) as t(fingerprint, updated))
      update alerts a set told_at_ms = $3 from clock, told t
      where a.fingerprint = t.fingerprint and a.updated_at_ms = t.updated and a.told_at_ms is null`,
    values: [alerts.map((alert) => alert.fingerprint), alerts.map((alert) => alert.updatedAtMs), atMs],
  });
}

/** Fingerprints of the alerts whose end was told. */
export async function readTold(pool: pg.Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ fingerprint: string }>(
    'select fingerprint from alerts where told_at_ms is not null',
  );
  return new Set(rows.map((row) => row.fingerprint));
}

/**
 * Deletes what nobody asks for any more: alerts told and over, silences over, changes every replica has long seen.
 * @returns the fingerprints and ids that are gone
 */
export async function dropOld(
  pool: pg.Pool,
  before: { alertsEndedMs: number; untoldEndedMs: number; silencesEndedMs: number },
): Promise<{ alerts: string[]; silences: string[] }> {
  const alerts = await pool.query<{ fingerprint: string }>(
    `with clock as materialized (select from alert_clock for update)
     delete from alerts a using clock
     where (a.told_at_ms is not null and a.ends_at_ms < $1) or a.ends_at_ms < $2 returning a.fingerprint`,
    [before.alertsEndedMs, before.untoldEndedMs],
  );
  const silences = await pool.query<{ id: string }>('delete from silences where ends_at_ms < $1 returning id', [
    before.silencesEndedMs,
  ]);
  await pool.query(
    `delete from alert_changes where recorded_at < clock_timestamp() - make_interval(secs => ${KEEP_CHANGES_S})`,
  );
  return { alerts: alerts.rows.map((row) => row.fingerprint), silences: silences.rows.map((row) => row.id) };
}

/** A replica that has not looked for this long reads everything anew. */
const KEEP_CHANGES_S = 600;

const ALERT_COLUMNS = `fingerprint, labels, annotations, generator_url as "generatorUrl", starts_at_ms as "startsAtMs",
  ends_at_ms as "endsAtMs", timed_out as timeout, updated_at_ms as "updatedAtMs", received_at_ms as "receivedAtMs"`;
const SILENCE_COLUMNS = `id, matchers, starts_at_ms as "startsAtMs", ends_at_ms as "endsAtMs",
  updated_at_ms as "updatedAtMs", created_by as "createdBy", comment, annotations`;

type AlertRow = Omit<Alert, 'labels' | 'annotations'> & { labels: LabelSet; annotations: LabelSet };
type SilenceRow = Omit<Silence, 'matchers'> & { matchers: Pick<Matcher, 'name' | 'type' | 'value'>[] };

const alertFromRow = (row: AlertRow): Alert => ({ ...row });

function silenceFromRow(row: SilenceRow): Silence {
  return { ...row, matchers: row.matchers.map(({ type, name, value }) => createMatcher(type, name, value)) };
}
