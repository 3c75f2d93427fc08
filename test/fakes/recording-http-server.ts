import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export type RecordedRequest = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

/** A server that keeps what it was asked and answers as it is told. */
export type RecordingServer = {
  url: string;
  requests: RecordedRequest[];
  /** How the next requests are answered; 200 without a body unless set. */
  answer: (response: ServerResponse, request: RecordedRequest) => void;
  close(): Promise<void>;
};

/** @param tls PEM of a certificate and its key: then it speaks HTTPS */
export async function startRecordingServer(tls?: { cert: string; key: string }): Promise<RecordingServer> {
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const recorded = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      server.requests.push(recorded);
      server.answer(response, recorded);
    });
  };
  const listening = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  const server: RecordingServer = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests: [],
    answer: (response) => void response.end(),
    close: () =>
      new Promise((resolve) => {
        listening.closeAllConnections();
        listening.close(() => resolve());
      }),
  };
  return server;
}
