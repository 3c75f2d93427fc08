import type { Executors } from '../act/runs/index.ts';
import { storeInboxMessage } from '../channels/inbox/inbox-channel.ts';
import { createCheckExecutor } from '../executors/check/check-executor.ts';
import { httpExecutor } from '../executors/http/http-executor.ts';
import { createNotifyExecutor } from '../executors/notify/notify-executor.ts';
import { metricGateExecutor } from '../executors/promql/metric-gate-executor.ts';
import { createShellExecutor } from '../executors/shell/shell-executor.ts';
import { createSqlExecutor } from '../executors/sql/sql-executor.ts';
import { templateExecutor } from '../executors/template/template-executor.ts';
import { type RunCheck, readProbe } from '../observe/probes/index.ts';
import type { Clock } from '../platform/clock/clock.ts';
import type { HoldfastConfig } from '../platform/config/load-config.ts';
import type { Database } from '../platform/db/database.ts';

/** What steps can do, one executor per kind. */
export function createExecutors(deps: {
  database: Database;
  clock: Clock;
  environment: NodeJS.ProcessEnv;
  shell: HoldfastConfig['shell'];
  runCheck: RunCheck;
}): Executors {
  const { database, clock } = deps;
  return {
    shell: createShellExecutor({ environment: deps.environment, ...deps.shell }),
    sql: createSqlExecutor({ ownDatabaseUrl: () => database.connectionString }),
    http: httpExecutor,
    'metric-gate': metricGateExecutor,
    template: templateExecutor,
    check: createCheckExecutor({
      look: async (name, signal) => deps.runCheck((await readProbe(database.db, name)).spec, signal),
    }),
    notify: createNotifyExecutor({
      notify: (note) => storeInboxMessage(database.db, { ...note, incidentId: null, at: clock.now() }),
    }),
  };
}
