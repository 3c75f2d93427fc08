import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Verdicts of consecutive events, as they are kept: time, score, p-value (NaN while there is none), and whether it is an anomaly. */
export type ScoreBlock = { at: Float64Array; score: Float64Array; p: Float64Array; anomaly: Uint8Array };

const BYTES_EACH = 25;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** By columns, which pack better. */
export function packScores({ at, score, p, anomaly }: ScoreBlock): Uint8Array {
  const bytes = Buffer.allocUnsafe(at.length * BYTES_EACH);
  let offset = 0;
  for (const column of [at, score, p]) {
    for (const value of column) offset = bytes.writeDoubleLE(value, offset);
  }
  bytes.set(anomaly, offset);
  return zstdCompressSync(bytes, FAST);
}

export function unpackScores(body: Uint8Array, events: number): ScoreBlock {
  const bytes = zstdDecompressSync(body, { maxOutputLength: events * BYTES_EACH });
  let offset = 0;
  const column = () => {
    const values = new Float64Array(events);
    for (let index = 0; index < events; index += 1, offset += 8) values[index] = bytes.readDoubleLE(offset);
    return values;
  };
  const [at, score, p] = [column(), column(), column()];
  return { at, score, p, anomaly: Uint8Array.from(bytes.subarray(offset, offset + events)) };
}
