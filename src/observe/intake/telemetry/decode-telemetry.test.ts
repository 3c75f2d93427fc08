import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { OTLP_PROTO } from '../otlp/otlp-proto.ts';
import { decodeTelemetry, type TelemetryFormat, type TelemetryRequest } from './decode-telemetry.ts';
import { INTAKE_LIMITS } from './intake-limits.ts';
import { unpackRecords } from './pack-records.ts';

const proto = protobuf.parse(OTLP_PROTO).root;
const encode = (message: string, value: object) => {
  const type = proto.lookupType(`otlp.${message}`);
  return Buffer.from(type.encode(type.fromObject(value)).finish());
};
const decode = (format: TelemetryFormat, body: Uint8Array, more: Partial<TelemetryRequest> = {}) => {
  const { groups, ...counts } = decodeTelemetry({
    body,
    format,
    kind: 'logs',
    encoding: '',
    service: null,
    nowMs: 1_000,
    redaction: { all: { keys: ['password', 'api_key'], patterns: [] }, own: {} },
    ...more,
  });
  return { ...counts, groups: groups.map((group) => ({ ...group, body: unpackRecords(group.body) })) };
};
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
const logs = (...logRecords: object[]) => ({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('OTLP', () => {
  const request = logs(
    { timeUnixNano: '1700000000123000000', severityText: 'WARN', body: { stringValue: 'disk is full\n' } },
    {
      observedTimeUnixNano: '1700000000124000000',
      body: {
        kvlistValue: {
          values: [
            { key: 'b', value: { intValue: '7' } },
            { key: 'a', value: { arrayValue: { values: [{ boolValue: true }] } } },
          ],
        },
      },
    },
  );
  it.each([
    ['protobuf', encode('LogsRequest', request), ''],
    ['json', json(request), ''],
    ['protobuf', gzipSync(encode('LogsRequest', request)), 'gzip'],
    ['json', zstdCompressSync(json(request)), 'zstd'],
  ] as const)('logs say the same as %s', (format, body, encoding) => {
    expect(decode(format, body, { encoding })).toMatchObject({
      accepted: 2,
      rejected: 0,
      groups: [
        {
          service: 'shop',
          kind: 'logs',
          count: 2,
          body: [
            { at: 1_700_000_000_123, text: 'disk is full', attributes: { severity: 'WARN' } },
            { at: 1_700_000_000_124, text: '{"a":[true],"b":7}' },
          ],
        },
      ],
    });
  });

  it('points are read as numbers, of a distribution its mean', () => {
    const at = { timeUnixNano: '1700000000000000000' };
    const attributes = [{ key: 'core', value: { intValue: 1 } }];
    const metrics = {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'cpu',
                  gauge: {
                    dataPoints: [
                      { ...at, asDouble: 0.5, attributes },
                      { ...at, asInt: '3' },
                    ],
                  },
                },
                { name: 'latency', histogram: { dataPoints: [{ ...at, count: '4', sum: 10 }] } },
              ],
            },
          ],
        },
      ],
    };
    for (const [format, body] of [
      ['protobuf', encode('MetricsRequest', metrics)],
      ['json', json(metrics)],
    ] as const) {
      expect(decode(format, body, { kind: 'metrics' }).groups[0]?.body).toEqual([
        { at: 1.7e12, series: 'cpu{core="1"}', value: 0.5 },
        { at: 1.7e12, series: 'cpu', value: 3 },
        { at: 1.7e12, series: 'latency', value: 2.5 },
      ]);
    }
  });

  it('spans are read with their ids in hex and how long they took', () => {
    const span = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      name: 'GET /cart',
      kind: 2,
      startTimeUnixNano: '1700000000000000000',
      endTimeUnixNano: '1700000000250000000',
      status: { code: 2 },
    };
    const spans = (each: object) => ({ resourceSpans: [{ resource, scopeSpans: [{ spans: [each] }] }] });
    const bytes = encode(
      'TracesRequest',
      spans({ ...span, traceId: Buffer.from(span.traceId, 'hex'), spanId: Buffer.from(span.spanId, 'hex') }),
    );
    const expected = {
      at: 1.7e12,
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: '',
      durationMs: 250,
      kind: 2,
      status: 2,
    };
    expect(decode('protobuf', bytes, { kind: 'traces' }).groups[0]?.body).toMatchObject([expected]);
    expect(decode('json', json(spans(span)), { kind: 'traces' }).groups[0]?.body).toMatchObject([expected]);
  });

  it('one bad record is refused and told, the others are taken', () => {
    const taken = decode(
      'json',
      json(
        logs(
          { body: { stringValue: 'fine' } },
          { body: { stringValue: 'a\0b' } },
          { body: { stringValue: 'x'.repeat(10 * 1024 * 1024) } },
          { body: {} },
          { body: { stringValue: 5 } },
        ),
      ),
    );
    expect(taken).toMatchObject({ accepted: 1, rejected: 4, groups: [{ count: 1 }] });
    expect(taken.reasons.join()).toMatch(/NUL.*longer than 262144 bytes.*empty/);
  });
});

