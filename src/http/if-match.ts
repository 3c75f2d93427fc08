import type { FastifyRequest } from 'fastify';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';

/** The ETag of a version number. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Refuses an edit of what changed since it was read. Without `If-Match`, or with `*`, the edit counts.
 * @throws HoldfastError `precondition.failed` (412)
 */
export function assertIfMatch(request: FastifyRequest, version: number): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted.trim() === '*') return;
  const tags = wanted.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (tags.includes(etagOf(version))) return;
  throw new HoldfastError({
    code: 'precondition.failed',
    kind: 'conflict',
    message: `it was changed by somebody else: it is now at ${etagOf(version)}, If-Match says ${wanted}`,
    hint: 'Read it again, look at what changed, and repeat the edit.',
  });
}
