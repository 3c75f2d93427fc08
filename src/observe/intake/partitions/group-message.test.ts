import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeGroup, encodeGroup } from './group-message.ts';
import { partitionOf } from './partition-of.ts';

const group = fc.record({
  service: fc.string({ minLength: 1, unit: 'binary' }).map((text) => text.toWellFormed()),
  kind: fc.constantFrom('logs' as const, 'metrics' as const, 'traces' as const),
  count: fc.nat(),
  redacted: fc.nat(),
  sampledOut: fc.nat(),
  bytes: fc.nat(),
  body: fc.uint8Array(),
});

describe('a message of records', () => {
  it('says the same at the other end', () => {
    fc.assert(
      fc.property(group, fc.integer({ min: 0, max: 4_000_000_000_000 }), (sent, at) => {
        expect(decodeGroup(encodeGroup({ group: sent, at }))).toEqual({ group: sent, at });
      }),
    );
  });

  it('that is not one is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => decodeGroup(bytes)).toThrow(RangeError);
      }),
    );
    const whole = encodeGroup({
      group: { service: 'a', kind: 'logs', count: 1, redacted: 0, sampledOut: 0, bytes: 3, body: Uint8Array.of(1) },
      at: 1,
    });
    for (let length = 0; length < whole.length - 1; length += 1)
      expect(() => decodeGroup(whole.subarray(0, length))).toThrow(RangeError);
  });

  it('goes through the partition of its stream, and streams spread over all of them', () => {
    const counts = Array.from({ length: 8 }, () => 0);
    for (let index = 0; index < 4_000; index += 1) {
      const partition = partitionOf({ service: `service-${index}`, kind: 'logs' }, 8);
      expect(partitionOf({ service: `service-${index}`, kind: 'logs' }, 8)).toBe(partition);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(400);
  });
});
