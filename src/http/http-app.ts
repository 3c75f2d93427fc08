import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { KeyRole, Principal } from '../contract/identity.ts';
import type { Credential } from '../platform/identity/credential.ts';
import type { RouteRecord } from './route-table.ts';

/** The server as routes see it: bodies, queries, parameters and answers are typed by their zod schemas. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Who may call a route: anybody, or callers whose role includes this one. */
export type Access = 'public' | KeyRole;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Required: a route without it is refused when it is registered. */
    access?: Access;
    /** One line for the API documentation. Required unless `hidden`. */
    summary?: string;
    description?: string;
    /** Left out of the API documentation (pages, assets). */
    hidden?: boolean;
    /** Asked by the machines that watch this one (health, metrics): never rate-limited, by whatever host name. */
    probe?: boolean;
    /** What other machines send by themselves, in bursts when things break: not rate-limited. */
    intake?: boolean;
    /** It takes an `Idempotency-Key` (it answers through `runIdempotent`). */
    idempotent?: boolean;
    /** Media types of a success answer that is not JSON, with what they hold. */
    produces?: Record<string, string>;
  }
  interface FastifyRequest {
    /** Who is asking; null on public routes, which do not ask. */
    principal: Principal | null;
    credential: Credential | null;
  }
  interface FastifyInstance {
    /** Every registered route, for the API documentation and for "method not allowed". */
    routeTable: readonly RouteRecord[];
  }
}
