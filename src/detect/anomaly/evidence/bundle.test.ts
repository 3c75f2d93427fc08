import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateLog } from '../../../../test/harness/generate-log.ts';
import { createSigningKeys, signBytes } from '../../../platform/identity/signing-keys.ts';
import { canonicalJson } from '../../../platform/json/canonical-json.ts';
import { LogDetector } from '../log-detector.ts';
import { checkEvidence, makeEvidence } from './bundle.ts';

const keys = createSigningKeys();
let bundle: Buffer;
let verdict: unknown;

beforeAll(() => {
  const detector = new LogDetector({ tableBits: 15 });
  for (const { line } of generateLog({ seed: 3, events: 600 })) detector.judge(line);
  const event = Buffer.from('2023-11-14T22:14:20.000Z INFO [gateway-1] the roof is on fire');
  bundle = Buffer.from(makeEvidence(detector, event, 'gateway', keys));
  // Made before the event is learned: what follows does not change what was proven.
  verdict = detector.judge(event, 'always');
});

describe('an evidence bundle', () => {
  it('is judged again, with the same verdict and reasons', () => {
    const check = checkEvidence(bundle, keys.publicKey);
    expect(check).toMatchObject({ ok: true, statement: { source: 'gateway', verdict } });
  });

  it('is refused when any byte was changed', () => {
    const perRun = 1000;
    fc.assert(
      fc.property(fc.nat({ max: bundle.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const changed = Buffer.from(bundle);
        changed[place]! ^= change;
        expect(checkEvidence(changed, keys.publicKey).ok).toBe(false);
      }),
      { numRuns: perRun },
    );
  });

  it('of the first format is still read', () => {
    const first = resigned(({ judged, ...rest }) => ({
      ...rest,
      formatVersion: 1,
      event: (judged as { event: string }).event,
    }));
    expect(checkEvidence(first, keys.publicKey)).toMatchObject({
      ok: true,
      statement: { judged: { what: 'event' }, verdict },
    });
  });

  it('is refused when it is about nothing that is judged', () => {
    for (const judged of [null, {}, { what: 'toString' }, { what: 'span' }, { what: 'window', n: 1, events: [] }])
      expect(
        checkEvidence(
          resigned((it) => ({ ...it, judged })),
          keys.publicKey,
        ).ok,
      ).toBe(false);
  });

  it('is refused when it was cut, grew, or is spaced otherwise', () => {
    for (const other of [
      bundle.subarray(0, bundle.length - 1),
      Buffer.concat([bundle, Buffer.from('\n')]),
      Buffer.from(JSON.stringify(JSON.parse(bundle.toString()), null, 1)),
      Buffer.alloc(0),
      Buffer.from('null'),
      Buffer.from('[]'),
    ])
      expect(checkEvidence(other, keys.publicKey).ok).toBe(false);
  });

  it('is not trusted for being signed, only for being signed with the key one trusts', () => {
    expect(checkEvidence(bundle, createSigningKeys().publicKey)).toMatchObject({
      ok: false,
      problem: 'not-signed-by-key',
    });
  });

  it('is refused when what it says is not what its model says, though the key signed it', () => {
    expect(
      checkEvidence(
        resigned((it) => ({ ...it, verdict: { ...it.verdict, score: 1 } })),
        keys.publicKey,
      ),
    ).toMatchObject({ ok: false, problem: 'other-verdict' });
    expect(
      checkEvidence(
        resigned((it) => ({ ...it, engineVersion: 0 })),
        keys.publicKey,
      ),
    ).toMatchObject({
      ok: false,
      problem: 'other-engine',
    });
    expect(
      checkEvidence(
        resigned((it) => ({ ...it, snapshotSha256: '0'.repeat(64) })),
        keys.publicKey,
      ),
    ).toMatchObject({ ok: false, problem: 'bad-snapshot' });
    expect(
      checkEvidence(
        resigned((it) => ({ ...it, snapshot: 'AAAA' })),
        keys.publicKey,
      ),
    ).toMatchObject({
      ok: false,
      problem: 'bad-snapshot',
    });
  });
});

type Statement = { verdict: object; [key: string]: unknown };

function resigned(change: (statement: Statement) => Statement): Buffer {
  const { signature: _old, ...statement } = JSON.parse(bundle.toString()) as Statement & { signature: string };
  const changed = change(statement);
  const signature = signBytes(Buffer.from(canonicalJson(changed)), keys.privateKey);
  return Buffer.from(`${canonicalJson({ ...changed, signature })}\n`);
}
