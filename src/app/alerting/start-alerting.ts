import { type AlertEngine, openAlertEngine } from '../../detect/alerting/index.ts';
import type { AlertmanagerApiDeps } from '../../http/routes/alertmanager/register-alertmanager-api.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { ALERTMANAGER_VERSION } from './alertmanager-version.ts';
import { DEFAULT_CONFIG_TEXT, DEFAULT_SETUP } from './default-setup.ts';
import { createGroupFindings } from './findings-from-groups.ts';

/** Alerts inside the server. */
export type Alerting = {
  engine: AlertEngine;
  status: Omit<AlertmanagerApiDeps['status'], 'address'>;
  /** Begins to tell receivers and to make findings of groups. */
  dispatch(): Promise<void>;
  /** Reads the configuration file again; a bad one changes nothing. @returns what is wrong with it */
  reload(): Promise<string | null>;
  stop(): Promise<void>;
};

const GC_INTERVAL_MS = 30 * 60_000;
const RETENTION_MS = 120 * 3_600_000;

/**
 * Opens the alerts of this process: they are taken and shown from now on.
 * @param options.configFile Alertmanager's configuration file; null for the default
 */
export async function startAlerting(
  deps: {
    database: Database;
    clock: Clock;
    logger: Logger;
    wakeups: Wakeups;
    workerId: string;
    severityScheme: string;
  },
  options: { configFile: string | null; externalUrl: () => string },
): Promise<Alerting> {
  const { logger, clock } = deps;
  const load = async () => {
    if (options.configFile === null)
      return { setup: DEFAULT_SETUP, text: DEFAULT_CONFIG_TEXT, receivers: [DEFAULT_SETUP.plan.root.receiver] };
    // Only who has such a file pays for its reader, its templates and its channels.
    const { loadAlertSetup } = await import('./alertmanager-setup.ts');
    const { setup, config } = await loadAlertSetup({
      file: options.configFile,
      mode: 'fallback',
      externalUrl: options.externalUrl,
    });
    for (const notice of config.notices) logger.info({ file: options.configFile }, notice);
    return { setup, text: config.original, receivers: config.receivers.map((receiver) => receiver.name) };
  };
  let loaded = await load();
  const engine = await openAlertEngine(
    {
      pool: deps.database.pool,
      clock,
      logger,
      workerId: deps.workerId,
      wakeups: deps.wakeups,
      observer: {
        suppressed: () => {},
        attemptFailed: (notifier, attempts, reason) =>
          logger.warn(
            { receiver: notifier.receiver, integration: `${notifier.kind}[${notifier.index}]`, attempts, err: reason },
            'a notification was not taken and will be sent again',
          ),
        ended: (notifier, report) => {
          if (report.kind === 'sent' || report.kind === 'stopped') return;
          const integration = `${notifier.kind}[${notifier.index}]`;
          logger.error({ receiver: notifier.receiver, integration, err: report.error }, 'a notification failed');
        },
        flushing: createGroupFindings(deps),
      },
    },
    {
      setup: loaded.setup,
      mode: 'fallback',
      retention: { gcIntervalMs: GC_INTERVAL_MS, retentionMs: RETENTION_MS },
    },
  );
  let reloading: Promise<string | null> = Promise.resolve(null);
  return {
    engine,
    status: {
      version: ALERTMANAGER_VERSION,
      startedAt: clock.now(),
      configText: () => loaded.text,
      receivers: () => loaded.receivers,
    },
    dispatch: () => engine.startDispatching(clock.now().getTime()),
    reload() {
      reloading = reloading.then(async () => {
        try {
          const next = await load();
          await engine.reload(next.setup);
          loaded = next;
          logger.info({ file: options.configFile }, 'alert routing loaded');
          return null;
        } catch (thrown) {
          logger.error({ file: options.configFile, err: messageOf(thrown) }, 'the old alert routing is kept');
          return messageOf(thrown);
        }
      });
      return reloading;
    },
    stop: () => engine.stop(),
  };
}
