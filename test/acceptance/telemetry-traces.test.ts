import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Anomaly, AnomalyDetail } from '../../src/contract/anomaly.ts';
import type { Stream } from '../../src/contract/stream.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { parseJson, runHoldfast } from './cli-process.ts';

const SOON = { timeout: 60_000, interval: 200 };
const LIMIT_MS = 180_000;

let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-traces-'));
  server = await startServerProcess({ folder, config: {} });
}, LIMIT_MS);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const idOf = (n: number, digits: number) => n.toString(16).padStart(digits, '0');
/** A request for a cart: three steps, of which the last may be missing or slow. */
function traceOf(n: number, options: { withoutStock?: boolean; slowMs?: number } = {}): object[] {
  const at = 1_700_000_000_000 + n * 1_000;
  const span = (place: number, name: string, parent: number | null, durationMs: number) => ({
    traceId: idOf(n + 1, 32),
    spanId: idOf((n + 1) * 16 + place, 16),
    ...(parent === null ? {} : { parentSpanId: idOf((n + 1) * 16 + parent, 16) }),
    name,
    startTimeUnixNano: `${at + place}000000`,
    endTimeUnixNano: `${at + place + durationMs}000000`,
  });
  return [
    span(1, 'GET /cart', null, 40 + (n % 9)),
    span(2, 'load session', 1, 5 + (n % 3)),
    span(3, 'select cart', 1, options.slowMs ?? 12 + (n % 5)),
    ...(options.withoutStock ? [] : [span(4, 'check stock', 1, 8 + (n % 4))]),
  ];
}
const send = (spans: object[]) =>
  server.api('POST', '/v1/traces', {
    resourceSpans: [
      { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] }, scopeSpans: [{ spans }] },
    ],
  });
const stream = async () => (await server.api<{ items: Stream[] }>('GET', '/api/v1/streams?kind=traces')).items[0];

it('a trace that lacks a step, and one with a slow step, are found and told in words', {
  timeout: LIMIT_MS,
}, async () => {
  for (let from = 0; from < 600; from += 100)
    await send(Array.from({ length: 100 }, (_, index) => traceOf(from + index)).flat());
  await send([...traceOf(600, { withoutStock: true }), ...traceOf(601, { slowMs: 4_000 })]);
  // Nothing more is sent: that the traces are whole is seen by the time that goes by.
  const anomalies = async () => (await server.api<{ items: Anomaly[] }>('GET', '/api/v1/anomalies')).items;
  await expect
    .poll(async () => (await anomalies()).map(({ summary }) => summary).join('\n'), SOON)
    .toMatch(/check stock/);
  await expect
    .poll(async () => (await anomalies()).map(({ summary }) => summary).join('\n'), SOON)
    .toMatch(/select cart took 4000 ms/);
  const lacking = (await anomalies()).find(({ summary }) => summary.includes('check stock'));
  const detail = await server.api<AnomalyDetail>('GET', `/api/v1/anomalies/${lacking?.id}`);
  expect(detail).toMatchObject({
    what: 'trace',
    trace: {
      traceId: idOf(601, 32),
      spans: 3,
      differences: [{ kind: 'missing', step: expect.stringContaining('check stock') }],
    },
  });
  expect(await stream()).toMatchObject({ state: 'active', events: 2_407, judged: 2_407 });

  // An auditor takes bundle and key along, and judges the trace again without a server.
  const cli = (...args: string[]) => runHoldfast(args, { cwd: folder });
  const fetchTo = async (what: string, file: string) => {
    const args = ['anomaly', 'evidence', what, '--out', file, '--server', server.address, '--token', server.token];
    expect(await cli(...args)).toMatchObject({ code: 0 });
  };
  await fetchTo('key', 'holdfast.pub');
  await fetchTo(lacking!.id, 'trace.json');
  const verified = await cli('anomaly', 'verify', 'trace.json', '--key', 'holdfast.pub', '--json');
  expect(parseJson(verified)).toMatchObject({ ok: true, source: 'cart', verdict: { n: lacking?.n, p: lacking?.p } });
  expect((await cli('anomaly', 'verify', 'trace.json', '--key', 'holdfast.pub')).stdout).toContain('3 spans');
});
