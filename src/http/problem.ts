import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply } from 'fastify';
import type { Problem } from '../contract/common.ts';
import { isConnectionLoss } from '../platform/db/database.ts';
import { type ErrorKind, HoldfastError } from '../platform/errors/holdfast-error.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const STATUS_BY_KIND: Record<ErrorKind, number> = {
  invalid: 400,
  denied: 403,
  missing: 404,
  conflict: 409,
  throttled: 429,
  unavailable: 503,
  bug: 500,
};

/** Where HTTP has a more exact word than the kind. Codes that begin with `auth.` say "prove who you are": 401. */
const STATUS_BY_CODE: Record<string, number> = {
  'idempotency.body-differs': 422,
  'precondition.failed': 412,
  'http.body-too-large': 413,
  'http.address-too-long': 414,
  'http.media-type': 415,
  'http.method-not-allowed': 405,
  'http.misdirected': 421,
};

/** The HTTP status of an error. */
export function statusOf(error: HoldfastError): number {
  return STATUS_BY_CODE[error.code] ?? (error.code.startsWith('auth.') ? 401 : STATUS_BY_KIND[error.kind]);
}

/** What Fastify refuses by itself, in our words. */
const FRAMEWORK_ERRORS: Record<string, { code: string; kind: ErrorKind; message: string; hint?: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'http.body-too-large',
    kind: 'invalid',
    message: 'the body is larger than this route takes',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'http.media-type',
    kind: 'invalid',
    message: 'the body is of a media type this route does not take',
    hint: 'Send JSON with Content-Type: application/json.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'http.malformed-json',
    kind: 'invalid',
    message: 'the body is empty although its Content-Type says JSON',
    hint: 'Send {} or leave the Content-Type out.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: 'http.malformed-json',
    kind: 'invalid',
    message: 'the body is not valid JSON',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'http.malformed',
    kind: 'invalid',
    message: 'the body is not as long as Content-Length says',
  },
  FST_ERR_MAX_PARAM_LENGTH: {
    code: 'http.address-too-long',
    kind: 'invalid',
    message: 'a part of the address is longer than any name or id here',
  },
  FST_ERR_INVALID_URL: { code: 'http.malformed-url', kind: 'invalid', message: 'the address cannot be read' },
  FST_ERR_BAD_URL: {
    code: 'http.malformed-url',
    kind: 'invalid',
    message: 'the address has a malformed percent sequence',
  },
};

/** PostgreSQL's refusals of a value as such (a NUL in text, half a surrogate pair, a number too large): the caller's doing. */
const UNSTORABLE = new Set(['22021', '22P05', '22P02', '22003', '22008', '22001']);

/** Anything thrown while answering, as our one error type. */
export function toHttpError(thrown: unknown): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  const { code, statusCode } = thrown as Partial<FastifyError>;
  const known = typeof code === 'string' ? FRAMEWORK_ERRORS[code] : undefined;
  if (known) return new HoldfastError({ ...known, cause: thrown });
  if (typeof code === 'string' && UNSTORABLE.has(code)) {
    return new HoldfastError({
      code: 'input.not-storable',
      kind: 'invalid',
      message:
        'a value holds something that cannot be stored (a NUL character, half a character, or a number out of range)',
      cause: thrown,
    });
  }
  if (isConnectionLoss(thrown)) {
    return new HoldfastError({
      code: 'database.unavailable',
      kind: 'unavailable',
      message: 'the database does not answer',
      hint: 'Try again in a moment; nothing was changed by this request unless it was already acknowledged.',
      cause: thrown,
    });
  }
  if (thrown instanceof Error && statusCode === 400) {
    return new HoldfastError({ code: 'http.malformed', kind: 'invalid', message: thrown.message, cause: thrown });
  }
  return new HoldfastError({ code: 'internal', kind: 'bug', message: String(thrown), cause: thrown });
}

/** One entry of `errors`, from the validator's `/a/b` and the part of the request it looked at. */
function fieldErrors(thrown: unknown): Problem['errors'] {
  const { validation, validationContext } = thrown as Partial<FastifyError>;
  if (!Array.isArray(validation)) return undefined;
  const part = validationContext === 'querystring' ? 'query' : (validationContext ?? 'request');
  return validation.map((issue) => ({
    path: [part, ...issue.instancePath.split('/').filter((name) => name !== '')].join('.'),
    message: issue.message ?? 'does not fit',
  }));
}

/** The body of an error answer. What is ours to repair (500) tells the caller nothing but the request id to ask with. */
export function toProblem(thrown: unknown, requestId: string): Problem {
  const errors = fieldErrors(thrown);
  if (errors) {
    const first = errors[0];
    return {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: first ? `${first.path}: ${first.message}` : 'the request does not fit',
      code: 'request.invalid',
      requestId,
      errors,
    };
  }
  const error = toHttpError(thrown);
  const status = statusOf(error);
  const bug = status === 500;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: bug ? 'Holdfast made a mistake while answering this request; nothing it began was kept.' : error.message,
    code: bug ? 'internal' : error.code,
    ...(bug
      ? { hint: `The log holds the details under request ${requestId}.` }
      : error.hint === undefined
        ? {}
        : { hint: error.hint }),
    requestId,
  };
}

/** How long the thrower of a `throttled` or `unavailable` error asked to wait: `retryAfterMs` of its cause. */
export function retryAfterOf(thrown: unknown): number | null {
  const cause =
    thrown instanceof HoldfastError ? (thrown.cause as { retryAfterMs?: unknown } | null | undefined) : null;
  return typeof cause?.retryAfterMs === 'number' ? cause.retryAfterMs : null;
}

/** Answers with a problem; the one place that does. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  reply.header('x-request-id', problem.requestId);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="holdfast"');
  if ((problem.status === 429 || problem.status === 503) && !reply.hasHeader('retry-after'))
    reply.header('retry-after', '1');
  // As a string: no serializer of the route's may reshape it.
  return reply.code(problem.status).type(PROBLEM_TYPE).serializer(String).send(JSON.stringify(problem));
}
