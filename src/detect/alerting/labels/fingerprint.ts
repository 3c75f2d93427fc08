import { type LabelSet, sortedNames } from './label-set.ts';

// FNV-1a, 64 bits, kept as four 16-bit limbs: BigInt is ten times slower, and this runs for every alert received.
const SEPARATOR = 255;
const encoder = new TextEncoder();
/** Reused: a fingerprint is computed in one go, and names and values are short. */
let scratch = new Uint8Array(1_024);

/**
 * Alertmanager's identity of a label set: FNV-1a over names and values in order of the names, each ended by a byte that
 * cannot be in UTF-8. Sixteen hexadecimal digits. Source: prometheus/common, model/signature.go.
 */
export function fingerprintOf(labels: LabelSet): string {
  return hashBytes(encodeLabels(labels));
}

function encodeLabels(labels: LabelSet): Uint8Array {
  let length = 0;
  for (const name of sortedNames(labels)) {
    for (const text of [name, labels[name] ?? '']) {
      // A UTF-16 unit takes at most three bytes.
      const needed = length + text.length * 3 + 1;
      if (needed > scratch.length) {
        const larger = new Uint8Array(Math.max(needed, scratch.length * 2));
        larger.set(scratch.subarray(0, length));
        scratch = larger;
      }
      length += encoder.encodeInto(text, scratch.subarray(length)).written;
      scratch[length] = SEPARATOR;
      length += 1;
    }
  }
  return scratch.subarray(0, length);
}

/** FNV-1a of 64 bits; the prime is 2^40 + 0x1b3. */
function hashBytes(bytes: Uint8Array): string {
  let h0 = 0x2325;
  let h1 = 0x8422;
  let h2 = 0x9ce4;
  let h3 = 0xcbf2;
  for (const byte of bytes) {
    h0 ^= byte;
    const p0 = h0 * 0x1b3;
    const p1 = h1 * 0x1b3;
    const p2 = h2 * 0x1b3 + (h0 << 8);
    const p3 = h3 * 0x1b3 + (h1 << 8);
    const c1 = p1 + (p0 >>> 16);
    const c2 = p2 + (c1 >>> 16);
    const c3 = p3 + (c2 >>> 16);
    h0 = p0 & 0xffff;
    h1 = c1 & 0xffff;
    h2 = c2 & 0xffff;
    h3 = c3 & 0xffff;
  }
  return [h3, h2, h1, h0].map((limb) => limb.toString(16).padStart(4, '0')).join('');
}
