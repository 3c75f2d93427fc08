import type { Server, TLSSocket } from 'node:tls';
import type { HttpApp } from '../../http/http-app.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { ClientRule, WebConfigSource } from './web-config.ts';

/** New certificates are in use this soon. */
const LOOK_MS = 5_000;

/**
 * Lets in whom the web configuration lets in: users with their passwords, clients with their certificates, and no more
 * requests than its limit. Users and headers are those of the file now; a bad file answers 500 until it is repaired.
 * @returns stops looking for new certificates
 */
export async function guardWithWebConfig(app: HttpApp, web: WebConfigSource, logger: Logger): Promise<() => void> {
  const takeOne = createBucket((await web.current()).rateLimit);
  app.addHook('onRequest', async (request, reply) => {
    let config: Awaited<ReturnType<WebConfigSource['current']>>;
    try {
      config = await web.current();
    } catch (thrown) {
      logger.error({ err: messageOf(thrown) }, 'Unable to parse configuration');
      return reply.code(500).type('text/plain; charset=utf-8').send('Internal Server Error\n');
    }
    if (!takeOne(performance.now()))
      return reply.code(429).type('text/plain; charset=utf-8').send('Too Many Requests\n');
    reply.headers(config.headers);
    if (await config.admits(request.headers.authorization)) return;
    return reply.code(401).header('www-authenticate', 'Basic').type('text/plain; charset=utf-8').send('Unauthorized\n');
  });
  const first = (await web.current()).tls;
  if (first === null) return () => {};
  const server = app.server as unknown as Server;
  server.on('secureConnection', (socket: TLSSocket) => {
    if (!isWelcome(socket, first.clients)) socket.destroy();
  });
  const timer = setInterval(() => {
    web.current().then(
      ({ tls }) => tls && server.setSecureContext(tls.options),
      (thrown: unknown) => logger.error({ err: messageOf(thrown) }, 'Unable to parse configuration'),
    );
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function isWelcome(socket: TLSSocket, { required, verified, names }: ClientRule): boolean {
  const certificate = socket.getPeerCertificate();
  const isThere = Object.keys(certificate ?? {}).length > 0;
  if (!isThere) return !required;
  if (verified && !socket.authorized) return false;
  if (names === null) return true;
  const own = (certificate.subjectaltname ?? '').split(', ').map((each) => each.slice(each.indexOf(':') + 1));
  return own.some((name) => names.includes(name));
}

/** A bucket that fills by one each interval. */
function createBucket(limit: { burst: number; intervalMs: number } | null): (nowMs: number) => boolean {
  if (limit === null) return () => true;
  let tokens = limit.burst;
  let lastMs = performance.now();
  return (nowMs) => {
    tokens = Math.min(limit.burst, tokens + (nowMs - lastMs) / limit.intervalMs);
    lastMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
