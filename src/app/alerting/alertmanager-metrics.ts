import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type AlertEngine,
  type Notifier,
  type SendReport,
  type SuppressedReason,
  stateOfSilence,
} from '../../detect/alerting/index.ts';
import type { Clock } from '../../platform/clock/clock.ts';

/** Figures under the names dashboards and rules for Alertmanager ask for. */
export type AlertmanagerMetrics = {
  registry: Registry;
  watch(engine: AlertEngine): void;
  received(firing: number, resolved: number, version: 'v1' | 'v2'): void;
  invalid(alerts: number): void;
  reloaded(succeeded: boolean, at: Date): void;
  attemptFailed(notifier: Notifier): void;
  ended(notifier: Notifier, report: SendReport, durationMs: number): void;
  suppressed(reason: SuppressedReason, alerts: number): void;
  limited(alerts: number): void;
};

const LATENCY_BUCKETS_S = [0.1, 0.25, 0.5, 1, 5, 10, 15, 20];

export function createAlertmanagerMetrics(options: {
  version: string;
  clock: Clock;
  alertsPerName: number;
}): AlertmanagerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `alertmanager_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[] = [], collect?: (gauge: Gauge) => void) =>
    new Gauge({
      name: `alertmanager_${name}`,
      help,
      labelNames,
      registers,
      ...(collect && {
        collect() {
          collect(this);
        },
      }),
    });
  let engine: AlertEngine | null = null;

  gauge('build_info', 'Always 1; the release whose interface this is', ['version']).set(
    { version: options.version },
    1,
  );
  gauge('cluster_members', 'Number of peers: one, the database is what processes share').set(1);
  gauge('cluster_enabled', 'Whether peers gossip: they do not').set(0);
  gauge('alerts', 'How many alerts by state', ['state'], (self) => {
    const counts = { active: 0, suppressed: 0, unprocessed: 0 };
    const nowMs = options.clock.now().getTime();
    for (const alert of engine?.mirror.alerts.values() ?? []) {
      if (alert.endsAtMs < nowMs || !engine) continue;
      const muted =
        engine.mirror.silences.silencedBy(alert.fingerprint, alert.labels, nowMs).length > 0 ||
        engine.inhibitor.inhibitedBy(alert.labels, nowMs) !== null;
      counts[muted ? 'suppressed' : 'active'] += 1;
    }
    for (const [state, count] of Object.entries(counts)) self.set({ state }, count);
  });
  gauge('silences', 'How many silences by state', ['state'], (self) => {
    const counts = { active: 0, pending: 0, expired: 0 };
    const nowMs = options.clock.now().getTime();
    for (const silence of engine?.mirror.silences.all() ?? []) counts[stateOfSilence(silence, nowMs)] += 1;
    for (const [state, count] of Object.entries(counts)) self.set({ state }, count);
  });
  gauge('dispatcher_aggregation_groups', 'Number of groups of alerts', [], (self) => self.set(engine?.groupCount ?? 0));
  gauge('alerts_per_alert_limit', 'Most alerts of one name; 0 is no limit').set(options.alertsPerName);
  const limited = counter('alerts_limited_total', 'Alerts left out, for there are too many of their name');
  const received = counter('alerts_received_total', 'Alerts received', ['status', 'version']);
  const invalid = counter('alerts_invalid_total', 'Alerts received that were refused', ['version']);
  const reloadSucceeded = gauge('config_last_reload_successful', 'Whether the last reload of the file succeeded');
  const reloadedAt = gauge(
    'config_last_reload_success_timestamp_seconds',
    'When the file was last loaded successfully',
  );
  const notifications = counter('notifications_total', 'Notifications begun', ['integration']);
  const failed = counter('notifications_failed_total', 'Notifications that were not taken', ['integration', 'reason']);
  const requests = counter('notification_requests_total', 'Attempts to send', ['integration']);
  const failedRequests = counter('notification_requests_failed_total', 'Attempts that failed', ['integration']);
  const suppressed = counter('notifications_suppressed_total', 'Alerts not told', ['reason']);
  const latency = new Histogram({
    name: 'alertmanager_notification_latency_seconds',
    help: 'Time from the first attempt to the end of a notification',
    labelNames: ['integration'],
    buckets: LATENCY_BUCKETS_S,
    registers,
  });

  return {
    registry,
    limited: (alerts) => limited.inc(alerts),
    watch(watched) {
      engine = watched;
    },
    received(firing, resolved, version) {
      if (firing > 0) received.inc({ status: 'firing', version }, firing);
      if (resolved > 0) received.inc({ status: 'resolved', version }, resolved);
    },
    invalid: (alerts) => invalid.inc({ version: 'v2' }, alerts),
    reloaded(succeeded, at) {
      reloadSucceeded.set(succeeded ? 1 : 0);
      if (succeeded) reloadedAt.set(at.getTime() / 1_000);
    },
    attemptFailed: ({ kind }) => failedRequests.inc({ integration: kind }),
    ended({ kind }, report, durationMs) {
      notifications.inc({ integration: kind });
      requests.inc({ integration: kind }, report.attempts);
      latency.observe({ integration: kind }, durationMs / 1_000);
      if (report.kind !== 'sent') failed.inc({ integration: kind, reason: REASONS[report.kind] });
    },
    suppressed: (reason, alerts) => suppressed.inc({ reason }, alerts),
  };
}

const REASONS: Record<Exclude<SendReport['kind'], 'sent'>, string> = {
  refused: 'clientError',
  'gave-up': 'contextDeadlineExceeded',
  stopped: 'contextCanceled',
};
