import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { verifyWebhook } from '../../platform/resilience/webhook-signature.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { claimIdempotencyKey, findStoredAnswer, storeAnswer } from '../idempotency-store.ts';

const LARGEST_BODY_BYTES = 1_048_576;

export type HookRouteDeps = HttpDeps & {
  /** The key of a hook of the configuration; null when there is none of this name. */
  hookSecret(name: string): string | null;
  /** Starts every procedure that this hook triggers. */
  startHooked(tx: Tx, hook: { name: string; body: unknown; at: Date }): Promise<HookAnswer>;
};

const hookAnswerSchema = z
  .object({
    runs: z.array(z.string()),
    problems: z.array(z.object({ runbook: z.string(), problem: z.string() })),
  })
  .meta({ id: 'HookAnswer' });
export type HookAnswer = z.infer<typeof hookAnswerSchema>;

/** Requests of other programs that start runbooks. They show who they are by a signature, not by an account. */
export async function registerHookRoutes(server: HttpApp, deps: HookRouteDeps): Promise<void> {
  await server.register(async (app: HttpApp) => {
    // The signature is over the bytes as they came.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LARGEST_BODY_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    app.post(
      '/hooks/runbooks/:name',
      {
        config: {
          access: 'public',
          summary: 'Start the runbooks that a webhook triggers',
          description:
            'Signed with the hook’s key: `Holdfast-Signature`, `X-Hub-Signature-256`, `X-Gitlab-Token` or `Authorization: Bearer`. A delivery that is repeated with its id (`Idempotency-Key`, `X-GitHub-Delivery`, `X-Gitlab-Event-UUID`) starts nothing twice.',
        },
        schema: { params: z.object({ name: z.string().max(64) }), response: { 202: hookAnswerSchema } },
      },
      async (request, reply) => {
        const { name } = request.params;
        const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        assertSigned(request, deps.hookSecret(name), raw, deps.clock.now());
        const body = parseBody(raw);
        const delivery = deliveryOf(request);
        const sha256 = createHash('sha256').update(raw).digest('hex');
        const answer = await deps.database.transact(async (tx): Promise<HookAnswer> => {
          const scope = delivery && { caller: `hook:${name}`, route: 'POST /hooks/runbooks', key: delivery };
          if (scope && !(await claimIdempotencyKey(tx, scope))) throw inFlight(delivery);
          const stored = scope ? await findStoredAnswer(tx, scope) : null;
          if (stored) return stored.response as HookAnswer;
          const started = await deps.startHooked(tx, { name, body, at: deps.clock.now() });
          if (scope) await storeAnswer(tx, scope, { bodySha256: sha256, status: 202, response: started });
          return started;
        });
        for (const topic of ['outbox', 'runs'] as const) deps.wakeups.kick(topic);
        reply.code(202);
        return answer;
      },
    );
  });
}

function assertSigned(request: FastifyRequest, secret: string | null, body: Buffer, now: Date): void {
  // A name nobody configured takes the same way as a wrong signature, so that names cannot be found out.
  const key = secret ?? 'no such hook';
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : '';
  };
  const isSame = (given: string, expected: string) => timingSafeEqual(digest(given), digest(expected));
  const hub = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
  const signed =
    verifyWebhook(key, body.toString('utf8'), header('holdfast-signature'), Math.floor(now.getTime() / 1_000)) ||
    isSame(header('x-hub-signature-256'), hub) ||
    isSame(header('x-gitlab-token'), key) ||
    isSame(header('authorization'), `Bearer ${key}`);
  if (signed && secret !== null) return;
  throw new HoldfastError({
    code: 'auth.hook-unsigned',
    kind: 'denied',
    message: 'no hook of this name has this signature',
    hint: 'Sign the body with the key of the hook: see docs/runbooks.md, "Webhooks".',
  });
}

const digest = (text: string) => createHash('sha256').update(text).digest();

function parseBody(raw: Buffer): unknown {
  if (raw.length === 0) return {};
  try {
    return JSON.parse(raw.toString('utf8')) as unknown;
  } catch {
    throw new HoldfastError({
      code: 'hook.not-json',
      kind: 'invalid',
      message: 'the body is not JSON',
      hint: 'Send application/json; a body is not required.',
    });
  }
}

function deliveryOf(request: FastifyRequest): string | null {
  for (const name of ['idempotency-key', 'x-github-delivery', 'x-gitlab-event-uuid']) {
    const value = request.headers[name];
    if (typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value)) return value;
  }
  return null;
}

function inFlight(delivery: string | null): HoldfastError {
  return new HoldfastError({
    code: 'idempotency.in-flight',
    kind: 'conflict',
    message: `delivery ${delivery} is being answered right now`,
    retryable: true,
  });
}
