import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSnappy } from './snappy.ts';

/** Reads what the format's description says of literals. */
function decode(bytes: Uint8Array): Buffer {
  let at = 0;
  let length = 0;
  for (let shift = 1; ; shift *= 0x80) {
    const byte = bytes[at++] ?? 0;
    length += (byte & 0x7f) * shift;
    if (byte < 0x80) break;
  }
  const parts: Uint8Array[] = [];
  while (at < bytes.length) {
    const tag = bytes[at++] ?? 0;
    expect(tag & 3).toBe(0);
    let size = tag >> 2;
    if (size === 61) {
      size = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
      at += 2;
    }
    parts.push(bytes.subarray(at, at + size + 1));
    at += size + 1;
  }
  const decoded = Buffer.concat(parts);
  expect(decoded.length).toBe(length);
  return decoded;
}

describe('bytes in Snappy’s block format', () => {
  it.each([0, 1, 59, 60, 61, 127, 128, 255, 256, 65_535, 65_536, 65_537, 200_000])(
    'of %i bytes are read back',
    (size) => {
      const bytes = Buffer.alloc(size, 'holdfast');
      expect(decode(encodeSnappy(bytes)).equals(bytes)).toBe(true);
    },
  );

  it('are read back whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (given) => {
        const bytes = Buffer.from(given);
        expect(decode(encodeSnappy(bytes)).equals(bytes)).toBe(true);
      }),
    );
  });
});