it('remote write is read by job, without the marks of ended series', () => {
  const type = protobuf
    .parse(
      'syntax="proto3"; message W { repeated T t = 1; } message T { repeated L l = 1; repeated S s = 2; } message L { string n = 1; string v = 2; } message S { double v = 1; int64 t = 2; }',
    )
    .root.lookupType('W');
  const value = {
    t: [
      {
        l: [
          { n: '__name__', v: 'up' },
          { n: 'job', v: 'node' },
          { n: 'instance', v: 'a:1' },
        ],
        s: [
          { v: 1, t: 1_000 },
          { v: Number.NaN, t: 2_000 },
        ],
      },
    ],
  };
  const body = snappyCompress(type.encode(type.fromObject(value)).finish());
  expect(decode('remote-write', body, { kind: 'metrics' })).toMatchObject({
    accepted: 1,
    groups: [
      { service: 'node', kind: 'metrics', body: [{ at: 1_000, series: 'up{instance="a:1",job="node"}', value: 1 }] },
    ],
  });
});

describe('events', () => {
  it('are texts and objects, of a stream that the body or a header names', () => {
    const body = json({
      stream: 'shop',
      events: [
        'one\r\n',
        { message: 'two', timestamp: '2026-01-01T00:00:00Z', attributes: { a: 1 } },
        { z: 1, a: { c: 2, b: 1 } },
      ],
    });
    expect(decode('events', body).groups).toMatchObject([
      {
        service: 'shop',
        body: [
          { at: 1_000, text: 'one' },
          { at: Date.UTC(2026, 0, 1), text: 'two', attributes: { a: 1 } },
          { at: 1_000, text: '{"a":{"b":1,"c":2},"z":1}' },
        ],
      },
    ]);
    expect(decode('lines', Buffer.from('a\r\n\nb'), { service: 'named' }).groups).toMatchObject([
      { service: 'named', count: 2, body: [{ text: 'a' }, { text: 'b' }] },
    ]);
  });
});

