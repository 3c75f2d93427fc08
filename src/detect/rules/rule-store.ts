import type pg from 'pg';
import type { RuleAlert, RuleAlerts } from './evaluation/rule-alert.ts';

/** What came of the last evaluation of a rule. */
export type RuleHealth = {
  health: 'ok' | 'err';
  error: string | null;
  evaluatedAtMs: number;
  durationMs: number;
  /** Evaluations that did not take place since the one before. */
  missed: number;
};
export type RuleState = { health: RuleHealth | null; alerts: RuleAlerts };

/** The state of rules by id; what has none is absent. */
export async function readRuleStates(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, RuleState>> {
  const [health, alerts] = await Promise.all([
    pool.query<{ ruleId: string } & RuleHealth>({
      name: 'read-rule-health',
      text: `
        select rule_id as "ruleId", health, error, evaluated_at_ms as "evaluatedAtMs", duration_ms as "durationMs", missed
        from rule_evaluations where rule_id = any($1)`,
      values: [ids],
    }),
    pool.query<{ ruleId: string } & RuleAlert>({
      name: 'read-rule-alerts',
      text: `
        select rule_id as "ruleId", fingerprint, labels, annotations, state, value, active_at_ms as "activeAtMs",
          fired_at_ms as "firedAtMs", resolved_at_ms as "resolvedAtMs", gone_since_ms as "goneSinceMs",
          sent_at_ms as "sentAtMs"
        from rule_alerts where rule_id = any($1) order by active_at_ms, fingerprint`,
      values: [ids],
    }),
  ]);
  const states = new Map<string, { health: RuleHealth | null; alerts: Map<string, RuleAlert> }>();
  const stateOf = (id: string) => {
    const state = states.get(id) ?? { health: null, alerts: new Map() };
    states.set(id, state);
    return state;
  };
  for (const { ruleId, ...row } of health.rows) stateOf(ruleId).health = row;
  for (const { ruleId, ...row } of alerts.rows) stateOf(ruleId).alerts.set(row.fingerprint, row);
  return states;
}

/** Rules of which there are rows. */
export async function listKnownRules(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'select rule_id as id from rule_evaluations union select rule_id from rule_alerts',
  );
  return rows.map(({ id }) => id);
}

/** Keeps the state of a rule after an evaluation: its health, and its alerts in place of those before. */
export async function storeRuleState(
  pool: pg.Pool,
  id: string,
  { health, alerts }: { health: RuleHealth; alerts: RuleAlerts },
): Promise<void> {
  const rows = [...alerts.values()];
  await pool.query({
    name: 'store-rule-state',
    text: `
      with health as (
        insert into rule_evaluations (rule_id, health, error, evaluated_at_ms, duration_ms, missed)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (rule_id) do update set health = excluded.health, error = excluded.error,
          evaluated_at_ms = excluded.evaluated_at_ms, duration_ms = excluded.duration_ms, missed = excluded.missed),
      gone as (delete from rule_alerts where rule_id = $1 and fingerprint <> all($7::text[]))
      insert into rule_alerts (rule_id, fingerprint, labels, annotations, state, value, active_at_ms, fired_at_ms,
        resolved_at_ms, gone_since_ms, sent_at_ms)
      select $1, * from unnest($7::text[], $8::jsonb[], $9::jsonb[], $10::text[], $11::double precision[], $12::bigint[],
        $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[])
      on conflict (rule_id, fingerprint) do update set annotations = excluded.annotations, state = excluded.state,
        value = excluded.value, active_at_ms = excluded.active_at_ms, fired_at_ms = excluded.fired_at_ms,
        resolved_at_ms = excluded.resolved_at_ms, gone_since_ms = excluded.gone_since_ms, sent_at_ms = excluded.sent_at_ms`,
    values: [
      id,
      health.health,
      health.error,
      health.evaluatedAtMs,
      health.durationMs,
      health.missed,
      rows.map((alert) => alert.fingerprint),
      rows.map((alert) => JSON.stringify(alert.labels)),
      rows.map((alert) => JSON.stringify(alert.annotations)),
      rows.map((alert) => alert.state),
      rows.map((alert) => String(alert.value)),
      rows.map((alert) => alert.activeAtMs),
      rows.map((alert) => alert.firedAtMs),
      rows.map((alert) => alert.resolvedAtMs),
      rows.map((alert) => alert.goneSinceMs),
      rows.map((alert) => alert.sentAtMs),
    ],
  });
}

/** Forgets rules that no file names any more. */
export async function dropRules(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  await pool.query(
    `with health as (delete from rule_evaluations where rule_id = any($1)) delete from rule_alerts where rule_id = any($1)`,
    [ids],
  );
}
