import { retryAfterOf, toHttpError } from '../../http/problem.ts';
import type { ExportFailure } from '../../observe/intake/otlp-grpc/index.ts';
import type { Logger } from '../../platform/log/logger.ts';

const RETRY_MS = 1_000;

/** What a throw means to a sender over gRPC: it tries again after RESOURCE_EXHAUSTED with a delay, and after UNAVAILABLE. */
export function failureOf(thrown: unknown, logger: Logger): ExportFailure {
  const error = toHttpError(thrown);
  const retryAfterMs = retryAfterOf(error) ?? RETRY_MS;
  switch (error.kind) {
    case 'denied':
      return {
        code: error.code.startsWith('auth.') ? 'unauthenticated' : 'denied',
        message: error.message,
        retryAfterMs: null,
      };
    case 'throttled':
      return { code: 'busy', message: error.message, retryAfterMs };
    case 'unavailable':
      return { code: 'unavailable', message: error.message, retryAfterMs };
    default:
      logger.error({ err: error.cause ?? error }, 'an OTLP export failed');
      return { code: 'internal', message: error.message, retryAfterMs: null };
  }
}
