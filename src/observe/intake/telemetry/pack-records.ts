import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { TelemetryRecord } from './telemetry-record.ts';

/** Records of one stream as they are stored and handed on: JSON, compressed. */
export type PackedGroup = {
  service: string;
  kind: 'logs' | 'metrics' | 'traces';
  count: number;
  redacted: number;
  /** Left out because the stream's settings say so. */
  sampledOut: number;
  /** Of its records as JSON, before they were packed. */
  bytes: number;
  body: Uint8Array;
};

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** What we packed ourselves: a record as JSON is at most a few times its limit. */
const MOST_UNPACKED_BYTES = 512 * 1024 * 1024;

export function packRecords(records: readonly TelemetryRecord[]): Pick<PackedGroup, 'bytes' | 'body'> {
  const json = Buffer.from(JSON.stringify(records), 'utf8');
  return { bytes: json.length, body: zstdCompressSync(json, FAST) };
}

export function unpackRecords(body: Uint8Array): TelemetryRecord[] {
  return JSON.parse(
    zstdDecompressSync(body, { maxOutputLength: MOST_UNPACKED_BYTES }).toString('utf8'),
  ) as TelemetryRecord[];
}
