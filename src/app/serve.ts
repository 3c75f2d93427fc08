import type { HoldfastConfig } from '../platform/config/load-config.ts';
import { createLogger } from '../platform/log/logger.ts';
import { prepareUi } from './prepare-ui.ts';
import { startHoldfast } from './start-holdfast.ts';

/** After the first signal a stop may take this long; then the process ends all the same, and the next start settles the rest. */
const STOP_LIMIT_MS = 20_000;

/**
 * Runs the server until it is told to stop. Signals: TERM and INT stop gracefully (a second one at once ends the
 * process), HUP reads the routing of alerts and the rules again, and is a stop where there are files of neither.
 */
export async function serve(options: {
  config: HoldfastConfig;
  version: string;
  environment: NodeJS.ProcessEnv;
  stopWithStdin: boolean;
}): Promise<void> {
  const { config, version, environment } = options;
  const logger = createLogger({ level: config.log.level });
  let requestStop: (reason: string) => void = () => {};
  const stopRequested = new Promise<string>((resolve) => {
    requestStop = resolve;
  });
  let reload: (() => Promise<void>) | null = null;
  const signals = ['SIGTERM', 'SIGINT'] as const;
  process.on('SIGHUP', () => {
    if (config.alertmanagerConfig === null && config.rules.files.length === 0) requestStop('SIGHUP');
    else void reload?.();
  });
  for (const signal of signals) process.on(signal, () => requestStop(signal));
  if (options.stopWithStdin) {
    process.stdin.on('end', () => requestStop('stdin closed')).on('error', () => requestStop('stdin closed'));
    process.stdin.resume();
  }
  const ui = prepareUi({ logger, environment, build: config.ui.build && config.role !== 'worker' });
  const startedAt = performance.now();
  const starting = startHoldfast({ config, version, environment, logger, ui });
  void stopRequested.then(() => {
    // Told to stop before it was ready: the start gets a moment to come to its end, so that it can be undone properly.
    setTimeout(() => process.exit(130), STOP_LIMIT_MS).unref();
  });
  let holdfast: Awaited<typeof starting>;
  try {
    holdfast = await starting;
  } catch (thrown) {
    ui.stop();
    process.stdin.destroy();
    throw thrown;
  }
  reload = holdfast.reload;
  if (!config.auth) logger.warn('running without authentication: everybody who reaches this address is administrator');
  logger.info(
    { address: holdfast.address, role: config.role, startMs: Math.round(performance.now() - startedAt) },
    'listening',
  );
  if (holdfast.firstLink)
    logger.info({ link: holdfast.firstLink }, 'sign in for the first time with this one-time link');
  const reason = await stopRequested;
  logger.info({ reason }, 'stopping');
  for (const signal of signals) process.on(signal, () => process.exit(130));
  ui.stop();
  await holdfast.stop();
  process.stdin.destroy();
  logger.info('stopped');
}