describe('what is refused as a whole', () => {
  const deep = (depth: number) => Buffer.from(`{"events":[${'['.repeat(depth)}${']'.repeat(depth)}]}`);
  it.each([
    ['a bomb', 'protobuf', gzipSync(Buffer.alloc(INTAKE_LIMITS.unpackedBytes + 1)), 'gzip', /unpacks to more/],
    [
      'a bomb of zstd',
      'json',
      zstdCompressSync(Buffer.alloc(INTAKE_LIMITS.unpackedBytes + 1)),
      'zstd',
      /unpacks to more/,
    ],
    ['no gzip', 'json', Buffer.from('{}'), 'gzip', /not gzip/],
    ['another encoding', 'json', Buffer.from('{}'), 'br', /not known/],
    ['no JSON', 'json', Buffer.from('{'), '', /not valid JSON/],
    ['broken UTF-8', 'json', Buffer.from([0x7b, 0xff, 0x7d]), '', /not UTF-8/],
    [
      'broken UTF-8 in protobuf',
      'protobuf',
      Buffer.from(
        encode('LogsRequest', logs({ body: { stringValue: 'abcd' } }))
          .toString('latin1')
          .replace('cd', '\xff\xff'),
        'latin1',
      ),
      '',
      /protobuf/,
    ],
    ['JSON without an end', 'events', Buffer.from('['.repeat(1e6)), '', /nested deeper/],
    ['deep JSON', 'events', deep(60), '', /neither|nested deeper/],
    ['very many values', 'json', Buffer.from(`[${','.repeat(INTAKE_LIMITS.values + 1)}]`), '', /more than/],
    [
      'very many fields',
      'protobuf',
      Buffer.alloc(INTAKE_LIMITS.values * 2 + 2, Buffer.from([0x0a, 0x00])),
      '',
      /more than/,
    ],
    ['NUL in an event', 'events', json({ events: ['ok', 'a\0b'] }), '', /events\.1: .*NUL/],
    ['a line of 10 MB', 'lines', Buffer.alloc(10e6, 0x61), '', /longer than/],
    ['a snappy bomb', 'remote-write', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]), '', /unpacks to more/],
    ['no snappy', 'remote-write', Buffer.from([0x05, 0xff]), '', /snappy/],
  ] as const)('%s', (_name, format, body, encoding, reason) => {
    expect(() => decode(format, body, { encoding })).toThrow(reason);
  });

  it('whatever it is, it is refused or taken, never anything else', () => {
    const formats = ['protobuf', 'json', 'events', 'lines', 'remote-write'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        fc.constantFrom('logs', 'metrics', 'traces'),
        fc.uint8Array({ maxLength: 200 }),
        (format, kind, body) => {
          try {
            decode(format, body, { kind });
          } catch (thrown) {
            expect((thrown as Error).name).toBe('IntakeRefusal');
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('redaction', () => {
  // Nothing that stands for something else in JSON or in the grammar of the keys.
  const secret = fc.stringMatching(/^S3CR[a-zA-Z0-9+/=_.-]{8,30}$/);
  const writings: readonly ((value: string) => object)[] = [
    (value) => ({ body: { stringValue: `login failed password=${value} for bob` } }),
    (value) => ({ body: { stringValue: `login failed PassWord : '${value} and more' for bob` } }),
    (value) => ({ body: { stringValue: JSON.stringify({ a: 1, 'api-key': value, b: [value].length }) } }),
    (value) => ({ body: { stringValue: JSON.stringify(JSON.stringify({ password: value })) } }),
    (value) => ({ body: { stringValue: `GET /x?api_key=${value}&b=1` } }),
    (value) => ({ body: { stringValue: `password: Bearer ${value}` } }),
    (value) => ({
      body: {
        kvlistValue: {
          values: [
            { key: 'x', value: { kvlistValue: { values: [{ key: 'password', value: { stringValue: value } }] } } },
          ],
        },
      },
    }),
    (value) => ({
      body: { stringValue: 'x' },
      attributes: [
        { key: 'db.password', value: { stringValue: 'fine' } },
        { key: 'Api-Key', value: { arrayValue: { values: [{ stringValue: value }] } } },
      ],
    }),
    (value) => ({
      body: { stringValue: 'x' },
      attributes: [{ key: 'url', value: { stringValue: `https://x/?password=${value}` } }],
    }),
  ];
  it('blanks the values of keys wherever they are written, before anything is stored', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(...writings), (value, write) => {
        const { groups } = decode('json', json(logs(write(value))));
        expect(JSON.stringify(groups)).not.toContain(value);
        expect(groups[0]?.redacted).toBeGreaterThan(0);
        expect(JSON.stringify(groups)).toContain('[redacted]');
      }),
      { numRuns: 1_000 },
    );
  });
  it('blanks what a pattern finds, also by rules of one stream', () => {
    const own = { 'logs shop': { keys: [], patterns: ['\\b\\d{16}\\b'], sampling: 1 } };
    const redaction = { all: { keys: [], patterns: [] }, own };
    const card = '4111111111111111';
    expect(
      decode('json', json(logs({ body: { stringValue: `card ${card} declined` } })), { redaction }).groups,
    ).toMatchObject([{ redacted: 1, body: [{ text: 'card [redacted] declined' }] }]);
  });
  it('keeps the configured share of a stream and counts the rest, the same however it is batched', () => {
    const redaction = {
      all: { keys: [], patterns: [] },
      own: { 'logs s': { keys: [], patterns: [], sampling: 0.25 } },
    };
    const lines = Array.from({ length: 2_000 }, (_, n) => `line ${n}`);
    const kept = (texts: string[]) =>
      decode('lines', Buffer.from(texts.join('\n')), { service: 's', redaction }).groups[0];
    const whole = kept(lines);
    expect(whole?.count).toBeGreaterThan(400);
    expect(whole?.count).toBeLessThan(600);
    expect(whole?.sampledOut).toBe(2_000 - (whole?.count ?? 0));
    const parts = [kept(lines.slice(0, 777)), kept(lines.slice(777))].flatMap((part) => part?.body);
    expect(parts).toEqual(whole?.body);
  });
  it('takes no long time for any text', () => {
    const text = `${'password '.repeat(5_000)}${'password="'.repeat(5_000)}${' '.repeat(20_000)}`;
    const startedAt = performance.now();
    decode('events', json([text]));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
