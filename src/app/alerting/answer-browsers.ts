import type { HttpApp } from '../../http/http-app.ts';
import { compileWholeRegex } from '../../platform/go-template/go-regex.ts';

const METHODS = 'GET,POST,DELETE';
/** Browsers keep an answer this long before they ask again. */
const KEPT_SECONDS = '600';

/** Lets pages of these origins call the API, as Alertmanager's `--web.cors.origin` does. */
export function answerBrowsers(app: HttpApp, origins: string, prefix: string): void {
  const fits = compileWholeRegex(origins);
  const api = `${prefix === '/' ? '' : prefix}/api/v2/`;
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith(api)) return;
    const { origin } = request.headers;
    const asks = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    reply.header('vary', asks ? 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' : 'Origin');
    const isAllowed = origin !== undefined && fits(origin);
    if (isAllowed) reply.header('access-control-allow-origin', origin);
    if (!asks) return;
    const wanted = request.headers['access-control-request-method'] ?? '';
    if (isAllowed && METHODS.split(',').includes(wanted)) {
      const headers = request.headers['access-control-request-headers'];
      reply.header('access-control-allow-methods', wanted).header('access-control-max-age', KEPT_SECONDS);
      if (headers !== undefined) reply.header('access-control-allow-headers', headers);
    }
    return reply.code(204).send();
  });
  // Only so that what browsers ask first is a known request.
  app.options(`${api}*`, { config: { access: 'public', summary: 'Whether a page may call' } }, (_request, reply) =>
    reply.code(204).send(),
  );
}
