import { Gauge } from 'prom-client';
import type { Database } from '../platform/db/database.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';

/** One scrape asks once; a scrape right after it gets the same answer. */
const ANSWER_AGE_MS = 1_000;

/** Everything the gauges show, in one statement. `figure` is the gauge, `label` its label's value. */
const FIGURES = `
  select 'runs' as figure, status as label, count(*)::float8 as value from runs
    where status not in ('succeeded', 'failed', 'cancelled', 'rolled-back', 'rollback-failed') group by status
  union all select 'pages', state, count(*) from pages where state in ('queued', 'sending', 'uncertain', 'failed') group by state
  union all select 'incidents', severity::text, count(*) from incidents where status not in ('resolved', 'closed') group by severity
  union all select 'findings', severity::text, count(*) from findings where status = 'open' group by severity
  union all select 'probes', state, count(*) from probes where active group by state
  union all select 'approvals', '', count(*) from approvals where status = 'pending'
  union all select 'escalations', '', count(*) from escalations where ended_at is null
  union all select 'unstamped', '', count(*) from outbox where position is null
  union all select 'lag', r.name, s.position - r.position from relays r, sequencer s
  union all select 'overdue', '', coalesce(extract(epoch from clock_timestamp() - min(due_at)), 0) from timers where due_at < clock_timestamp()`;

type Figure = { figure: string; label: string; value: number };

const GAUGES: readonly { figure: string; name: string; help: string; label: string | null }[] = [
  { figure: 'runs', name: 'holdfast_runs', help: 'Runs that have not ended', label: 'status' },
  { figure: 'pages', name: 'holdfast_pages', help: 'Pages that have not arrived', label: 'state' },
  { figure: 'incidents', name: 'holdfast_incidents_open', help: 'Open incidents by severity rank', label: 'severity' },
  { figure: 'findings', name: 'holdfast_findings_open', help: 'Open findings by severity rank', label: 'severity' },
  { figure: 'probes', name: 'holdfast_probes', help: 'Configured probes by state', label: 'state' },
  { figure: 'approvals', name: 'holdfast_approvals_pending', help: 'Approvals that wait for a person', label: null },
  { figure: 'escalations', name: 'holdfast_escalations_running', help: 'Escalations that have not ended', label: null },
  {
    figure: 'unstamped',
    name: 'holdfast_events_unstamped',
    help: 'Committed events without a position yet',
    label: null,
  },
  {
    figure: 'lag',
    name: 'holdfast_relay_lag_events',
    help: 'Events a relay has not handled; the audit chain is "audit"',
    label: 'relay',
  },
  { figure: 'overdue', name: 'holdfast_timer_overdue_seconds', help: 'How late the oldest due timer is', label: null },
];

/** What the loop is doing, as gauges: what waits, what is open, what lags. The rows are the truth, so any replica tells. */
export function registerLoopMetrics(metrics: Metrics, database: Database, logger: Logger): void {
  let asked: { at: number; figures: Promise<Figure[]> } | null = null;
  const ask = (): Promise<Figure[]> => {
    if (!asked || performance.now() - asked.at > ANSWER_AGE_MS) {
      const figures = database.pool.query<Figure>({ name: 'loop-figures', text: FIGURES }).then(
        (result) => result.rows,
        (thrown: unknown) => {
          // A scrape without these gauges is better than no scrape.
          logger.debug({ err: thrown }, 'figures of the loop not read');
          return [];
        },
      );
      asked = { at: performance.now(), figures };
    }
    return asked.figures;
  };
  for (const { figure, name, help, label } of GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [metrics.registry],
      async collect() {
        this.reset();
        for (const row of await ask()) {
          if (row.figure !== figure) continue;
          if (label === null) this.set(row.value);
          else this.set({ [label]: row.label }, row.value);
        }
      },
    });
  }
}
