import { createReadStream, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';

/** A line longer than this is refused: nobody reads it, and it would have to be held whole. */
export const MAX_LINE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** How long --follow waits for word of a change before it looks by itself. */
const LOOK_AGAIN_MS = 500;

const GZIP_MAGIC = 0x1f8b;
const ZSTD_MAGIC = 0xfd2fb528;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** One piece of input and how much there is of it in all. */
export interface LineBatch {
  /** Lines without their line ends, empty ones left out. Valid until the next batch is asked for. */
  readonly lines: readonly Uint8Array[];
  readonly bytesRead: number;
  /** Size of the file, null for a pipe. */
  readonly bytesInAll: number | null;
}

/**
 * Reads a file (as it is, or packed by gzip or zstd), or stdin for `-`, in
 * batches of lines. With `follow` it goes on
 * at the end as the file grows, and reads the new one when the file was
 * replaced or cut short.
 *
 * @throws HoldfastError `scan.not-readable`, `scan.line-too-long`
 */
export async function* readLineBatches(
  file: string,
  options: { follow?: boolean; signal?: AbortSignal } = {},
): AsyncGenerator<LineBatch> {
  if (file === '-') yield* cutLines(file, readStream(process.stdin), null);
  else if (options.follow === true) yield* cutLines(file, followFile(file, options.signal), null);
  else {
    const unpack = await unpackerFor(file);
    if (unpack === null) yield* cutLines(file, readFileChunks(file), (await readable(file, () => stat(file))).size);
    else yield* cutLines(file, readPacked(file, unpack), null);
  }
}

async function* cutLines(
  file: string,
  chunks: AsyncIterable<Uint8Array | 'caught-up'>,
  bytesInAll: number | null,
): AsyncGenerator<LineBatch> {
  let rest: Uint8Array = new Uint8Array(0);
  let bytesRead = 0;
  let lineNumber = 0;
  for await (const piece of chunks) {
    // Whatever follows is watched for; what is there so far is handed on, its unfinished last line kept.
    if (piece === 'caught-up') continue;
    bytesRead += piece.length;
    const chunk = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const lines: Uint8Array[] = [];
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, from);
      if (end < 0) break;
      lineNumber += 1;
      checkLength(file, lineNumber, end - from);
      addLine(lines, chunk, from, end);
      from = end + 1;
    }
    checkLength(file, lineNumber + 1, chunk.length - from);
    // A copy: the next chunk comes into the same memory (and a Buffer's slice would share it).
    rest = Uint8Array.from(chunk.subarray(from));
    yield { lines, bytesRead, bytesInAll };
  }
  const lines: Uint8Array[] = [];
  addLine(lines, rest, 0, rest.length);
  if (lines.length > 0) yield { lines, bytesRead, bytesInAll };
}

function addLine(lines: Uint8Array[], chunk: Uint8Array, from: number, to: number): void {
  const end = to > from && chunk[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
  if (end > from) lines.push(chunk.subarray(from, end));
}

function checkLength(file: string, lineNumber: number, length: number): void {
  if (length <= MAX_LINE_BYTES) return;
  throw new HoldfastError({
    code: 'scan.line-too-long',
    kind: 'invalid',
    message: `${file === '-' ? 'stdin' : file}, line ${lineNumber}: longer than ${MAX_LINE_BYTES} bytes`,
    hint: 'An event is one line. Is this a text file with line ends?',
  });
}

type Unpacker = () => Transform;

/** Rotated logs are often packed: known by their first bytes, not by their name. */
async function unpackerFor(file: string): Promise<Unpacker | null> {
  const handle = await readable(file, () => open(file));
  try {
    const head = Buffer.alloc(4);
    await readable(file, () => handle.read(head, 0, head.length, 0));
    if (head.readUInt16BE(0) === GZIP_MAGIC) return createGunzip;
    return head.readUInt32LE(0) === ZSTD_MAGIC ? createZstdDecompress : null;
  } finally {
    await handle.close();
  }
}

async function* readPacked(file: string, unpack: Unpacker): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file).compose<Transform>(unpack()) as AsyncIterable<Uint8Array>;
  } catch (thrown) {
    if (thrown instanceof HoldfastError) throw thrown;
    throw notReadable(file, thrown);
  }
}

async function* readStream(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* stream;
}

async function* readFileChunks(file: string): AsyncGenerator<Uint8Array> {
  const handle = await readable(file, () => open(file));
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await readable(file, () => handle.read(buffer, 0, CHUNK_BYTES, null));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** What stands in the file and whatever is written to it after, until the signal; a replaced file is read from its start. */
async function* followFile(file: string, signal?: AbortSignal): AsyncGenerator<Uint8Array | 'caught-up'> {
  for (;;) {
    const handle = await readable(file, () => open(file));
    try {
      yield* followOne(file, handle, signal);
    } finally {
      await handle.close();
    }
    if (signal?.aborted) return;
  }
}

/** Until the file is another one, was cut short, or the signal came. */
async function* followOne(
  file: string,
  handle: FileHandle,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array | 'caught-up'> {
  const { ino } = await handle.stat();
  let position = 0;
  for (;;) {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await readable(file, () => handle.read(buffer, 0, CHUNK_BYTES, position));
    if (bytesRead > 0) {
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
      continue;
    }
    yield 'caught-up';
    if (signal?.aborted) return;
    await changeOf(file, signal);
    if (signal?.aborted) return;
    const now = await stat(file).catch(() => null);
    if (now !== null && (now.ino !== ino || now.size < position)) return;
  }
}

/** Resolves when the file changes, the signal comes, or after LOOK_AGAIN_MS. */
async function changeOf(file: string, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LOOK_AGAIN_MS);
  let watcher: ReturnType<typeof watch> | null = null;
  try {
    watcher = watch(file, () => resolve());
    watcher.on('error', () => {});
  } catch {
    // No watcher to be had (a file that is being replaced, a file system without them): the timer does it.
  }
  const abort = () => resolve();
  signal?.addEventListener('abort', abort, { once: true });
  await promise;
  clearTimeout(timer);
  watcher?.close();
  signal?.removeEventListener('abort', abort);
}

async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    throw notReadable(file, thrown);
  }
}

function notReadable(file: string, thrown: unknown): HoldfastError {
  return new HoldfastError({
    code: 'scan.not-readable',
    kind: 'invalid',
    message: `${file} can’t be read: ${messageOf(thrown)}`,
    hint: 'Name a file of log lines, or - for stdin.',
    cause: thrown,
  });
}
