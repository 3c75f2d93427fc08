import pg from 'pg';
import type { Executor, StepExecution, StepResult } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';
import { isConnectionLoss } from '../../platform/db/database.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { renderTable } from './render-table.ts';

type SqlAction = Extract<StepAction, { kind: 'sql' }>;

const CONNECT_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
/** The server gets this long to answer its own statement timeout before the connection is dropped. */
const TIMEOUT_GRACE_MS = 2_000;

/** A session is known by its token in `application_name`, which PostgreSQL cuts at 63 bytes. */
function sessionName(token: string): string {
  return `holdfast step ${token}`;
}

/**
 * Runs SQL on a PostgreSQL target: in one transaction unless the step says otherwise, read-only where the step only
 * observes, with the server's own statement timeout. A deciding step succeeds when the last statement returns a row
 * whose first column is neither false nor null.
 */
export function createSqlExecutor(options: { ownDatabaseUrl: () => string }): Executor<SqlAction> {
  let own: Promise<string> | null = null;
  const isOwnDatabase: OwnDatabase = async (client) => {
    own ??= identifyOwn(options.ownDatabaseUrl());
    // A failed look is no answer: the next step looks again.
    own.catch(() => {
      own = null;
    });
    return (await identifyDatabase(client)) === (await own);
  };
  return {
    async execute(execution) {
      const { target } = execution;
      if (!target)
        return {
          outcome: 'failed',
          exitCode: null,
          reason: 'a sql step needs a target: `target=NAME` at the fence or in the front matter',
        };
      if (target.kind !== 'postgres')
        return {
          outcome: 'failed',
          exitCode: null,
          reason: `target ${target.name} is ${target.kind}: a sql step needs a postgres target`,
        };
      if (target.url === options.ownDatabaseUrl())
        return { outcome: 'failed', exitCode: null, reason: `target ${target.name} is Holdfast's own database` };
      return runStatements(execution, target.url, isOwnDatabase);
    },
    async stopLeftovers({ token, target }) {
      if (target?.kind === 'postgres') await endSessions(target.url, token);
      return null;
    },
  };
}

type OwnDatabase = (client: pg.Client) => Promise<boolean>;

/** Which database a session is in, however its address is written: the server's own identifier and the database's. */
async function identifyDatabase(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `select system_identifier || '/' || (select oid from pg_database where datname = current_database()) as id from pg_control_system()`,
  );
  return rows[0]?.id ?? '';
}

async function identifyOwn(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    return await identifyDatabase(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Ends the sessions of a step: closing our end of a connection does not stop the statement at the other. */
async function endSessions(url: string, token: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: STOP_TIMEOUT_MS,
    query_timeout: STOP_TIMEOUT_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      sessionName(token),
    ]);
  } catch {
    // Not reachable: then nothing of it can be waited for either.
  } finally {
    await client.end().catch(() => {});
  }
}

async function runStatements(
  execution: StepExecution<SqlAction>,
  url: string,
  isOwnDatabase: OwnDatabase,
): Promise<StepResult> {
  const { action } = execution;
  const client = new pg.Client({
    connectionString: url,
    application_name: sessionName(execution.token),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: execution.timeoutMs,
    query_timeout: execution.timeoutMs + TIMEOUT_GRACE_MS,
    // Values as the server writes them: people compare them with what psql shows.
    types: { getTypeParser: () => (text: string | Buffer) => text },
  });
  client.on('error', () => {});
  client.on('notice', (notice) =>
    execution.output(Buffer.from(`${notice.severity ?? 'NOTICE'}: ${notice.message ?? ''}\n`)),
  );
  try {
    await client.connect();
    if (await isOwnDatabase(client)) {
      await client.end();
      return {
        outcome: 'failed',
        exitCode: null,
        reason: `target ${execution.target?.name} is Holdfast's own database`,
      };
    }
  } catch (thrown) {
    await client.end().catch(() => {});
    return { outcome: 'failed', exitCode: null, reason: `connect to ${execution.target?.name}: ${messageOf(thrown)}` };
  }
  let ending: Promise<void> | null = null;
  const onAbort = () => {
    ending ??= endSessions(url, execution.token);
  };
  execution.signal.addEventListener('abort', onAbort, { once: true });
  let begun = false;
  try {
    await execution.confirmStart(null);
    begun = true;
    if (execution.signal.aborted) return { outcome: 'cancelled', exitCode: null, reason: 'never begun' };
    if (action.transaction) await client.query(action.readOnly ? 'begin read only' : 'begin');
    else if (action.readOnly) await client.query('set default_transaction_read_only = on');
    let last: pg.QueryResult<unknown[]> | null = null;
    for (const statement of action.statements) {
      last = await client.query<unknown[]>({
        text: statement.text,
        values: statement.binds.map((name) => execution.inputs[name] ?? null),
        rowMode: 'array',
      });
      execution.output(Buffer.from(renderTable(last)));
    }
    if (action.transaction) await client.query('commit');
    return execution.deciding ? judgeAnswer(last) : { outcome: 'succeeded', exitCode: 0, reason: null };
  } catch (thrown) {
    if (!begun) throw thrown;
    return judgeFailure(thrown, execution);
  } finally {
    execution.signal.removeEventListener('abort', onAbort);
    await ending;
    await client.end().catch(() => {});
  }
}

function judgeAnswer(last: pg.QueryResult<unknown[]> | null): StepResult {
  const answer = last?.rows[0]?.[0];
  if (answer === undefined) return { outcome: 'failed', exitCode: 1, reason: 'the check returned no row' };
  const isFalse = last?.fields[0]?.dataTypeID === pg.types.builtins.BOOL && answer === 'f';
  return isFalse || answer === null
    ? { outcome: 'failed', exitCode: 1, reason: `the check answered ${isFalse ? 'false' : 'null'}` }
    : { outcome: 'succeeded', exitCode: 0, reason: null };
}

function judgeFailure(thrown: unknown, execution: StepExecution<SqlAction>): StepResult {
  if (execution.signal.aborted) return { outcome: 'cancelled', exitCode: null, reason: 'ended on request' };
  const code = (thrown as { code?: string }).code;
  if (code === '57014')
    return {
      outcome: 'timed-out',
      exitCode: null,
      reason: `a statement took longer than ${execution.timeoutMs / 1_000} s`,
    };
  // Without an answer nobody knows whether the server did it: a lost connection, or our own time limit.
  const unanswered = isConnectionLoss(thrown) || /Query read timeout/.test(messageOf(thrown));
  const at = (thrown as { position?: string }).position;
  return {
    outcome: 'failed',
    exitCode: null,
    uncertain: unanswered || !execution.action.transaction,
    reason: `${messageOf(thrown)}${code ? ` (SQLSTATE ${code})` : ''}${at ? ` at character ${at}` : ''}`,
  };
}
