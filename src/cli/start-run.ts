import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { Run } from '../contract/run.ts';
import { nearestName } from '../platform/config/nearest-name.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import type { ApiClient } from './api-client.ts';
import type { ListedRunbook } from './runbook-source.ts';

export type RunRequest = {
  /** A path below one of the server's runbooks folders, or a file that lies in one. */
  file: string;
  procedure: string | undefined;
  inputs: Record<string, string>;
  incidentId: string | undefined;
  fromStep: string | undefined;
  dryRun?: boolean | undefined;
  environment?: string | undefined;
  idempotencyKey: string | undefined;
};

/** Starts a run on the server. @throws HoldfastError, among them `runbook.missing` and `runbook.differs` */
export async function startRun(api: ApiClient, request: RunRequest): Promise<Run> {
  const { items } = await api.get<{ items: ListedRunbook[] }>('/api/v1/runbooks');
  const { procedure, inputs, incidentId, fromStep, dryRun, environment, idempotencyKey } = request;
  const runbook = await findOnServer(request.file, items);
  return api.send<Run>('POST', '/api/v1/runs', {
    body: { runbook, procedure, inputs, incidentId, fromStep, dryRun, environment },
    idempotencyKey,
  });
}

/**
 * The server runs its own files. A person names the file at hand, so a path that ends in one of the server's is taken
 * for it, if both hold the same text: what was read here is what will run there.
 */
async function findOnServer(file: string, items: readonly ListedRunbook[]): Promise<string> {
  if (items.some(({ path }) => path === file)) return file;
  const whole = resolve(file).split(sep).join('/');
  const candidates = items
    .filter(({ path }) => whole.endsWith(`/${path}`))
    .toSorted((one, other) => other.path.length - one.path.length);
  const text = await readFile(file).catch(() => null);
  const sha256 = text === null ? null : createHash('sha256').update(text).digest('hex');
  const same = candidates.find((candidate) => candidate.sha256 === sha256);
  if (same) return same.path;
  const [differing] = candidates;
  if (differing && sha256 !== null) {
    throw new HoldfastError({
      code: 'runbook.differs',
      kind: 'conflict',
      message: `the server's ${differing.path} is not the same text as ${file}`,
      hint: `Bring the server's folder up to date; or run what it has: holdfast runbook run ${differing.path}`,
    });
  }
  const near = nearestName(
    file,
    items.map(({ path }) => path),
  );
  throw new HoldfastError({
    code: 'runbook.missing',
    kind: 'missing',
    message: `the server has no runbook ${file}${near ? `; did you mean ${near}?` : ''}`,
    hint: 'A server runs what lies in its runbooks folders: start it with --runbooks FOLDER. `holdfast runbook ls` lists what is there.',
  });
}
