import { type AlertEngine, readPostedAlerts } from '../../detect/alerting/index.ts';
import type { IdentifiedAlertRule, RuleAlert } from '../../detect/rules/index.ts';
import type { Clock } from '../../platform/clock/clock.ts';

/** Told at least once a minute, a firing alert holds over three lost tellings. */
const SHORTEST_RESEND_MS = 60_000;
const RESENDS_HELD = 4;

/**
 * Hands what rules found to the alerts, as Prometheus does: a firing alert with an end in the future that every telling
 * moves, an ended one with its end.
 * @param queryUrl where an expression can be looked at
 */
export function createAlertTeller(deps: {
  engine: Pick<AlertEngine, 'postAlerts' | 'setup' | 'mode'>;
  clock: Clock;
  externalLabels: Readonly<Record<string, string>>;
  queryUrl: string;
}): (
  rule: Pick<IdentifiedAlertRule, 'expression' | 'asked'>,
  alerts: readonly RuleAlert[],
  intervalMs: number,
) => Promise<void> {
  const base = withoutCredentials(deps.queryUrl);
  return async ({ expression: written, asked }, alerts, intervalMs) => {
    const expression = asked && 'expression' in asked ? asked.expression : written;
    const nowMs = deps.clock.now().getTime();
    const holdsMs = RESENDS_HELD * Math.max(intervalMs, SHORTEST_RESEND_MS);
    const generatorURL = expression === '' ? '' : `${base}/graph?g0.expr=${encodeURIComponent(expression)}&g0.tab=1`;
    const body = alerts.map((alert) => ({
      labels: { ...deps.externalLabels, ...alert.labels },
      annotations: alert.annotations,
      startsAt: iso(alert.firedAtMs ?? alert.activeAtMs),
      endsAt: iso(alert.resolvedAtMs ?? nowMs + holdsMs),
      generatorURL,
    }));
    const read = readPostedAlerts(body, {
      nowMs,
      resolveTimeoutMs: deps.engine.setup.resolveTimeoutMs,
      mode: deps.engine.mode,
    });
    await deps.engine.postAlerts(read.alerts, nowMs);
    if (read.errors.length > 0) throw new Error(read.errors.join('; '));
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Links in alerts go to chats and mails. */
function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href.replace(/\/+$/, '');
}
