/**
 * The little of tar (POSIX ustar) a backup needs: plain files, one after another. So a backup can be looked into with
 * `tar --zstd -tf`, although nothing but Holdfast is needed to restore it.
 */
const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const SIZE_AT = 124;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const MAGIC_AT = 257;

export type TarEntry = { name: string; sizeBytes: number; body: AsyncIterable<Buffer> };

/** The block before a file's bytes. @param name ASCII, 100 characters at most */
export function tarHeader(name: string, sizeBytes: number, modifiedAt: Date): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(name, 0, NAME_BYTES, 'ascii');
  block.write(octal(0o600, 7), 100, 'ascii');
  block.write(octal(0, 7), 108, 'ascii');
  block.write(octal(0, 7), 116, 'ascii');
  block.write(octal(sizeBytes, 11), SIZE_AT, 'ascii');
  block.write(octal(Math.floor(modifiedAt.getTime() / 1_000), 11), 136, 'ascii');
  block.write(' '.repeat(8), CHECKSUM_AT, 'ascii');
  block.write('0', TYPE_AT, 'ascii');
  block.write('ustar\x0000', MAGIC_AT, 'latin1');
  block.write(`${checksumOf(block).toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT, 'ascii');
  return block;
}

/** The zeros after a file's bytes. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** The end of an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES);

/** Sum of all bytes, the checksum's own counted as spaces. */
function checksumOf(block: Buffer): number {
  let sum = 0;
  for (const [at, byte] of block.entries()) sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 32 : byte;
  return sum;
}

/**
 * The files of an archive, one after another as the bytes arrive: nothing is held but the piece at hand. What the
 * consumer leaves of a body is passed over.
 * @throws RangeError where it is no archive, or cut short
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const bytes = createByteReader(source);
  for (;;) {
    const block = await bytes.take(BLOCK_BYTES);
    if (block === null) throw new RangeError('the archive has no end: it was cut short');
    if (block.every((byte) => byte === 0)) return bytes.expectZeros();
    const name = block.toString('latin1', 0, NAME_BYTES).replace(/\0.*$/s, '');
    const sizeBytes = Number.parseInt(block.toString('latin1', SIZE_AT, SIZE_AT + 11), 8);
    const checksum = Number.parseInt(block.toString('latin1', CHECKSUM_AT, CHECKSUM_AT + 6), 8);
    const plain = block[TYPE_AT] === 0x30 && block.toString('latin1', MAGIC_AT, MAGIC_AT + 5) === 'ustar';
    if (!plain || !Number.isSafeInteger(sizeBytes) || checksum !== checksumOf(block)) {
      throw new RangeError('a file header of the archive is damaged');
    }
    const body = bytes.pieces(sizeBytes);
    yield { name, sizeBytes, body };
    for await (const _piece of body);
    const padding = tarPadding(sizeBytes).length;
    if (padding > 0 && (await bytes.take(padding)) === null) throw new RangeError('the archive was cut short');
  }
}

function createByteReader(source: AsyncIterable<Buffer>) {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const fill = async (): Promise<boolean> => {
    if (rest.length > 0) return true;
    const next = await iterator.next();
    if (next.done) return false;
    rest = next.value;
    return true;
  };
  const cut = (most: number): Buffer => {
    const piece = rest.subarray(0, most);
    rest = rest.subarray(piece.length);
    return piece;
  };
  return {
    /** Exactly so many bytes, null where the source ends before. */
    async take(sizeBytes: number): Promise<Buffer | null> {
      const pieces: Buffer[] = [];
      for (let left = sizeBytes; left > 0; ) {
        if (!(await fill())) return null;
        const piece = cut(left);
        pieces.push(piece);
        left -= piece.length;
      }
      return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    },
    /** To the end of the source, which may check itself there. */
    async expectZeros(): Promise<void> {
      while (await fill()) {
        if (!cut(rest.length).every((byte) => byte === 0))
          throw new RangeError('something follows the end of the archive');
      }
    },
    async *pieces(sizeBytes: number): AsyncGenerator<Buffer> {
      for (let left = sizeBytes; left > 0; ) {
        if (!(await fill())) throw new RangeError('a file of the archive was cut short');
        const piece = cut(left);
        left -= piece.length;
        if (piece.length > 0) yield piece;
      }
    },
  };
}
