import type { AddressInfo } from 'node:net';
import type { HttpApp } from '../http/http-app.ts';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';

const FAILURES: Readonly<Record<string, { message: (at: string) => string; hint: (setting: string) => string }>> = {
  EADDRINUSE: {
    message: (at) => `${at} is in use by another process`,
    hint: (setting) => `Stop it, or choose another with ${setting} (port 0 picks a free one).`,
  },
  EACCES: {
    message: (at) => `this user may not listen on ${at}`,
    hint: (setting) => `Ports below 1024 need privileges; choose another with ${setting}.`,
  },
  EADDRNOTAVAIL: {
    message: (at) => `${at} is no address of this machine`,
    hint: (setting) => `Choose one with ${setting}.`,
  },
  ENOTFOUND: {
    message: (at) => `the name in ${at} does not resolve`,
    hint: (setting) => `Choose an address with ${setting}.`,
  },
};

/** Why an address cannot be listened on, in words that say what to do; other failures stay as they are. */
export function explainListening(thrown: unknown, at: { host: string; port: number }, setting: string): unknown {
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  // gRPC's library gives the code as text alone.
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  const failure = FAILURES[code] ?? FAILURES[/E[A-Z]{4,}/.exec(messageOf(thrown))?.[0] ?? ''];
  if (!failure) return thrown;
  return new HoldfastError({
    code: 'http.cannot-listen',
    kind: 'unavailable',
    message: failure.message(`${host}:${at.port}`),
    hint: failure.hint(setting),
    cause: thrown,
  });
}

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
    throw explainListening(thrown, at, '--listen HOST:PORT');
  }
  return `http://${host}:${(app.server.address() as AddressInfo).port}`;
}
