import type { Problem } from '../contract/common.ts';
import { type ErrorKind, HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';
import type { ServerPlace } from './find-server.ts';
import { AnswerTimeout, type HttpResponse, readBytes, sendRequest } from './send-request.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;
export type SendOptions = {
  query?: Query;
  body?: object;
  /** A repeated command with the same key has its effect once. */
  idempotencyKey?: string | undefined;
  /** Refused when what is written over is not this version any more. */
  ifMatch?: string | undefined;
  /** `null` waits as long as the answer takes: exports and checks of everything. */
  timeoutMs?: number | null;
};

/** The HTTP API as commands use it. Every method throws HoldfastError with the server's own code, message and hint. */
export type ApiClient = {
  address: string;
  get<Answer>(path: string, query?: Query, options?: Pick<SendOptions, 'timeoutMs'>): Promise<Answer>;
  send<Answer>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, options?: SendOptions): Promise<Answer>;
  /** The answer as it arrives, for what is long or is no JSON. */
  open(path: string, query?: Query): Promise<HttpResponse>;
};

/** Longer than any answer of a healthy server; a person waits for it. */
const ANSWER_TIMEOUT_MS = 30_000;

const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  401: 'denied',
  403: 'denied',
  404: 'missing',
  409: 'conflict',
  412: 'conflict',
  429: 'throttled',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

/** A path whose parts are values: `route\`/api/v1/runs/${id}\``. @throws HoldfastError for a value that is no name or id */
export function route(texts: TemplateStringsArray, ...values: string[]): string {
  return texts.reduce((path, text, index) => {
    const value = values[index - 1] ?? '';
    if (/^(?:\.{0,2}|.{100}.+)$/s.test(value)) {
      throw new HoldfastError({
        code: 'usage',
        kind: 'invalid',
        message: value === '' ? 'the name or id is empty' : `"${value.slice(0, 60)}" is no name or id`,
        hint: 'Lists show the ids: `holdfast COMMAND ls`.',
      });
    }
    return path + encodeURIComponent(value) + text;
  });
}

/** Talks to one server. Retries nothing: a person or a script sees what happened and decides. */
export function createApiClient(place: ServerPlace, version: string): ApiClient {
  const request = async (method: string, path: string, options: SendOptions): Promise<HttpResponse> => {
    const url = new URL(place.address + path);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const timeoutMs = options.timeoutMs === undefined ? ANSWER_TIMEOUT_MS : options.timeoutMs;
    const response = await explaining(timeoutMs, () =>
      sendRequest(url, {
        method,
        timeoutMs,
        headers: {
          accept: 'application/json',
          'user-agent': `holdfast-cli/${version}`,
          ...(place.token ? { authorization: `Bearer ${place.token}` } : {}),
          ...(options.body ? { 'content-type': 'application/json' } : {}),
          ...(options.idempotencyKey ? { 'idempotency-key': options.idempotencyKey } : {}),
          ...(options.ifMatch ? { 'if-match': options.ifMatch } : {}),
        },
        ...(options.body ? { body: JSON.stringify(options.body) } : {}),
      }),
    );
    if (response.status < 200 || response.status > 299) throw await toRefusal(response, place);
    return response;
  };
  const explaining = async <Result>(timeoutMs: number | null, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (thrown) {
      throw explainFailure(thrown, place, timeoutMs);
    }
  };
  const readJson = async <Answer>(response: HttpResponse, empty: 'allowed' | 'refused'): Promise<Answer> => {
    const text = (await explaining(ANSWER_TIMEOUT_MS, () => readBytes(response))).toString('utf8');
    // Alertmanager's API answers what it took with nothing at all.
    if (response.status === 204 || (empty === 'allowed' && text === '')) return undefined as Answer;
    try {
      return JSON.parse(text) as Answer;
    } catch {
      throw notHoldfast(place, `answered no JSON (HTTP ${response.status})`);
    }
  };
  return {
    address: place.address,
    get: async (path, query, options) =>
      readJson(await request('GET', path, { ...options, ...(query ? { query } : {}) }), 'refused'),
    send: async (method, path, options = {}) => readJson(await request(method, path, options), 'allowed'),
    open: (path, query) => request('GET', path, { timeoutMs: null, ...(query ? { query } : {}) }),
  };
}

async function toRefusal(response: HttpResponse, place: ServerPlace): Promise<HoldfastError> {
  const text = (await readBytes(response).catch(() => Buffer.alloc(0))).toString('utf8');
  const problem = parseProblem(text) ?? parseSentence(text, response.status);
  if (!problem) return notHoldfast(place, `answered HTTP ${response.status} without saying why`);
  const kind = KIND_BY_STATUS[response.status] ?? (response.status >= 500 ? 'bug' : 'invalid');
  const others = (problem.errors ?? []).slice(1).map(({ path, message }) => `; ${path}: ${message}`);
  return new HoldfastError({
    code: problem.code,
    kind,
    message: problem.detail.replace(/^body\./, '') + others.join(''),
    hint: kind === 'denied' && place.token === null ? NO_TOKEN_HINT : problem.hint,
  });
}

const NO_TOKEN_HINT =
  'Give an API key with --token or HOLDFAST_TOKEN; an administrator makes one with `holdfast key create`.';

/** Alertmanager's API says what is wrong in a JSON string, ours at its paths too. */
function parseSentence(text: string, status: number): Problem | null {
  if (text === '' && status === 404)
    return {
      type: 'about:blank',
      title: '',
      status,
      detail: 'there is none with this id',
      code: 'alert.missing',
      requestId: '',
    };
  if (!text.startsWith('"')) return null;
  try {
    const detail = String(JSON.parse(text));
    return { type: 'about:blank', title: '', status, detail, code: 'alert.refused', requestId: '' };
  } catch {
    return null;
  }
}

function parseProblem(text: string): Problem | null {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    return typeof value?.code === 'string' && typeof value.detail === 'string' ? (value as Problem) : null;
  } catch {
    return null;
  }
}

function notHoldfast(place: ServerPlace, what: string): HoldfastError {
  return new HoldfastError({
    code: 'server.not-holdfast',
    kind: 'unavailable',
    message: `${place.address} ${what}: it may not be a Holdfast server`,
    hint: 'Check --server (or HOLDFAST_SERVER), and proxies on the way.',
  });
}

function explainFailure(thrown: unknown, place: ServerPlace, timeoutMs: number | null): HoldfastError {
  if (thrown instanceof AnswerTimeout) {
    return new HoldfastError({
      code: 'server.timeout',
      kind: 'unavailable',
      message: `${place.address} did not answer within ${(timeoutMs ?? 0) / 1_000} s`,
      hint: 'Whether it did what was asked is not known: look before you repeat it. `holdfast doctor` tells more.',
      cause: thrown,
    });
  }
  const { code } = thrown as NodeJS.ErrnoException;
  const stale = place.dataFolder !== null && code === 'ECONNREFUSED';
  return new HoldfastError({
    code: 'server.unreachable',
    kind: 'unavailable',
    message: stale
      ? `the server of ${place.dataFolder} has ended without saying so: nothing listens on ${place.address}`
      : `${place.address} cannot be reached: ${code ?? messageOf(thrown)}`,
    hint: stale
      ? 'Start it again with `holdfast serve`.'
      : 'Check the address (--server, HOLDFAST_SERVER) and the network.',
    cause: thrown,
  });
}
