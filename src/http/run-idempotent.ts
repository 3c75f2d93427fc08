import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../platform/db/database.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import type { Topic } from '../platform/events/wakeups.ts';
import { principalOf } from './auth/access-guard.ts';
import type { HttpDeps } from './http-deps.ts';
import { claimIdempotencyKey, findStoredAnswer, type IdempotencyScope, storeAnswer } from './idempotency-store.ts';

type Answer<Body> = { status: 200 | 201 | 202; body: Body };

/**
 * Runs a route's effect in one transaction, at most once per `Idempotency-Key` of the caller. The answer is stored with
 * the effect: after a crash both are there or neither. Without the header the effect simply runs. What the effect throws
 * rolls everything back and is not stored, so the same key may try again.
 * @param work its body must be JSON as the route answers it
 * @param options.secret the answer shows a secret: it is stored sealed
 * @param options.wakes what has work to do after the commit, beside the outbox
 * @returns the body to return from the handler; the status is set
 * @throws HoldfastError `idempotency.in-flight` (409), `idempotency.body-differs` (422), `idempotency.key-malformed`
 */
export async function runIdempotent<Body>(
  deps: Pick<HttpDeps, 'database' | 'wakeups' | 'secretBox'>,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Tx) => Promise<Answer<Body>>,
  options: { secret?: boolean; wakes?: Topic } = {},
): Promise<Body> {
  const scope = scopeOf(request);
  const bodySha256 = createHash('sha256')
    .update(JSON.stringify(request.body ?? null))
    .digest('hex');
  const outcome = await deps.database.transact(async (tx) => {
    if (!scope) return { ...(await work(tx)), replayed: false };
    if (!(await claimIdempotencyKey(tx, scope))) {
      throw new HoldfastError({
        code: 'idempotency.in-flight',
        kind: 'conflict',
        message: `a request with Idempotency-Key "${scope.key}" is being answered right now`,
        hint: 'Send it again in a moment to get that answer.',
        retryable: true,
      });
    }
    const context = `idempotency ${scope.caller} ${scope.route} ${scope.key}`;
    const stored = await findStoredAnswer(tx, scope);
    if (stored) {
      if (stored.bodySha256 !== bodySha256) {
        throw new HoldfastError({
          code: 'idempotency.body-differs',
          kind: 'conflict',
          message: `Idempotency-Key "${scope.key}" was used before with another body`,
          hint: 'Use a new key for a new request.',
        });
      }
      const body = options.secret ? JSON.parse(deps.secretBox.open(String(stored.response), context)) : stored.response;
      return { status: stored.status, body: body as Body, replayed: true };
    }
    const answer = await work(tx);
    const response = options.secret ? deps.secretBox.seal(JSON.stringify(answer.body), context) : answer.body;
    await storeAnswer(tx, scope, { bodySha256, status: answer.status, response });
    return { ...answer, replayed: false };
  });
  if (outcome.replayed) reply.header('idempotency-replayed', 'true');
  else for (const topic of ['outbox', options.wakes ?? 'outbox'] as const) deps.wakeups.kick(topic);
  reply.code(outcome.status);
  return outcome.body;
}

function scopeOf(request: FastifyRequest): IdempotencyScope | null {
  const key = idempotencyKeyOf(request);
  if (key === null) return null;
  const path = request.url.split('?', 1)[0] ?? request.url;
  return { caller: principalOf(request).actor, route: `${request.method} ${path}`, key };
}

/** The `Idempotency-Key` of a request, null without one. @throws HoldfastError `idempotency.key-malformed` */
export function idempotencyKeyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new HoldfastError({
    code: 'idempotency.key-malformed',
    kind: 'invalid',
    message: 'Idempotency-Key must be 1 to 255 visible ASCII characters',
    hint: 'A random UUID is a good one.',
  });
}
