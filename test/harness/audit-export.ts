import type { ServerProcess } from './server-process.ts';

/** Asks the server to verify its own chain. */
export async function checkAuditExport(server: ServerProcess): Promise<{ intact: boolean }> {
  const verdict = await server.api<Record<string, unknown>>('GET', '/api/v1/audit/verify');
  return { intact: verdict['intact'] === true || verdict['ok'] === true || verdict['valid'] === true };
}
