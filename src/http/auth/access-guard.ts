import type { FastifyRequest } from 'fastify';
import { type Principal, roleCovers } from '../../contract/identity.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { CredentialResolver } from '../../platform/identity/credential-resolver.ts';
import type { HttpApp } from '../http-app.ts';
import { assertNotForged, readCredential, resolveOrRefuse } from './authenticate.ts';

/** Before each request that is not public: who is it, was it forged, is the role enough. */
export function installAccessGuard(
  app: HttpApp,
  deps: { resolver: CredentialResolver },
  options: { secureCookie: boolean; noAuth: boolean },
): void {
  app.decorateRequest('principal', null);
  app.decorateRequest('credential', null);
  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const needed = request.routeOptions.config.access;
    if (needed === 'public') return;
    const credential = readCredential(request, options);
    const { principal } = await resolveOrRefuse(deps.resolver, credential);
    if (credential) assertNotForged(request, credential);
    request.credential = credential;
    request.principal = principal;
    if (needed === undefined || !roleCovers(principal.role, needed)) {
      throw new HoldfastError({
        code: 'access.denied',
        kind: 'denied',
        message: `${principal.name} has the role ${principal.role}; this needs ${needed ?? 'a role nobody has'}`,
        hint: 'Ask an administrator for the role, or somebody who has it to do this.',
      });
    }
  });
}

/** Who is asking, on a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) {
    throw new HoldfastError({
      code: 'internal',
      kind: 'bug',
      message: `${request.url} asked for the caller of a public route`,
    });
  }
  return request.principal;
}
