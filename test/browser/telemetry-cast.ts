import { generateLog } from '../harness/generate-log.ts';
import { listOf, until } from './pages.ts';
import type { World } from './world.ts';

export type TelemetryCast = { anomaly: string; stream: string };

const HISTORY_EVENTS = 4_000;
const HISTORY_MS = 6 * 3_600_000;

/** Six hours of a service's log and of a series, something strange in both, and what a person said of one of them. */
export async function castTelemetry(world: World): Promise<TelemetryCast> {
  const log = generateLog({ seed: 21, events: HISTORY_EVENTS, everyMs: HISTORY_MS / HISTORY_EVENTS, faultEvery: 160 });
  const startMs = Date.now() - HISTORY_MS;
  const events = log.map(({ line, atMs }) => ({
    message: line.slice(25) || line,
    timestamp: new Date(startMs + Math.min(atMs, HISTORY_MS)).toISOString(),
    attributes: { 'host.name': 'pay-2', 'service.version': '4.18.1' },
  }));
  await world.call('POST', '/v1/events', { stream: 'payments', events });
  const young = log.slice(0, 180).map(({ line }) => ({ message: line.slice(25) || line }));
  await world.call('POST', '/v1/events', { stream: 'invoices', events: young });
  await world.call('POST', '/v1/metrics', otlpGauge(startMs) as object);
  const found = await until(world, '/api/v1/anomalies?limit=200', (list) => {
    const anomalies = listOf(list).filter((one) => one['service'] === 'payments' && one['streamKind'] === 'logs');
    return anomalies.length > 3 ? anomalies : null;
  });
  const stream = String(found[0]!['streamId']);
  await until(world, `/api/v1/streams/${stream}`, (one) => Number(one['judged']) >= HISTORY_EVENTS);
  await world.call('POST', `/api/v1/anomalies/${String(found[1]!['id'])}/feedback`, {
    verdict: 'normal',
    reason: 'the new message of 4.18, expected',
  });
  const strange = found.find((one) =>
    /segfault|corrupted|deadlock|panic|overflow|unreachable/.test(String(one['summary'])),
  );
  return { anomaly: String((strange ?? found[0]!)['id']), stream };
}

/** A value a minute, calm but for its last minutes. */
function otlpGauge(startMs: number) {
  const points = Array.from({ length: 1_000 }, (_, i) => ({
    timeUnixNano: `${startMs + i * 20_000}000000`,
    asDouble: 40 + ((i * 7919) % 13) + (i > 990 ? 300 : 0),
  }));
  return {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'payments' } }] },
        scopeMetrics: [{ metrics: [{ name: 'queue.depth', unit: '{jobs}', gauge: { dataPoints: points } }] }],
      },
    ],
  };
}
