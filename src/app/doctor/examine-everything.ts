import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { renderProblem } from '../../platform/config/config-problem.ts';
import type { ConfigVerdict, HoldfastConfig } from '../../platform/config/load-config.ts';
import { locateBinaries } from '../../platform/db/embedded/locate-binaries.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { createLogger } from '../../platform/log/logger.ts';
import { createCleanupStack } from '../cleanup-stack.ts';
import { startStore } from '../open-store.ts';
import { examineDataFolder } from './examine-data-folder.ts';
import { examineDatabase } from './examine-database.ts';
import { examineMachine } from './examine-machine.ts';
import { examineNats } from './examine-nats.ts';
import { examineOnCall } from './examine-on-call.ts';
import { examineRunbooks } from './examine-runbooks.ts';
import { examineListenAddress, examineServer } from './examine-server.ts';
import { examineTargets, examineWebhooks } from './examine-targets.ts';
import { bad, type Examined, good, skipped, warning } from './examined.ts';

export type DoctorOptions = {
  verdict: ConfigVerdict;
  /** Address of the server that runs on the configured data folder, null where none does. */
  serverAddress: string | null;
  version: string;
  environment: NodeJS.ProcessEnv;
};

/** Looks at everything Holdfast depends on, one thing after another. Nothing is changed, nothing is sent out. */
export async function* examineEverything(options: DoctorOptions): AsyncGenerator<Examined> {
  yield* await examineMachine(options.environment);
  yield* judgeConfig(options.verdict);
  if (!options.verdict.valid) {
    yield skipped('everything else', 'depends on the configuration');
    return;
  }
  const { config } = options.verdict;
  yield* await examineDataFolder(config.data);
  if (options.serverAddress === null) yield await examineListenAddress(config.listen);
  else yield* await examineServer(options.serverAddress, options.version);
  yield* await examineStore(config, options.serverAddress !== null);
  yield* await examineTargets(config, options.environment);
  if (config.telemetry.nats) yield await examineNats(config.telemetry.nats);
  yield* await examineRunbooks(config);
  yield* await examineWebhooks(config.webhooks);
}

function judgeConfig(verdict: ConfigVerdict): Examined[] {
  const warnings = verdict.warnings.map((text) => warning('configuration', text, 'Take it out, or correct it.'));
  if (verdict.valid) return [good('configuration', 'valid'), ...warnings];
  return [
    ...verdict.problems.map((problem) =>
      bad('configuration', renderProblem(problem), 'Correct it; every key is described in docs/configuration.md.'),
    ),
    ...warnings,
  ];
}

/**
 * The database. The embedded one of a running server is left alone: its health was asked. Without a server it is
 * started for as long as it is looked at, if there is one.
 */
async function examineStore(config: HoldfastConfig, serverRuns: boolean): Promise<Examined[]> {
  if (config.databaseUrl !== null) {
    const examined = await examineDatabase(config.databaseUrl, { poolMax: config.databasePoolMax, embedded: false });
    const broken = examined.some((each) => each.name === 'database' && each.state === 'bad');
    return [...examined, ...(broken ? [] : await examineOnCall(config.databaseUrl, namedBy(config)))];
  }
  if (serverRuns)
    return [skipped('database', 'the embedded one is in use by the server, which has just been asked about it')];
  if (!existsSync(join(config.data, 'postgres', 'PG_VERSION'))) return [await examinePrograms(config.data)];
  const logger = createLogger({ level: 'fatal' });
  const cleanup = createCleanupStack(logger);
  try {
    const connectionString = await startStore(config, logger, cleanup);
    return [
      ...(await examineDatabase(connectionString, { poolMax: config.databasePoolMax, embedded: true })),
      ...(await examineOnCall(connectionString, namedBy(config))),
    ];
  } catch (thrown) {
    const advice = (thrown instanceof HoldfastError && thrown.hint) || 'Look into postgres.log in the data folder.';
    return [bad('database', `the embedded one does not start: ${messageOf(thrown)}`, advice)];
  } finally {
    await cleanup.run();
  }
}

const namedBy = (config: HoldfastConfig) => ({ channels: channelsOf(config), severityScheme: config.severityScheme });

const channelsOf = (config: HoldfastConfig) => [
  'inbox',
  ...Object.keys(config.webhooks).map((name) => `webhook:${name}`),
];

async function examinePrograms(data: string): Promise<Examined> {
  try {
    await locateBinaries(data);
    return good('database', 'the embedded one is not there yet; its programs are, and the first start makes it');
  } catch (thrown) {
    return bad(
      'database',
      messageOf(thrown),
      (thrown instanceof HoldfastError && thrown.hint) || 'Install Holdfast again.',
    );
  }
}
