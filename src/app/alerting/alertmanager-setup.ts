import { readFile } from 'node:fs/promises';
import { type AlertmanagerConfig, loadAlertmanagerConfig } from '../../detect/alerting/config/index.ts';
import type { AlertSetup, MatcherMode } from '../../detect/alerting/index.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { createNotifiers } from './create-notifiers.ts';
import { planFromConfig } from './plan-from-config.ts';

/** Alertmanager's configuration file, ready for the engine. */
export type LoadedSetup = { setup: AlertSetup; config: AlertmanagerConfig };

/**
 * Reads the file, its templates and its secrets.
 * @param options.externalUrl base of the links in notifications
 * @throws HoldfastError invalid `alertmanager-config.*`, with line; nothing is in use of a bad file
 */
export async function loadAlertSetup(options: {
  file: string;
  mode: MatcherMode;
  externalUrl: () => string;
}): Promise<LoadedSetup> {
  const text = await readFile(options.file, 'utf8').catch((thrown: unknown) => {
    throw new HoldfastError({
      code: 'alertmanager-config.unreadable',
      kind: 'invalid',
      message: `read ${options.file}: ${messageOf(thrown)}`,
      hint: 'Name the file with --config.file.',
      cause: thrown,
    });
  });
  const config = loadAlertmanagerConfig(text, { file: options.file, matcherMode: options.mode });
  const notifiers = await createNotifiers(config, { externalUrl: options.externalUrl });
  return {
    config,
    setup: { plan: planFromConfig(config), notifiers, resolveTimeoutMs: config.global.resolveTimeoutMs },
  };
}
