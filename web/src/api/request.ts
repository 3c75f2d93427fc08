import type { Problem } from '../../../src/contract/common.ts';
import { observeServerDate } from '../lib/server-clock.ts';

/** An answer that is none: what happened, why, what to do. `status` is 0 when the server could not be reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly requestId: string | null;
  readonly fields: NonNullable<Problem['errors']>;

  constructor(problem: Omit<Problem, 'type' | 'title' | 'requestId'> & { requestId?: string }) {
    super(problem.detail);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.hint = problem.hint ?? null;
    this.requestId = problem.requestId ?? null;
    this.fields = problem.errors ?? [];
  }
}

export type RequestOptions = {
  body?: unknown;
  signal?: AbortSignal;
  /** Sent as Idempotency-Key, so that trying again after a lost answer does not do it twice. */
  idempotencyKey?: string;
  ifMatch?: string;
};

/**
 * Asks the server.
 * @throws ApiError for every answer that is not a success, and when there is none
 */
export async function request(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' });
  // A page of another site cannot set this header: that is how the server knows the change was made here.
  if (method !== 'GET') headers.set('x-holdfast-request', '1');
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
  if (options.ifMatch !== undefined) headers.set('if-match', options.ifMatch);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown;
    throw new ApiError({
      status: 0,
      code: 'network.unreachable',
      detail: 'Holdfast does not answer.',
      hint: 'Check the network of this device, then that the server runs. What is shown may be old; it is tried again by itself.',
    });
  }
  observeServerDate(response.headers.get('date'));
  if (response.ok) return response;
  throw await readProblem(response);
}

/** GET as JSON. The server checks its answers against the same contract the type comes from. */
export async function getJson<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  const response = await request('GET', path, signal ? { signal } : {});
  return (await response.json()) as Body;
}

/** A change, answered with JSON or with nothing (204). */
export async function sendJson<Body>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  options: RequestOptions = {},
): Promise<Body> {
  const response = await request(method, path, options);
  const text = response.status === 204 ? '' : await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Body;
}

async function readProblem(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  try {
    const problem = (await response.json()) as Problem | string;
    // Alertmanager's API, which has its own paths here, says what is wrong in a sentence.
    if (typeof problem === 'string')
      return new ApiError({ status: response.status, code: 'alert.refused', detail: problem });
    if (typeof problem.detail === 'string' && typeof problem.code === 'string') {
      return new ApiError({ ...problem, status: response.status });
    }
  } catch {
    // Not ours: a proxy in between answered.
  }
  return new ApiError({
    status: response.status,
    code: 'http.unexpected',
    detail: `The server answered ${response.status} ${response.statusText} without saying why.`,
    hint: 'A proxy between you and Holdfast may have answered in its place.',
    ...(requestId === undefined ? {} : { requestId }),
  });
}
