import type pg from 'pg';
import { type RuleHealth, type RuleState, storeRuleState } from '../rule-store.ts';
import type { QueryAnswer } from './active-samples.ts';
import { advanceAlerts, isDue } from './advance-alerts.ts';
import { evaluateRecordingRule, type RecordedSample } from './evaluate-recording-rule.ts';
import type { IdentifiedAlertRule, IdentifiedGroup } from './identify-rules.ts';
import { renderWithQueries } from './render-with-queries.ts';
import type { RuleAlert } from './rule-alert.ts';

/** Asks for the value of an expression at an instant. Never throws. */
export type InstantQuery = (expression: string, atMs: number, signal: AbortSignal) => Promise<QueryAnswer>;

export type EvaluationDeps = {
  pool: pg.Pool;
  query: InstantQuery;
  /** What to ask for an expression of a text, where that names what rules record and nothing keeps; or why it cannot be. */
  place: (expression: string) => { expression: string } | { reason: string };
  /** Tells the alerts of what fires and of what is over. What it throws is tried again at the next evaluation. */
  tell(rule: IdentifiedAlertRule, alerts: readonly RuleAlert[], intervalMs: number): Promise<void>;
  /** Keeps what recording rules come to; null where nothing does: then they are not evaluated for themselves. */
  record: ((samples: readonly RecordedSample[]) => Promise<void>) | null;
  externalUrl: () => string;
  externalLabels: Readonly<Record<string, string>>;
  evaluated(group: IdentifiedGroup, health: RuleHealth): void;
};

/** Rules of a group that are asked at once, where none builds upon another. */
const AT_ONCE = 4;

/**
 * Evaluates the rules of a group for one instant. A query without an answer keeps the alerts as they are: not to know is
 * not to be well.
 * @param states of the rules before, changed to those after
 */
export async function evaluateGroup(
  deps: EvaluationDeps,
  group: IdentifiedGroup,
  options: {
    states: Map<string, RuleState>;
    /** What recording rules wrote at the evaluation before, changed to what they wrote at this one. */
    written: Map<string, ReadonlyMap<string, RecordedSample>>;
    atMs: number;
    intervalMs: number;
    missed: number;
    signal: AbortSignal;
  },
): Promise<void> {
  const records = deps.record !== null && group.rules.some(({ kind }) => kind === 'record');
  const waiting = group.rules.filter(({ kind }) => records || kind === 'alert');
  const work = async () => {
    for (let rule = waiting.shift(); rule && !options.signal.aborted; rule = waiting.shift())
      if (rule.kind === 'alert') await evaluateAlertRule(deps, group, rule, options);
      else await evaluateRecordingRule(deps, group, rule, options);
  };
  await Promise.all(Array.from({ length: records ? 1 : AT_ONCE }, work));
}

async function evaluateAlertRule(
  deps: EvaluationDeps,
  group: IdentifiedGroup,
  rule: IdentifiedAlertRule,
  options: Parameters<typeof evaluateGroup>[2],
): Promise<void> {
  const { states, atMs, intervalMs, missed, signal } = options;
  const before = states.get(rule.id) ?? { health: null, alerts: new Map<string, RuleAlert>() };
  const startedMs = performance.now();
  const { asked = { expression: rule.expression } } = rule;
  const answer =
    'reason' in asked
      ? { ok: false as const, reason: asked.reason }
      : await deps.query(asked.expression, atMs - group.queryOffsetMs, signal);
  if (signal.aborted) return;
  const active = answer.ok
    ? await renderWithQueries(rule, answer.samples, {
        nowMs: atMs,
        externalUrl: deps.externalUrl(),
        externalLabels: deps.externalLabels,
        signal,
        query: async (expression) => {
          const placed = deps.place(expression);
          return 'reason' in placed
            ? { ok: false, reason: placed.reason }
            : deps.query(placed.expression, atMs, signal);
        },
      })
    : [];
  if (signal.aborted) return;
  const { alerts, error } = answer.ok
    ? advanceAlerts(before.alerts, active, { rule, nowMs: atMs, limit: group.limit })
    : { alerts: before.alerts, error: answer.reason };
  const due = [...alerts.values()].filter((alert) => isDue(alert, atMs));
  let after = alerts;
  let untold: string | null = null;
  if (due.length > 0) {
    try {
      await deps.tell(rule, due, intervalMs);
      after = new Map(alerts);
      for (const alert of due) (after as Map<string, RuleAlert>).set(alert.fingerprint, { ...alert, sentAtMs: atMs });
    } catch (thrown) {
      untold = `its alerts could not be stored: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
  }
  const problem = error ?? untold;
  const health: RuleHealth = {
    health: problem === null ? 'ok' : 'err',
    error: problem,
    evaluatedAtMs: atMs,
    durationMs: performance.now() - startedMs,
    missed,
  };
  states.set(rule.id, { health, alerts: after });
  deps.evaluated(group, health);
  await storeRuleState(deps.pool, rule.id, { health, alerts: after });
}
