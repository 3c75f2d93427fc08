import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { createTokenVerifier, type TokenRules } from './token-verifier.ts';

const SECRET = 'a secret of tests that is long enough';
const RULES: TokenRules = {
  issuer: 'https://issuer.test',
  audience: 'holdfast',
  secret: SECRET,
  jwksFile: null,
  jwksUrl: null,
  role: 'sender',
  roleClaim: null,
  roles: {},
};
const key = (secret: string) => new TextEncoder().encode(secret);
const sign = (
  claims: JWTPayload,
  by: { alg?: string; key?: Uint8Array | KeyObject; kid?: string; ends?: string | number } = {},
) =>
  new SignJWT({ sub: 'collector', ...claims })
    .setProtectedHeader({ alg: by.alg ?? 'HS256', ...(by.kid ? { kid: by.kid } : {}) })
    .setIssuer(String(claims.iss ?? RULES.issuer))
    .setAudience((claims.aud as string | undefined) ?? RULES.audience)
    .setExpirationTime(by.ends ?? '5m')
    .sign(by.key ?? key(SECRET));
const verify = (token: string, rules: Partial<TokenRules> = {}) =>
  createTokenVerifier({ ...RULES, ...rules }, systemClock)(token);

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let folder: string;
let jwks: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-tokens-'));
  jwks = JSON.stringify({
    keys: [
      { ...(await exportJWK(rsa.publicKey)), kid: 'one', alg: 'RS256' },
      { ...(await exportJWK(ec.publicKey)), kid: 'two', alg: 'ES256' },
    ],
  });
  writeFileSync(join(folder, 'jwks.json'), jwks);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const byFile = (): Partial<TokenRules> => ({ secret: null, jwksFile: join(folder, 'jwks.json') });

describe('a signed token', () => {
  it('stands for the program its subject names, until it ends', async () => {
    const found = await verify(await sign({}));
    expect(found).toMatchObject({
      kind: 'accepted',
      principal: { actor: 'token:collector', person: 'token:collector', userId: null, role: 'sender' },
    });
  });

  it('is verified by the keys of a file, and of an address', async () => {
    for (const [alg, kid, pair] of [
      ['RS256', 'one', rsa],
      ['ES256', 'two', ec],
    ] as const) {
      const token = await sign({}, { alg, kid, key: pair.privateKey });
      expect(await verify(token, byFile())).toMatchObject({ kind: 'accepted' });
    }
    const issuer = createServer((_request, response) => response.end(jwks));
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`;
    const token = await sign({}, { alg: 'ES256', kid: 'two', key: ec.privateKey });
    expect(await verify(token, { secret: null, jwksUrl })).toMatchObject({ kind: 'accepted' });
    await new Promise((resolve) => issuer.close(resolve));
    expect(await verify(token, { secret: null, jwksUrl })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('the keys of its issuer cannot be read'),
    });
  });

  it.each([
    ['another secret', () => sign({}, { key: key('another secret that is just as long') }), /signature/],
    ['another issuer', () => sign({ iss: 'https://elsewhere.test' }), /claim iss/],
    ['another audience', () => sign({ aud: 'another' }), /claim aud/],
    ['no subject', () => sign({ sub: undefined as unknown as string }), /no claim sub/],
    ['a subject that is no name', () => sign({ sub: 'a\nb' }), /subject/],
    ['another algorithm', () => sign({}, { alg: 'HS384', key: key(SECRET.repeat(2)) }), /algorithm/],
    ['no signature', async () => `${new UnsecuredJWT({ sub: 'x' }).encode()}x`, /algorithm|signature|signed/],
    [
      'no end',
      () =>
        new SignJWT({ sub: 'a' })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer(RULES.issuer)
          .setAudience('holdfast')
          .sign(key(SECRET)),
      /claim exp/,
    ],
    ['nonsense', async () => 'a.b.c', /not a signed token/],
  ])('with %s is refused, and why is said', async (_what, make, why) => {
    expect(await verify(await make())).toMatchObject({
      kind: 'refused',
      reason: 'unknown',
      why: expect.stringMatching(why),
    });
  });

  it('that has ended is refused with when it ended', async () => {
    const ended = Math.floor(Date.now() / 1_000) - 60;
    expect(await verify(await sign({}, { ends: ended }))).toEqual({
      kind: 'refused',
      reason: 'expired',
      at: new Date(ended * 1_000),
    });
  });

  it('signed with the text of a public key as if it were a secret is refused', async () => {
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const token = await sign({}, { alg: 'HS256', kid: 'one', key: key(pem) });
    expect(await verify(token, byFile())).toMatchObject({ kind: 'refused', why: expect.stringMatching(/algorithm/) });
  });

  it('has the role that its claim gives, the one that may most, and none without', async () => {
    const rules = {
      role: null,
      roleClaim: 'scope',
      roles: { 'telemetry.write': 'sender', 'runs.start': 'operator' },
    } as const;
    const roleOf = async (scope: unknown) => verify(await sign({ scope }), rules);
    expect(await roleOf('openid telemetry.write')).toMatchObject({ principal: { role: 'sender' } });
    expect(await roleOf(['runs.start', 'telemetry.write'])).toMatchObject({ principal: { role: 'operator' } });
    for (const scope of ['openid', '', 7, null, 'constructor'])
      expect(await roleOf(scope)).toMatchObject({ kind: 'refused', why: 'its claim scope gives it no role here' });
  });
});
