/** The thread that reads what strangers send: a body that takes long to read, or too much memory, harms nobody else. */
import { parentPort } from 'node:worker_threads';
import { type DecodedTelemetry, decodeTelemetry, type TelemetryRequest } from './decode-telemetry.ts';
import { IntakeRefusal } from './intake-refusal.ts';

export type DecodeQuestion = { id: number; request: TelemetryRequest };
export type DecodeAnswer =
  | { id: number; ok: true; decoded: DecodedTelemetry }
  | { id: number; ok: false; refusal: { kind: IntakeRefusal['kind']; message: string } | null; message: string };

parentPort?.on('message', ({ id, request }: DecodeQuestion) => {
  try {
    const decoded = decodeTelemetry(request);
    parentPort?.postMessage({ id, ok: true, decoded } satisfies DecodeAnswer);
  } catch (thrown) {
    const refusal = thrown instanceof IntakeRefusal ? { kind: thrown.kind, message: thrown.message } : null;
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    parentPort?.postMessage({ id, ok: false, refusal, message } satisfies DecodeAnswer);
  }
});
