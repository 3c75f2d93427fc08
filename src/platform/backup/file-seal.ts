import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The last bytes of a backup: sha256 of all bytes before them, in a zstd "skippable frame" (RFC 8878, 3.1.2), which
 * `zstd` and `tar --zstd` pass over. Whatever byte changed or is missing, also of the compressed form, shows.
 */
const SKIPPABLE_FRAME = 0x184d2a50;
const SUM_BYTES = 32;
const SEAL_BYTES = 8 + SUM_BYTES;

/** For a pipeline: passes everything on and ends with the seal over it. */
export async function* sealBytes(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const sum = createHash('sha256');
  for await (const chunk of source) {
    sum.update(chunk);
    yield chunk;
  }
  const seal = Buffer.alloc(8);
  seal.writeUInt32LE(SKIPPABLE_FRAME, 0);
  seal.writeUInt32LE(SUM_BYTES, 4);
  yield Buffer.concat([seal, sum.digest()]);
}

export type SealedFile = {
  /** Everything before the seal. */
  bytes: AsyncIterable<Buffer>;
  /** After `bytes` was read to its end: null when all is as it was written, else what is not. */
  problem(): string | null;
};

/** Opens a sealed file for one reading. @throws what the file system says */
export async function openSealedFile(file: string): Promise<SealedFile> {
  const { seal, end } = await readSeal(file);
  const sum = createHash('sha256');
  let read = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    if (end === 0) return;
    for await (const chunk of createReadStream(file, { end: end - 1 }) as AsyncIterable<Buffer>) {
      sum.update(chunk);
      read += chunk.length;
      yield chunk;
    }
  }
  return {
    bytes: bytes(),
    problem() {
      if (seal === null) return 'its end is missing';
      if (read !== end) return 'it was not read to its end';
      return sum.digest().equals(seal) ? null : 'its bytes do not match their checksum';
    },
  };
}

async function readSeal(file: string): Promise<{ seal: Buffer | null; end: number }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size < SEAL_BYTES) return { seal: null, end: size };
    const tail = Buffer.alloc(SEAL_BYTES);
    await handle.read(tail, 0, SEAL_BYTES, size - SEAL_BYTES);
    const sealed = tail.readUInt32LE(0) === SKIPPABLE_FRAME && tail.readUInt32LE(4) === SUM_BYTES;
    return sealed ? { seal: tail.subarray(8), end: size - SEAL_BYTES } : { seal: null, end: size };
  } finally {
    await handle.close();
  }
}
