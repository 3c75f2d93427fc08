const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** Writes numbers and arrays one after another, little-endian on every machine. */
export class ByteWriter {
  private readonly parts: Uint8Array[] = [];

  uint32(value: number): void {
    const part = new Uint8Array(4);
    new DataView(part.buffer).setUint32(0, value, true);
    this.parts.push(part);
  }

  /** A whole number below 2^53. */
  whole(value: number): void {
    const part = new Uint8Array(8);
    new DataView(part.buffer).setBigUint64(0, BigInt(value), true);
    this.parts.push(part);
  }

  numbers(array: Numbers): void {
    this.uint32(array.length);
    this.parts.push(littleEndian(array));
  }

  text(value: string): void {
    this.numbers(new TextEncoder().encode(value));
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}

function littleEndian(array: Numbers): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
  return HOST_IS_LITTLE_ENDIAN ? bytes : swapped(bytes, array.BYTES_PER_ELEMENT);
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) view.swap16();
  else if (width === 4) view.swap32();
  else if (width === 8) view.swap64();
  return view;
}

/** Reads what `ByteWriter` wrote. Throws a RangeError when the bytes end early or a length does not fit. */
export class ByteReader {
  private readonly source: Uint8Array;
  private at = 0;

  constructor(source: Uint8Array) {
    this.source = source;
  }

  uint32(): number {
    return this.view(4).getUint32(0, true);
  }

  whole(): number {
    return Number(this.view(8).getBigUint64(0, true));
  }

  /** Fills `into`; the length that was written must be the array's. */
  numbers(into: Numbers): void {
    const length = this.uint32();
    if (length !== into.length) throw new RangeError(`a table of ${length} entries where ${into.length} were expected`);
    this.fill(into);
  }

  /** An array whose length stands in the bytes, at most `limit`. */
  freeBytes(limit: number): Uint8Array {
    const length = this.uint32();
    if (length > limit) throw new RangeError(`${length} bytes where at most ${limit} were expected`);
    const bytes = new Uint8Array(length);
    this.fill(bytes);
    return bytes;
  }

  freeWords(limit: number): Int32Array {
    const length = this.uint32();
    if (length > limit) throw new RangeError(`${length} entries where at most ${limit} were expected`);
    const words = new Int32Array(length);
    this.fill(words);
    return words;
  }

  text(limit: number): string {
    return new TextDecoder().decode(this.freeBytes(limit));
  }

  end(): void {
    if (this.at !== this.source.length) throw new RangeError(`${this.source.length - this.at} bytes too many`);
  }

  private fill(into: Numbers): void {
    const bytes = Uint8Array.from(this.take(into.byteLength));
    const own = HOST_IS_LITTLE_ENDIAN ? bytes : swapped(bytes, into.BYTES_PER_ELEMENT);
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(own);
  }

  private view(length: number): DataView {
    const bytes = this.take(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  private take(length: number): Uint8Array {
    if (this.at + length > this.source.length) throw new RangeError('the bytes end early');
    const bytes = this.source.subarray(this.at, this.at + length);
    this.at += length;
    return bytes;
  }
}
