import pg from 'pg';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import type { ProbeAnswer, ProbeCheck, SqlProbe } from '../probe-spec.ts';

/** The connection of a configured target, or null when there is none of this name. */
export type TargetUrl = (name: string) => string | null;

/**
 * Healthy when the query answers; with `expect`, when the first column of its first row is that text; without, when it
 * is neither false nor null. Runs read-only.
 */
export function createSqlCheck(targetUrl: TargetUrl): ProbeCheck<SqlProbe> {
  return async (spec) => {
    const url = targetUrl(spec.target);
    if (url === null) return { healthy: false, reason: `no target named "${spec.target}" in the configuration` };
    const client = new pg.Client({
      connectionString: url,
      application_name: `holdfast probe ${spec.name}`,
      connectionTimeoutMillis: spec.timeoutMs,
      statement_timeout: spec.timeoutMs,
      query_timeout: spec.timeoutMs,
      options: '-c default_transaction_read_only=on',
    });
    client.on('error', () => {});
    try {
      await client.connect();
      const result = await client.query<unknown[]>({ text: spec.query, rowMode: 'array' });
      return judgeAnswer(spec, result.rows);
    } catch (thrown) {
      return { healthy: false, reason: `${spec.target}: ${messageOf(thrown)}` };
    } finally {
      await client.end().catch(() => {});
    }
  };
}

function judgeAnswer(spec: SqlProbe, rows: readonly unknown[][]): ProbeAnswer {
  const value = rows[0]?.[0];
  if (spec.expect !== null) {
    const healthy = String(value) === spec.expect;
    return {
      healthy,
      reason: healthy ? `answered ${spec.expect}` : `answered ${String(value)}, expected ${spec.expect}`,
    };
  }
  if (rows.length > 0 && (value === false || value === null))
    return { healthy: false, reason: `answered ${String(value)}` };
  return { healthy: true, reason: rows.length > 0 ? `answered ${String(value)}` : 'answered' };
}
