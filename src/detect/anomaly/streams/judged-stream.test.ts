import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateLog } from '../../../../test/harness/generate-log.ts';
import type { StreamKind, TelemetryRecord } from '../../../observe/intake/telemetry/index.ts';
import { packRecords } from '../../../observe/intake/telemetry/pack-records.ts';
import { createSigningKeys } from '../../../platform/identity/signing-keys.ts';
import { checkEvidence, sealEvidence } from '../index.ts';
import { burstCount } from './burst-watch.ts';
import { type JudgedEntry, JudgedStream, type WantedProof } from './judged-stream.ts';
import { DEFAULT_STREAM_SETTINGS, type LogEntry } from './stream.ts';

const SETTINGS = { ...DEFAULT_STREAM_SETTINGS, tableBits: 15, window: { events: 50, hop: 25 } };
const KEYS = createSigningKeys();
const at = (n: number) => 1_700_000_000_000 + n * 500;

const RECORDS: Readonly<Record<StreamKind, readonly TelemetryRecord[]>> = {
  // At last one message alone, which makes windows of another mix.
  logs: [
    ...generateLog({ seed: 7, events: 1_500, faultEvery: 1_400 }).map(({ line }) => line),
    ...Array.from({ length: 100 }, (_, n) => `worker ${n % 4} gave up after ${n} tries`),
  ].map((text, n) => ({ at: at(n), text })),
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

  it('proves each anomaly from the snapshot before it and the log between, with the verdict that it had', () => {
    const log = logOf(kind, [120, 75]);
    const stored = log.length >> 1;
    const first = JudgedStream.create(kind, SETTINGS);
    judge(first, log.slice(0, stored));
    const snapshot = first.snapshot();
    const found = judge(JudgedStream.restore(kind, SETTINGS, snapshot), log.slice(stored)).flatMap(
      (entry) => entry.found,
    );
    const whats = [...new Set(found.map(({ what }) => what))];
    expect(whats).toEqual(
      expect.arrayContaining({ logs: ['event', 'window'], metrics: ['point'], traces: ['trace'] }[kind]),
    );
    for (const { what, n, score, p, detail } of whats.flatMap((what) =>
      found.filter((each) => each.what === what).slice(-3),
    )) {
      const wanted = what === 'window' ? { what, n, from: detail.window!.from, to: detail.window!.to } : { what, n };
      const proof = JudgedStream.restore(kind, SETTINGS, snapshot).proofOf(log.slice(stored), wanted as WantedProof);
      const check = checkEvidence(Buffer.from(sealEvidence(proof!, 'shop', KEYS)), KEYS.publicKey);
      // Series of a stream are numbered each by itself.
      const verdict = what === 'point' ? { score, p } : { n, score, p };
      expect(check).toMatchObject({ ok: true, statement: { judged: { what }, verdict } });
    }
    // What the log does not hold any more cannot be proven.
    expect(JudgedStream.restore(kind, SETTINGS, snapshot).proofOf([], { what: 'event', n: 1 })).toBeNull();
  });
});

it.each(['metrics', 'traces'] as const)(
  'of %s nothing is ranked among what a person confirmed as an anomaly',
  (kind) => {
    const log = logOf(kind, [100]);
    const found = judge(JudgedStream.create(kind, SETTINGS), log).flatMap((entry) => entry.found);
    const anomalies = found.filter(({ what }) => what !== 'window');
    const words = anomalies.map(({ n, detail: { point } }) => {
      const body = { n, isAnomaly: true, ...(point ? { point: { series: point.series, row: point.row } } : {}) };
      return { ...log[0]!, kind: 'feedback' as const, events: 0, body: Buffer.from(JSON.stringify(body)) };
    });
    const afterwards = (told: readonly LogEntry[]) => {
      const stream = JudgedStream.create(kind, SETTINGS);
      judge(stream, [...log, ...told]);
      const next = log.slice(0, 3).map((entry) => ({ ...entry, at: entry.at + 100_000_000 }));
      return judge(stream, next).flatMap(({ scores }) =>
        [...scores.p].map((p, at) => ({ p, score: scores.score[at]! })),
      );
    };
    const [told, untold] = [afterwards(words), afterwards([])];
    expect(anomalies.length).toBeGreaterThan(1);
    expect(told.map(({ score }) => score)).toEqual(untold.map(({ score }) => score));
    // What is as strange as what was confirmed is rarer now; nothing is more usual than it was, but for the smaller number.
    expect(told.some(({ p }, at) => p < untold[at]!.p)).toBe(true);
    expect(told.filter(({ p }, at) => p > untold[at]!.p * 1.02)).toEqual([]);
  },
);

it('what people said before an event belongs to its proof', () => {
  const strange = { at: at(1_600), text: 'the roof is on fire' };
  const records = (seq: number, part: readonly TelemetryRecord[]): LogEntry => ({
    ...{ seq, kind: 'records', events: part.length, at: at(seq) },
    body: packRecords(part).body,
  });
  const word = Buffer.from(JSON.stringify({ n: RECORDS.logs.length + 1, isAnomaly: true }));
  const log: LogEntry[] = [
    records(1, [...RECORDS.logs, strange]),
    { seq: 2, kind: 'feedback', events: 0, at: at(2), body: word },
    records(3, [strange]),
  ];
  const [, , judged] = judge(JudgedStream.create('logs', SETTINGS), log);
  const proof = JudgedStream.create('logs', SETTINGS).proofOf(log, { what: 'event', n: RECORDS.logs.length + 2 });
  const check = checkEvidence(Buffer.from(sealEvidence(proof!, 'shop', KEYS)), KEYS.publicKey);
  expect(check).toMatchObject({
    ok: true,
    statement: { verdict: { n: RECORDS.logs.length + 2, p: judged?.scores.p[0] } },
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
