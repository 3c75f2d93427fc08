import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  changePasswordSchema,
  inspectedLinkSchema,
  inspectLinkSchema,
  type Principal,
  roleSchema,
  type Session,
  sessionSchema,
  signInSchema,
  useLinkSchema,
} from '../../contract/identity.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { CredentialResolver } from '../../platform/identity/credential-resolver.ts';
import { changePassword, type SignedIn, signIn, signOut } from '../../platform/identity/sign-in.ts';
import { inspectLink, redeemLink } from '../../platform/identity/sign-in-links.ts';
import { countApprovers } from '../../platform/identity/user-store.ts';
import { principalOf } from '../auth/access-guard.ts';
import { serializeSessionCookie } from '../auth/session-cookie.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

/** Signing in and out, and who am I. */
export function registerSessionRoutes(app: HttpApp, deps: HttpDeps & { resolver: CredentialResolver }): void {
  const secure = deps.config.externalUrl?.startsWith('https:') ?? false;

  const describe = async (principal: Principal, by: Session['by'], expiresAt: Date | null): Promise<Session> => ({
    actor: principal.actor,
    userId: principal.userId,
    name: principal.name,
    // Who only sends cannot ask who it is.
    role: roleSchema.parse(principal.role),
    by,
    singleUser: (await countApprovers(deps.database.db, principal.userId)) === 0,
    expiresAt: expiresAt?.toISOString() ?? null,
  });
  const begin = async (reply: FastifyReply, { user, token, expiresAt }: SignedIn): Promise<Session> => {
    const maxAgeMs = expiresAt.getTime() - deps.clock.now().getTime();
    reply.header('set-cookie', serializeSessionCookie(token, { secure, maxAgeMs })).header('cache-control', 'no-store');
    return describe(
      { actor: `user:${user.name}`, person: `user:${user.name}`, userId: user.id, name: user.name, role: user.role },
      'session',
      expiresAt,
    );
  };

  app.get(
    '/api/v1/session',
    { config: { access: 'viewer', summary: 'Who am I' }, schema: { response: { 200: sessionSchema } } },
    async (request, reply) => {
      const credential = request.credential!;
      const resolution = await deps.resolver.resolve(credential);
      reply.header('cache-control', 'no-store');
      return describe(
        principalOf(request),
        credential.kind,
        resolution.kind === 'accepted' ? resolution.expiresAt : null,
      );
    },
  );

  app.post(
    '/api/v1/session',
    {
      config: {
        access: 'public',
        summary: 'Sign in with name and password',
        description:
          'Sets the session cookie. After 10 wrong attempts of a name from an address: 429 for up to 15 minutes.',
      },
      schema: { body: signInSchema, response: { 200: sessionSchema } },
    },
    async (request, reply) => {
      const { name, password } = request.body;
      return begin(reply, await signIn(deps, { name, password, address: request.ip }));
    },
  );

  app.post(
    '/api/v1/session/link',
    {
      config: {
        access: 'public',
        summary: 'Use a one-time sign-in link',
        description: 'Sets the password, ends all other sessions of the person and begins one.',
      },
      schema: { body: useLinkSchema, response: { 200: sessionSchema } },
    },
    async (request, reply) => begin(reply, await redeemLink(deps, { ...request.body, address: request.ip })),
  );

  app.post(
    '/api/v1/session/link/inspect',
    {
      config: { access: 'public', summary: 'Whom a sign-in link is for, without using it' },
      schema: { body: inspectLinkSchema, response: { 200: inspectedLinkSchema } },
    },
    async (request, reply) => {
      const { name, role, expiresAt } = await inspectLink(deps, request.body.token);
      reply.header('cache-control', 'no-store');
      return { name, role, expiresAt: expiresAt.toISOString() };
    },
  );

  app.put(
    '/api/v1/session/password',
    {
      config: {
        access: 'viewer',
        summary: 'Change the own password',
        description: 'Ends all other sessions of the person.',
      },
      schema: { body: changePasswordSchema, response: { 204: z.void() } },
    },
    async (request, reply) => {
      const { userId, name } = principalOf(request);
      if (userId === null || request.credential?.kind !== 'session') throw notASession();
      await changePassword(deps, { userId, name, ...request.body, keepSession: request.credential.sha256 });
      reply.code(204);
    },
  );

  app.delete(
    '/api/v1/session',
    { config: { access: 'viewer', summary: 'Sign out' }, schema: { response: { 204: z.void() } } },
    async (request, reply) => {
      if (request.credential?.kind !== 'session') throw notASession();
      await signOut(deps, { tokenSha256: request.credential.sha256, name: principalOf(request).name });
      reply.header('set-cookie', serializeSessionCookie('', { secure, maxAgeMs: 0 })).code(204);
    },
  );
}

function notASession(): HoldfastError {
  return new HoldfastError({
    code: 'session.none',
    kind: 'conflict',
    message: 'this was not asked by a signed-in person',
    hint: 'Keys are ended with DELETE /api/v1/keys/{id}.',
  });
}
