import type { FastifyReply } from 'fastify';
import { IntakeRefusal } from '../../../observe/intake/telemetry/index.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { retryAfterOf, statusOf, toHttpError } from '../../problem.ts';

const RECORDS = { logs: 'LogRecords', metrics: 'DataPoints', traces: 'Spans' } as const;

/** The reply to an export: empty when everything was taken, else how much was not and why. */
export async function sendExported(
  reply: FastifyReply,
  isJson: boolean,
  kind: keyof typeof RECORDS,
  taken: { rejected: number; reasons: readonly string[] },
): Promise<FastifyReply> {
  const message = taken.reasons.join('; ');
  if (!isJson) {
    const body = taken.rejected === 0 ? {} : { partialSuccess: { rejected: taken.rejected, errorMessage: message } };
    return reply
      .code(200)
      .type('application/x-protobuf')
      .send(await encoded('ExportReply', body));
  }
  const body =
    taken.rejected === 0
      ? {}
      : { partialSuccess: { [`rejected${RECORDS[kind]}`]: String(taken.rejected), errorMessage: message } };
  return reply.code(200).type('application/json').serializer(String).send(JSON.stringify(body));
}

/** google.rpc.Code of an HTTP status. */
const GRPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  413: 3,
  415: 3,
  429: 8,
  503: 14,
};

/** Errors as OTLP wants them: a google.rpc.Status, written as the request was. Senders retry 429 and 503, nothing else. */
export async function sendOtlpError(
  reply: FastifyReply,
  isJson: boolean,
  thrown: unknown,
): Promise<{ status: number; error: HoldfastError }> {
  const error = refusalToError(thrown);
  const status = statusOf(error);
  const retryAfterMs = retryAfterOf(error);
  if (status === 429 || status === 503)
    reply.header('retry-after', String(Math.max(1, Math.ceil((retryAfterMs ?? 1_000) / 1_000))));
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="holdfast"');
  const message = status === 500 ? 'Holdfast made a mistake while taking this; nothing of it was kept' : error.message;
  const body = { code: GRPC_CODES[status] ?? 13, message };
  reply.code(status);
  if (isJson) reply.type('application/json').serializer(String).send(JSON.stringify(body));
  else reply.type('application/x-protobuf').send(await encoded('Status', body));
  return { status, error };
}

/** The library of protobuf is loaded with the first message that needs it. */
async function encoded(message: 'ExportReply' | 'Status', body: object): Promise<Buffer> {
  const { encodeMessage } = await import('../../../observe/intake/otlp/index.ts');
  return encodeMessage(message, body);
}

/** What the intake refuses, as every other refusal of ours. */
export function refusalToError(thrown: unknown): HoldfastError {
  if (!(thrown instanceof IntakeRefusal)) return toHttpError(thrown);
  const code = { invalid: 'telemetry.invalid', 'too-large': 'http.body-too-large', 'media-type': 'http.media-type' };
  return new HoldfastError({ code: code[thrown.kind], kind: 'invalid', message: thrown.message, cause: thrown });
}
