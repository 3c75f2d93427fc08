import { HoldfastError } from '../errors/holdfast-error.ts';
import type { HttpAnswer } from './http-client.ts';

/**
 * How a message to somebody outside ended. A reply that was lost is `uncertain`: it is sent again with the same dedup
 * key. Reasons never hold an address or a secret.
 */
export type Delivery =
  | { kind: 'sent' }
  | { kind: 'uncertain'; reason: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'try-later'; reason: string; afterMs: number | null };

const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** These errors come before the first byte was sent: the receiver has nothing. */
const NOT_SENT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found for now',
  EHOSTUNREACH: 'host not reachable',
  ENETUNREACH: 'network not reachable',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in the chain',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate cannot be verified',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate of an unknown issuer',
  CERT_HAS_EXPIRED: 'certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is for another host',
};
const OURS = new Set(['circuit.open', 'bulkhead.full']);
const LOST: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection lost',
  EPIPE: 'connection lost',
  UND_ERR_SOCKET: 'connection lost',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'no answer in time',
  ETIMEDOUT: 'no answer in time',
};

export type JudgeOptions = {
  /** Statuses below 500 that say: not now. */
  retryStatuses?: readonly number[];
  /** What the receiver says is wrong, without secrets. */
  details?: string;
  nowMs?: number;
};

/** What an answer means: 2xx is success, 5xx may have told somebody, the rest is final unless it says when to come back. */
export function judgeAnswer(answer: Pick<HttpAnswer, 'status' | 'headers'>, options: JudgeOptions = {}): Delivery {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const reason = `HTTP ${status}${options.details ? `: ${options.details}` : ''}`;
  const afterMs = parseRetryAfter(answer.headers['retry-after'], options.nowMs ?? Date.now());
  const asked = status === 429 || status === 503;
  if (asked || options.retryStatuses?.includes(status)) return { kind: 'try-later', reason, afterMs };
  // The receiver failed somewhere in its work: it may have told somebody already.
  if (status >= 500 || status === 408) return { kind: 'uncertain', reason };
  return { kind: 'refused', reason };
}

/** What a failure to get an answer means. */
export function judgeFailure(thrown: unknown): Delivery {
  const code = codeOf(thrown);
  if (OURS.has(code)) return { kind: 'try-later', reason: (thrown as Error).message, afterMs: null };
  const notSent = NOT_SENT[code];
  if (notSent !== undefined) return { kind: 'try-later', reason: notSent, afterMs: null };
  if (thrown instanceof HoldfastError) {
    if (thrown.kind === 'invalid' || thrown.kind === 'denied') return { kind: 'refused', reason: wordsFor(thrown) };
    return { kind: 'uncertain', reason: wordsFor(thrown) };
  }
  if (isTimeout(thrown)) return { kind: 'uncertain', reason: 'no answer in time' };
  return {
    kind: 'uncertain',
    reason: LOST[code] ?? (code === '' ? 'the connection failed' : `the connection failed: ${code}`),
  };
}

/** Messages of errors that repeat no address. */
const SAFE_CODES = new Set(['call.timeout', 'receiver.secret-unreadable', 'receiver.no-token', 'receiver.empty']);

function wordsFor(error: HoldfastError): string {
  if (SAFE_CODES.has(error.code)) return error.message;
  return error.code === 'http.bad-url' ? 'the address is no http or https URL' : `refused here: ${error.code}`;
}

function codeOf(thrown: unknown): string {
  for (let error = thrown, depth = 0; error && depth < 5; error = (error as { cause?: unknown }).cause, depth += 1) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string') return code;
  }
  return '';
}

function isTimeout(thrown: unknown): boolean {
  const name = (thrown as { name?: unknown } | null)?.name;
  return name === 'TimeoutError' || name === 'AbortError';
}

/** Seconds or a date, as milliseconds from now; null when it is neither, or past. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | null {
  if (!value) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - nowMs) / 1_000;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, LONGEST_RETRY_AFTER_MS) : null;
}
