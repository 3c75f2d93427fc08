import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export type HttpRequest = {
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** From the start to the answer's headers, and between two pieces of its body; null waits. */
  timeoutMs: number | null;
};

export type HttpResponse = {
  status: number;
  headers: IncomingHttpHeaders;
  body: IncomingMessage;
};

/** The answer did not come, or stopped coming, within the time given. */
export class AnswerTimeout extends Error {}

/**
 * One request, as it is: no redirect is followed, nothing is tried twice, and any port will do (fetch refuses some on
 * which a server may well listen).
 */
export function sendRequest(url: URL, { method, headers, body, timeoutMs }: HttpRequest): Promise<HttpResponse> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = send(url, { method, headers: { ...headers, ...length }, agent: false }, (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    if (timeoutMs !== null) {
      request.setTimeout(timeoutMs, () => request.destroy(new AnswerTimeout(`no answer within ${timeoutMs} ms`)));
    }
    request.on('error', reject);
    request.end(body);
  });
}

/** The whole body. */
export async function readBytes(response: HttpResponse): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of response.body) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
