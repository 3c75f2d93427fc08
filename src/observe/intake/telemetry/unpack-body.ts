import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { INTAKE_LIMITS } from './intake-limits.ts';
import { IntakeRefusal } from './intake-refusal.ts';

const UNPACKERS: Readonly<Record<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  zstd: zstdDecompressSync,
};

/**
 * A body as it was before `Content-Encoding`, never more than the limit.
 * @throws IntakeRefusal
 */
export function unpackBody(bytes: Uint8Array, encoding: string): Uint8Array {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return bytes;
  const unpack = UNPACKERS[name];
  if (!unpack)
    throw new IntakeRefusal('media-type', `Content-Encoding ${name.slice(0, 40)} is not known: gzip or zstd is`);
  try {
    return unpack(bytes, { maxOutputLength: INTAKE_LIMITS.unpackedBytes });
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new IntakeRefusal('too-large', `the body unpacks to more than ${INTAKE_LIMITS.unpackedBytes} bytes`);
    }
    throw new IntakeRefusal('invalid', `the body is not ${name}`);
  }
}
