import { INTAKE_LIMITS } from './intake-limits.ts';
import { IntakeRefusal } from './intake-refusal.ts';
import { RecordRefusal } from './record-refusal.ts';
import type { ReadTelemetry, RecordGroup, StreamKind, TelemetryRecord } from './telemetry-record.ts';

/** Reasons told to a sender; the others are only counted. */
const MOST_REASONS = 3;

export type RecordCollector = {
  /** Adds what `read` makes of a record, or counts it as refused when that throws a RecordRefusal. */
  take(service: string, kind: StreamKind, read: () => TelemetryRecord): void;
  finish(): ReadTelemetry;
};

/** Gathers the records of one request by their source, in the order they came. */
export function createRecordCollector(): RecordCollector {
  const groups = new Map<string, RecordGroup>();
  const reasons = new Set<string>();
  let accepted = 0;
  let rejected = 0;
  return {
    take(service, kind, read) {
      if (accepted + rejected >= INTAKE_LIMITS.records)
        throw new IntakeRefusal('too-large', `the request has more than ${INTAKE_LIMITS.records} records`);
      try {
        const record = read();
        const key = `${kind} ${service}`;
        let group = groups.get(key);
        if (!group) {
          group = { service, kind, records: [] };
          groups.set(key, group);
        }
        group.records.push(record);
        accepted += 1;
      } catch (thrown) {
        if (!(thrown instanceof RecordRefusal)) throw thrown;
        rejected += 1;
        if (reasons.size < MOST_REASONS) reasons.add(thrown.message);
      }
    },
    finish: () => ({ groups: [...groups.values()], accepted, rejected, reasons: [...reasons] }),
  };
}
