import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import type { Resolution } from './credential.ts';
import { type KeyRole, lesserRole } from './principal.ts';

/** Clocks of issuers and ours differ by this much. */
const TOLERANCE_SECONDS = 30;
/** Keys of an issuer are asked for again after so long, and at once for a key nobody knows, but not more often than the other. */
const KEYS_KEPT_MS = 600_000;
const KEYS_ASKED_EVERY_MS = 30_000;
const KEYS_LIMIT_MS = 5_000;
const SUBJECT = /^[^\p{C}]{1,200}$/u;

/** Tokens of programs, signed by somebody we believe. */
export type TokenRules = {
  issuer: string;
  audience: string;
  /** One of the three. */
  secret: string | null;
  jwksFile: string | null;
  jwksUrl: string | null;
  /** Of every token; null where only the claim gives one. */
  role: KeyRole | null;
  roleClaim: string | null;
  /** What a value of the claim stands for. */
  roles: Readonly<Record<string, KeyRole>>;
};

export type TokenVerifier = (token: string) => Promise<Resolution>;

/**
 * Says whom a token (JWT, RFC 7519) stands for: a program, named by its subject. Nothing is remembered of it, and it
 * cannot be revoked: it ends by its own time.
 */
export function createTokenVerifier(rules: TokenRules, clock: Clock): TokenVerifier {
  const algorithms = rules.secret === null ? ['RS256', 'ES256'] : ['HS256'];
  const findKey = keysOf(rules);
  return async (token) => {
    try {
      const key = await findKey();
      const options = {
        issuer: rules.issuer,
        audience: rules.audience,
        algorithms,
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'sub'],
        currentDate: clock.now(),
      };
      const { payload } = await (key instanceof Uint8Array
        ? jwtVerify(token, key, options)
        : jwtVerify(token, key, options));
      return accept(payload, rules);
    } catch (thrown) {
      if (thrown instanceof errors.JWTExpired)
        return { kind: 'refused', reason: 'expired', at: new Date((thrown.payload.exp ?? 0) * 1_000) };
      return { kind: 'refused', reason: 'unknown', at: null, why: reasonOf(thrown) };
    }
  };
}

function accept(payload: JWTPayload, rules: TokenRules): Resolution {
  const subject = payload.sub ?? '';
  if (!SUBJECT.test(subject))
    return { kind: 'refused', reason: 'unknown', at: null, why: 'its subject is no name of at most 200 characters' };
  const given = rules.roleClaim === null ? [] : valuesOf(payload[rules.roleClaim]);
  const roles = given.flatMap((value) => (Object.hasOwn(rules.roles, value) ? [rules.roles[value]!] : []));
  if (rules.role) roles.push(rules.role);
  // The one that may most.
  const role = roles.reduce<KeyRole | null>(
    (most, each) => (most === null || lesserRole(most, each) === most ? each : most),
    null,
  );
  if (role === null)
    return { kind: 'refused', reason: 'unknown', at: null, why: `its claim ${rules.roleClaim} gives it no role here` };
  const actor = `token:${subject}`;
  return {
    kind: 'accepted',
    principal: { actor, person: actor, userId: null, name: subject, role },
    expiresAt: new Date(((payload.exp ?? 0) + TOLERANCE_SECONDS) * 1_000),
  };
}

/** A text of words, as scopes are, or a list. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((each) => typeof each === 'string') : [];
}

function keysOf({ secret, jwksFile, jwksUrl }: TokenRules) {
  if (secret !== null) {
    const key = new TextEncoder().encode(secret);
    return async () => key;
  }
  if (jwksUrl !== null) {
    const keys = createRemoteJWKSet(new URL(jwksUrl), {
      cacheMaxAge: KEYS_KEPT_MS,
      cooldownDuration: KEYS_ASKED_EVERY_MS,
      timeoutDuration: KEYS_LIMIT_MS,
    });
    return async () => keys;
  }
  // A file that was replaced counts from the next token on.
  let read: { text: string; keys: ReturnType<typeof createLocalJWKSet> } | null = null;
  return async () => {
    const text = await readFile(jwksFile ?? '', 'utf8');
    if (read?.text !== text) read = { text, keys: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet) };
    return read.keys;
  };
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof errors.JWTClaimValidationFailed)
    return thrown.reason === 'missing'
      ? `it has no claim ${thrown.claim}`
      : `its claim ${thrown.claim} is not as it must be`;
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not of a key known here';
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'it is signed by a key that is not known here';
  if (thrown instanceof errors.JOSEAlgNotAllowed) return 'it is signed by an algorithm that is not accepted here';
  if (thrown instanceof errors.JWSInvalid || thrown instanceof errors.JWTInvalid) return 'it is not a signed token';
  if (thrown instanceof errors.JWKSTimeout) return `the keys of its issuer did not come within ${KEYS_LIMIT_MS} ms`;
  return `the keys of its issuer cannot be read: ${messageOf(thrown)}`;
}
