import type { FastifyRequest } from 'fastify';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { Credential, Resolution } from '../../platform/identity/credential.ts';
import type { CredentialResolver } from '../../platform/identity/credential-resolver.ts';
import { credentialOfKey, readBearer } from '../../platform/identity/read-bearer.ts';
import { hashToken } from '../../platform/identity/secret-token.ts';
import { readCookie, sessionCookieName } from './session-cookie.ts';

/** A page of another site cannot set a header of its own without asking first (CORS), and we never allow it. */
export const CSRF_HEADER = 'x-holdfast-request';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What the request shows: a key as bearer token or Basic password first, else the session cookie, else nothing.
 * @throws HoldfastError `auth.malformed` for an Authorization header of another form
 */
export function readCredential(
  request: FastifyRequest,
  options: { secureCookie: boolean; noAuth: boolean },
): Credential | null {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const shown = readBearer(authorization) ?? credentialOfKey(readBasicPassword(authorization) ?? '');
    if (shown) return shown;
    throw new HoldfastError({
      code: 'auth.malformed',
      kind: 'denied',
      message: 'the Authorization header is neither "Bearer" and a key nor "Basic" with a key as password',
      hint: 'Send Authorization: Bearer hf_… with an API key.',
    });
  }
  if (options.noAuth) return { kind: 'no-auth', sha256: '' };
  const cookie = readCookie(request.headers.cookie, sessionCookieName(options.secureCookie));
  return cookie ? { kind: 'session', sha256: hashToken(cookie) } : null;
}

/** Programs that know Basic only (Prometheus, amtool) send a key as its password; the name does not matter. */
function readBasicPassword(authorization: string): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]{1,2000})$/i.exec(authorization)?.[1];
  const password =
    encoded &&
    Buffer.from(encoded, 'base64')
      .toString('utf8')
      .replace(/^[^:]*:/, '');
  return password || undefined;
}

/**
 * A browser sends cookies (and reaches a `--no-auth` server) by itself, whoever wrote the page. So a change made that
 * way must carry our header besides the Origin check, which every request passes before.
 */
export function assertNotForged(request: FastifyRequest, credential: Credential): void {
  const ambient = credential.kind === 'session' || credential.kind === 'no-auth';
  if (!ambient || SAFE_METHODS.has(request.method) || request.headers[CSRF_HEADER] !== undefined) return;
  // Programs (curl, scripts) send none of the headers by which browsers tell where a request comes from.
  if (
    credential.kind === 'no-auth' &&
    request.headers.origin === undefined &&
    request.headers['sec-fetch-site'] === undefined
  )
    return;
  throw new HoldfastError({
    code: 'csrf.header-missing',
    kind: 'denied',
    message: `a change made with a session cookie needs the header ${CSRF_HEADER}`,
    hint: `Add "${CSRF_HEADER}: 1", or use an API key.`,
  });
}

/** Asks whom the credential stands for. @throws HoldfastError `auth.*`, which becomes 401 */
export async function resolveOrRefuse(resolver: CredentialResolver, credential: Credential | null): Promise<Accepted> {
  if (credential === null) {
    throw new HoldfastError({
      code: 'auth.required',
      kind: 'denied',
      message: 'this needs a session or an API key',
      hint: 'Sign in, or send Authorization: Bearer hf_… with an API key.',
    });
  }
  const resolution = await resolver.resolve(credential);
  if (resolution.kind === 'accepted') return resolution;
  throw refusal(credential, resolution);
}

type Accepted = Extract<Resolution, { kind: 'accepted' }>;
type Refused = Extract<Resolution, { kind: 'refused' }>;

const HINT_BY_KIND: Record<Credential['kind'], string> = {
  session: 'Sign in again.',
  key: 'Use another key; an administrator makes them under Settings or with `holdfast key create`.',
  cli: 'Start the command again: the token changes with each start of the server.',
  'no-auth': '',
  token: 'Ask its issuer for another one; which are accepted is said below `tokens` in the configuration.',
};

const WHAT_BY_KIND: Record<Credential['kind'], string> = {
  session: 'session',
  key: 'API key',
  cli: 'API key',
  'no-auth': 'API key',
  token: 'token',
};

function refusal(credential: Credential, refused: Refused): HoldfastError {
  const { reason, at } = refused;
  const what = WHAT_BY_KIND[credential.kind];
  const message = {
    unknown:
      'why' in refused && refused.why ? `this ${what} is not accepted: ${refused.why}` : `this ${what} is not known`,
    disabled: 'this account is disabled',
    expired: `this ${what} expired at ${at?.toISOString()}`,
    revoked: `this ${what} was revoked at ${at?.toISOString()}`,
  }[reason];
  return new HoldfastError({ code: `auth.${reason}`, kind: 'denied', message, hint: HINT_BY_KIND[credential.kind] });
}
