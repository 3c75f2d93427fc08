import type { AnomalyDetail } from '../../contract/anomaly.ts';
import { type HttpClientSettings, PLAIN_CLIENT } from '../../platform/resilience/http-client-settings.ts';
import type { Delivery } from '../../platform/resilience/judge-delivery.ts';
import { createReceiverClient, deliver } from '../../platform/resilience/receiver-client.ts';

export type OtlpReceiver = {
  /** Without the path. */
  url: string;
  /** File that holds a bearer token, read anew for each request. */
  tokenFile: string | null;
};

const TIMEOUT_MS = 10_000;
/** By severity rank, as OpenTelemetry numbers them: ERROR, WARN, INFO. */
const SEVERITIES: Readonly<Record<number, { severityNumber: number; severityText: string }>> = {
  1: { severityNumber: 17, severityText: 'ERROR' },
  2: { severityNumber: 17, severityText: 'ERROR' },
  3: { severityNumber: 13, severityText: 'WARN' },
  4: { severityNumber: 9, severityText: 'INFO' },
};
const NANOS_PER_MILLI = 1_000_000n;

type Value = { stringValue: string } | { doubleValue: number } | { intValue: string };
type Attribute = { key: string; value: Value };

/** Sends anomalies to a receiver of OTLP over HTTP: a log record each, as a collector hands on. */
export function createAnomalySender(receiver: OtlpReceiver) {
  const settings: HttpClientSettings = {
    ...PLAIN_CLIENT,
    authorization:
      receiver.tokenFile === null ? null : { type: 'Bearer', credentials: { value: null, file: receiver.tokenFile } },
  };
  const client = createReceiverClient(settings);
  const url = `${receiver.url.replace(/\/+$/, '')}/v1/logs`;
  return (anomalies: readonly AnomalyDetail[], signal: AbortSignal): Promise<Delivery> =>
    deliver(client, {
      url: () => url,
      contentType: 'application/json',
      body: JSON.stringify(logsOf(anomalies)),
      timeoutMs: TIMEOUT_MS,
      signal,
    });
}

/** One resource for each service: its verdicts stand beside its own logs. */
export function logsOf(anomalies: readonly AnomalyDetail[]) {
  const byService = Map.groupBy(anomalies, ({ service }) => service);
  return {
    resourceLogs: [...byService].map(([service, found]) => ({
      resource: { attributes: [text('service.name', service)] },
      scopeLogs: [{ scope: { name: 'holdfast' }, logRecords: found.map(recordOf) }],
    })),
  };
}

function recordOf(anomaly: AnomalyDetail) {
  return {
    timeUnixNano: nanosOf(anomaly.at),
    observedTimeUnixNano: nanosOf(anomaly.foundAt),
    ...SEVERITIES[anomaly.severity],
    eventName: 'holdfast.anomaly',
    body: { stringValue: anomaly.summary },
    attributes: [
      text('holdfast.anomaly.id', anomaly.id),
      text('holdfast.anomaly.what', anomaly.what),
      text('holdfast.anomaly.cause', anomaly.cause),
      text('holdfast.stream.id', anomaly.streamId),
      text('holdfast.stream.kind', anomaly.streamKind),
      { key: 'holdfast.anomaly.n', value: { intValue: String(anomaly.n) } },
      { key: 'holdfast.anomaly.score', value: { doubleValue: anomaly.score } },
      { key: 'holdfast.anomaly.p', value: { doubleValue: anomaly.p } },
      ...(anomaly.event === null ? [] : [text('holdfast.anomaly.event', anomaly.event)]),
      ...(anomaly.template === null ? [] : [text('holdfast.anomaly.template', anomaly.template)]),
      ...anomaly.spans.slice(0, 1).map((span) => text('holdfast.anomaly.strangest', span.text)),
    ],
  };
}

const text = (key: string, value: string): Attribute => ({ key, value: { stringValue: value } });
const nanosOf = (at: string) => String(BigInt(Date.parse(at)) * NANOS_PER_MILLI);
