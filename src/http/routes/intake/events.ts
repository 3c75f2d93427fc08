import { z } from 'zod';
import { type Heartbeat, UnreadableEvent } from '../../../observe/intake/index.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import type { Principal } from '../../../platform/identity/principal.ts';
import { principalOf } from '../../auth/access-guard.ts';
import type { HttpApp } from '../../http-app.ts';
import type { HttpDeps } from '../../http-deps.ts';

/** What the intake does with what it read: composed in app, where alerts are. */
export type EventIntake = {
  /** @returns the key the event has from now on @throws UnreadableEvent */
  takePagerdutyEvent(body: unknown, sender: Pick<Principal, 'actor' | 'name'>): Promise<string>;
  /** @returns how many alerts were taken @throws UnreadableEvent */
  takeAlertmanagerWebhook(body: unknown): Promise<number>;
  /** @throws UnreadableEvent; HoldfastError missing when there is no mapping of this name */
  takeMappedEvents(name: string, body: unknown, sender: Pick<Principal, 'name'>): Promise<number>;
  beat(beat: { name: string; everyMs: number; graceMs: number; labels: Record<string, string> }): Promise<void>;
  listHeartbeats(): Promise<Heartbeat[]>;
  removeHeartbeat(name: string): Promise<boolean>;
};

const LARGEST_BODY_BYTES = 8 * 1024 * 1024;
/** PagerDuty's own limit for one event. */
const LARGEST_EVENT_BYTES = 512 * 1024;
const NAME = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/, 'letters, digits, dot, dash and underscore');
const durationSchema = z
  .string()
  .regex(/^\d{1,7}(?:s|m|h|d)$/, 'a duration such as 90s, 5m, 1h or 1d')
  .transform((text) => Number.parseInt(text, 10) * (UNITS_MS[text.at(-1) ?? ''] ?? 0));
const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const heartbeatSchema = z
  .object({
    name: z.string(),
    everyMs: z.int(),
    graceMs: z.int(),
    lastAt: z.string(),
    state: z.enum(['alive', 'missed']),
    labels: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Heartbeat' });

/** Events of other programs, which become alerts: PagerDuty’s API, Alertmanager’s webhook, any JSON, signs of life. */
export async function registerEventRoutes(
  server: HttpApp,
  deps: HttpDeps & { intake: EventIntake; resolveKey: (token: string) => Promise<Principal | null> },
): Promise<void> {
  const { intake } = deps;
  server.post(
    '/v2/enqueue',
    {
      bodyLimit: LARGEST_EVENT_BYTES,
      config: {
        // The routing key in the body is the credential.
        access: 'public',
        intake: true,
        summary: 'Send an event, as to PagerDuty',
        description:
          'Events API v2: trigger, acknowledge, resolve. The routing key is an API key with the role sender.',
      },
    },
    async (request, reply) => {
      const routingKey = (request.body as { routing_key?: unknown } | null)?.routing_key;
      const refuse = (errors: readonly string[]) =>
        reply.code(400).send({ status: 'invalid event', message: 'Event object is invalid', errors });
      try {
        const sender = typeof routingKey === 'string' && routingKey !== '' ? await deps.resolveKey(routingKey) : null;
        if (!sender && typeof routingKey === 'string' && routingKey !== '')
          return refuse(["'routing_key' is no API key that may send"]);
        const dedupKey = await intake.takePagerdutyEvent(request.body, sender ?? { actor: 'nobody', name: 'nobody' });
        return reply.code(202).send({ status: 'success', message: 'Event processed', dedup_key: dedupKey });
      } catch (thrown) {
        if (thrown instanceof UnreadableEvent) return refuse(thrown.errors);
        throw thrown;
      }
    },
  );
  server.post(
    '/hooks/alertmanager',
    {
      bodyLimit: LARGEST_BODY_BYTES,
      config: {
        access: 'sender',
        intake: true,
        summary: 'Take what a real Alertmanager notifies (webhook)',
        description: 'For an Alertmanager that stays in front: point one of its webhook receivers here.',
      },
      schema: { response: { 200: z.object({ alerts: z.int() }) } },
    },
    (request) => readable(async () => ({ alerts: await intake.takeAlertmanagerWebhook(request.body) })),
  );
  server.post(
    '/hooks/events/:name',
    {
      bodyLimit: LARGEST_BODY_BYTES,
      config: {
        access: 'sender',
        intake: true,
        summary: 'Take JSON of any shape, by a mapping of the configuration',
      },
      schema: { params: z.object({ name: NAME }), response: { 200: z.object({ alerts: z.int() }) } },
    },
    (request) =>
      readable(async () => ({
        alerts: await intake.takeMappedEvents(request.params.name, request.body, principalOf(request)),
      })),
  );
  server.get(
    '/api/v1/heartbeats',
    {
      config: { access: 'viewer', summary: 'What must be heard of, and when it was' },
      schema: { response: { 200: z.object({ items: z.array(heartbeatSchema), next: z.null() }) } },
    },
    async () => ({
      items: (await intake.listHeartbeats()).map((each) => ({
        name: each.name,
        everyMs: each.everyMs,
        graceMs: each.graceMs,
        lastAt: new Date(each.lastAtMs).toISOString(),
        state: each.missed ? ('missed' as const) : ('alive' as const),
        labels: each.labels,
      })),
      next: null,
    }),
  );
  server.post(
    '/api/v1/heartbeats/:name',
    {
      config: {
        access: 'sender',
        intake: true,
        summary: 'Give a sign of life',
        description:
          'The first one begins the watch: when none comes for `every` and `grace`, the alert HeartbeatMissed fires until the next.',
      },
      schema: {
        params: z.object({ name: NAME }),
        querystring: z.object({
          every: durationSchema.default(5 * 60_000),
          grace: durationSchema.default(30_000),
          severity: z.string().max(64).default('critical'),
        }),
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { every, grace, severity } = request.query;
      if (every < 1_000)
        throw new HoldfastError({ code: 'heartbeat.too-often', kind: 'invalid', message: 'every is at least 1s' });
      await intake.beat({ name: request.params.name, everyMs: every, graceMs: grace, labels: { severity } });
      reply.code(204);
    },
  );
  server.delete(
    '/api/v1/heartbeats/:name',
    {
      config: { access: 'operator', summary: 'Watch for a sign of life no longer' },
      schema: { params: z.object({ name: NAME }), response: { 204: z.void() } },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!(await intake.removeHeartbeat(name)))
        throw new HoldfastError({ code: 'heartbeat.missing', kind: 'missing', message: `no heartbeat ${name}` });
      reply.code(204);
    },
  );
}

async function readable<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof UnreadableEvent)) throw thrown;
    throw new HoldfastError({ code: 'intake.unreadable', kind: 'invalid', message: thrown.message, cause: thrown });
  }
}
