import { createHash } from 'node:crypto';
import type { TelemetryRecord } from './telemetry-record.ts';

const LARGEST = 2 ** 32;

/** Keeps a share of the records: always the same ones, however they were batched and whoever does it. */
export function sampleRecords(records: readonly TelemetryRecord[], share: number): TelemetryRecord[] {
  return records.filter((record) => {
    const first = createHash('md5').update(JSON.stringify(record)).digest().readUInt32LE(0);
    return first < share * LARGEST;
  });
}
