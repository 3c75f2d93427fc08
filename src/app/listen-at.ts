import type { AddressInfo } from 'node:net';
import type { HttpApp } from '../http/http-app.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';

const FAILURES: Readonly<Record<string, { message: (at: string) => string; hint: string }>> = {
  EADDRINUSE: {
    message: (at) => `${at} is in use by another process`,
    hint: 'Stop it, or choose another with --listen HOST:PORT (port 0 picks a free one).',
  },
  EACCES: {
    message: (at) => `this user may not listen on ${at}`,
    hint: 'Ports below 1024 need privileges; choose another with --listen HOST:PORT.',
  },
  EADDRNOTAVAIL: {
    message: (at) => `${at} is no address of this machine`,
    hint: 'Choose one with --listen HOST:PORT.',
  },
  ENOTFOUND: {
    message: (at) => `the name in ${at} does not resolve`,
    hint: 'Choose an address with --listen HOST:PORT.',
  },
};

/**
 * Starts listening.
 * @returns the address with scheme and the real port: `http://127.0.0.1:8080`
 * @throws HoldfastError unavailable `http.cannot-listen`
 */
export async function listenAt(app: HttpApp, at: { host: string; port: number }): Promise<string> {
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  try {
    await app.listen({ ...at, listenTextResolver: () => 'port bound' });
  } catch (thrown) {
    const failure = FAILURES[String((thrown as NodeJS.ErrnoException).code)];
    if (!failure) throw thrown;
    throw new HoldfastError({
      code: 'http.cannot-listen',
      kind: 'unavailable',
      message: failure.message(`${host}:${at.port}`),
      hint: failure.hint,
      cause: thrown,
    });
  }
  return `http://${host}:${(app.server.address() as AddressInfo).port}`;
}
