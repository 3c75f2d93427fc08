import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateLog } from '../../../../test/harness/generate-log.ts';
import type { StreamKind, TelemetryRecord } from '../../../observe/intake/telemetry/index.ts';
import { packRecords } from '../../../observe/intake/telemetry/pack-records.ts';
import { burstCount } from './burst-watch.ts';
import { type JudgedEntry, JudgedStream } from './judged-stream.ts';
import { DEFAULT_STREAM_SETTINGS, type LogEntry } from './stream.ts';

const SETTINGS = { ...DEFAULT_STREAM_SETTINGS, tableBits: 15, window: { events: 50, hop: 25 } };
const at = (n: number) => 1_700_000_000_000 + n * 500;

const RECORDS: Readonly<Record<StreamKind, readonly TelemetryRecord[]>> = {
  logs: generateLog({ seed: 7, events: 1_500, faultEvery: 90 }).map(({ line }, n) => ({ at: at(n), text: line })),
  metrics: Array.from({ length: 1_500 }, (_, n) => ({
    at: at(n),
    series: `load{core="${n % 3}"}`,
    value: n % 400 === 399 ? 900 : Math.round(100 * Math.sin(n / 40)) + (n % 7),
  })),
  traces: Array.from({ length: 1_500 }, (_, n) => {
    const trace = Math.floor(n / 3);
    const id = (value: number) => value.toString(16).padStart(16, '0');
    return {
      at: at(trace * 10) + (n % 3),
      traceId: id(trace).repeat(2),
      spanId: id(n + 1),
      parentSpanId: n % 3 === 0 ? '' : id(n - (n % 3) + 1),
      name: ['GET /', 'select', trace % 97 === 96 ? 'explode' : 'render'][n % 3] ?? '',
      kind: 2,
      status: 0,
      durationMs: 10 + (trace % 5) + (trace % 61 === 60 ? 5_000 : 0),
    };
  }),
};

/** A log as it might be: records in batches, and among them words of people, other settings, time that goes by. */
function logOf(kind: StreamKind, sizes: readonly number[]): LogEntry[] {
  const entries: LogEntry[] = [];
  const push = (entry: Omit<LogEntry, 'seq' | 'at'>) =>
    entries.push({ ...entry, seq: entries.length + 1, at: at(entries.length * 40) });
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  const records = RECORDS[kind];
  for (let from = 0, turn = 0; from < records.length; turn += 1) {
    const part = records.slice(from, from + (sizes[turn % sizes.length] ?? 100));
    push({ kind: 'records', events: part.length, body: packRecords(part).body });
    from += part.length;
    if (turn % 3 === 1) push({ kind: 'tick', events: 0, body: json({}) });
    if (turn === 4) push({ kind: 'feedback', events: 0, body: json({ n: 90, isAnomaly: true }) });
    if (turn === 5) push({ kind: 'settings', events: 0, body: json({ ...SETTINGS, alpha: 0.05 }) });
  }
  return entries;
}

const judge = (stream: JudgedStream, entries: readonly LogEntry[]): JudgedEntry[] =>
  entries.map((entry) => stream.take(entry, 'anomalies'));

describe.each(['logs', 'metrics', 'traces'] as const)('a stream of %s', (kind) => {
  it('is a function of its log: wherever it was stored and taken up again, it says the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 20, max: 300 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }),
        (sizes, cuts) => {
          const log = logOf(kind, sizes);
          const whole = judge(JudgedStream.create(kind, SETTINGS), log);
          let stream = JudgedStream.create(kind, SETTINGS);
          const pieces: JudgedEntry[] = [];
          const places = cuts.map((cut) => Math.floor(cut * log.length)).sort((left, right) => left - right);
          let from = 0;
          for (const place of [...places, log.length]) {
            pieces.push(...judge(stream, log.slice(from, place)));
            // What the row says by then is newer than the snapshot: the snapshot knows its own.
            stream = JudgedStream.restore(kind, { ...SETTINGS, alpha: 0.2 }, stream.snapshot());
            from = place;
          }
          expect(pieces).toEqual(whole);
          expect(stream.figures().events).toBe(RECORDS[kind].length);
        },
      ),
      { numRuns: 8 },
    );
  });
});

it('records that come again with the same time and content are counted, and judged like any other', () => {
  const stream = JudgedStream.create('logs', SETTINGS);
  const records = RECORDS.logs.slice(0, 30);
  const entry = (seq: number): LogEntry => ({
    seq,
    kind: 'records',
    events: 30,
    at: at(seq),
    body: packRecords(records).body,
  });
  expect(stream.take(entry(1), 'anomalies')).toMatchObject({ duplicates: 0, records: 30 });
  expect(stream.take(entry(2), 'anomalies')).toMatchObject({ duplicates: 30, records: 30, firstN: 31 });
});

it('a burst is more anomalies among fifty events than chance brings once in ten million looks', () => {
  expect([0.002, 0.01, 0.02, 0.05].map(burstCount)).toEqual([5, 8, 10, 15]);
});
