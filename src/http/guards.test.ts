import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCookie } from './auth/session-cookie.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { createHostRules, hostName, isHostAllowed, isOriginAllowed } from './host-guard.ts';
import { fillBucket, takeToken } from './token-bucket.ts';

describe('by which names a server may be called', () => {
  const loopback = createHostRules({
    listenHost: '127.0.0.1',
    externalUrl: 'https://ops.example:8443/x',
    allowedHosts: [],
  });
  const open = createHostRules({ listenHost: '0.0.0.0', externalUrl: null, allowedHosts: ['holdfast.corp.example'] });

  it.each([
    ['localhost:8080', true, true],
    ['127.0.0.1', true, true],
    ['[::1]:8080', true, true],
    ['OPS.example:8443', true, false],
    ['holdfast.corp.example', false, true],
    ['10.1.2.3:8080', false, true],
    ['[fd00::1]', false, true],
    ['holdfast', false, true],
    ['holdfast.default.svc', false, true],
    ['holdfast.default.svc.cluster.local:80', false, true],
    ['evil.example', false, false],
    ['127.0.0.1.evil.example', false, false],
    ['localhost.evil.example', false, false],
    ['evil.example#localhost', false, false],
    ['a@localhost', false, false],
    ['localhost:80:80', false, false],
    [undefined, false, false],
  ])('%s: %s on loopback, %s elsewhere', (host, onLoopback, elsewhere) => {
    expect([isHostAllowed(host, loopback), isHostAllowed(host, open)]).toEqual([onLoopback, elsewhere]);
  });

  it('reads a name or nothing, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = hostName(text);
        if (name !== null) expect(text.toLowerCase().startsWith(name)).toBe(true);
      }),
    );
  });

  it.each([
    [undefined, undefined, 'localhost:8080', true],
    ['http://localhost:8080', 'same-origin', 'localhost:8080', true],
    ['https://ops.example:8443', undefined, 'localhost:8080', true],
    ['https://box', undefined, 'box:443', true],
    ['http://localhost:3000', 'same-site', 'localhost:8080', false],
    ['http://localhost:8080', 'cross-site', 'localhost:8080', false],
    ['null', undefined, 'localhost:8080', false],
    ['', undefined, 'localhost:8080', false],
    ['https://evil.example', undefined, 'localhost:8080', false],
    ['chrome-extension://localhost:8080', undefined, 'localhost:8080', false],
  ])('a change from %s (%s) to %s: %s', (origin, fetchSite, host, allowed) => {
    expect(isOriginAllowed({ origin, fetchSite, host }, loopback)).toBe(allowed);
  });
});

describe('a token bucket', () => {
  it('never lets more through than its burst and its rate allow', () => {
    fc.assert(
      fc.property(
        fc.record({ perSecond: fc.integer({ min: 1, max: 1_000 }), burst: fc.integer({ min: 1, max: 50 }) }),
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 }),
        (limit, gapsMs) => {
          const bucket = fillBucket(limit, 0);
          let nowMs = 0;
          let taken = 0;
          for (const gapMs of gapsMs) {
            nowMs += gapMs;
            if (takeToken(bucket, limit, nowMs) === 0) taken += 1;
            expect(taken).toBeLessThanOrEqual(limit.burst + (nowMs * limit.perSecond) / 1_000 + 1e-6);
          }
        },
      ),
    );
  });

  it('takes the next one after as long as it said', () => {
    fc.assert(
      fc.property(
        fc.record({ perSecond: fc.integer({ min: 1, max: 1_000 }), burst: fc.integer({ min: 1, max: 5 }) }),
        (limit) => {
          const bucket = fillBucket(limit, 0);
          let waitMs = 0;
          while (waitMs === 0) waitMs = takeToken(bucket, limit, 0);
          expect(takeToken(bucket, limit, waitMs)).toBe(0);
        },
      ),
    );
  });
});

it('a cursor gives back the place it was made of, and anything else is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), fc.string(), (text, n, noise) => {
      expect(decodeCursor(encodeCursor(text), 'string')).toBe(text);
      expect(decodeCursor(encodeCursor(n), 'number')).toBe(n);
      expect(() => decodeCursor(encodeCursor(text), 'number')).toThrow('cursor');
      expect(() => decodeCursor(`!${noise}`, 'number')).toThrow('cursor');
    }),
  );
});

it('reads a cookie among others', () => {
  expect(readCookie('a=1; holdfast=x=y ; b=2', 'holdfast')).toBe('x=y');
  expect(readCookie('xholdfast=1; holdfast2=2', 'holdfast')).toBeNull();
  expect(readCookie(undefined, 'holdfast')).toBeNull();
});
