import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import type { AlertEngine } from '../../detect/alerting/index.ts';
import { createConnectionDrain } from '../../http/drain-connections.ts';
import type { HttpApp } from '../../http/http-app.ts';
import { toProblem } from '../../http/problem.ts';
import {
  type AlertmanagerStatus,
  registerAlertmanagerApi,
} from '../../http/routes/alertmanager/register-alertmanager-api.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { AlertmanagerMetrics } from './alertmanager-metrics.ts';
import { answerBrowsers } from './answer-browsers.ts';
import { guardWithWebConfig } from './guard-with-web-config.ts';
import type { WebConfigSource } from './web-config.ts';

export type AlertmanagerServer = { port: number; close(): Promise<void> };

const REQUEST_TIMEOUT_MS = 30_000;

/**
 * The HTTP side of the stand-in: open to everybody who reaches it, like the original, and said so when that is more than
 * this machine.
 * @param options.routePrefix `/` or a path all endpoints lie below
 */
export async function listenAsAlertmanager(options: {
  engine: AlertEngine;
  clock: Clock;
  logger: Logger;
  metrics: AlertmanagerMetrics;
  listen: readonly { host: string; port: number }[];
  routePrefix: string;
  /** A regular expression that fits whole origins; null is none. */
  corsOrigin: string | null;
  web: WebConfigSource | null;
  status: Omit<AlertmanagerStatus, 'address'>;
  reload: () => Promise<string | null>;
}): Promise<AlertmanagerServer> {
  const { logger, metrics } = options;
  const prefix = `/${options.routePrefix.replace(/^\/+|\/+$/g, '')}`;
  const [first, ...others] = options.listen;
  if (!first) throw new Error('an address to listen on is needed');
  let address = '';
  const servers: HttpApp[] = [];
  for (const listen of [first, ...others]) {
    const tls = (await options.web?.current())?.tls ?? null;
    const app = fastify({
      logger: false,
      requestTimeout: REQUEST_TIMEOUT_MS,
      routerOptions: { ignoreTrailingSlash: true },
      ...(tls && { https: tls.options }),
    }) as unknown as HttpApp;
    const stopGuarding = options.web ? await guardWithWebConfig(app, options.web, logger) : () => {};
    if (options.corsOrigin !== null) answerBrowsers(app, options.corsOrigin, prefix);
    app.setErrorHandler((thrown, request, reply) => {
      const problem = toProblem(thrown, request.id);
      if (problem.status >= 500) logger.error({ err: thrown, path: request.url }, 'request failed');
      void reply.code(problem.status).type('application/json').send(JSON.stringify(problem.detail));
    });
    await app.register(
      async (below: HttpApp) => {
        await registerAlertmanagerApi(below, {
          ...options,
          status: { ...options.status, address: () => address },
          access: { read: 'public', send: 'public', silence: 'public' },
          observe: metrics,
        });
        registerManagement(below, options);
      },
      { prefix: prefix === '/' ? '' : prefix },
    );
    if (prefix !== '/') app.get('/', (_request, reply) => reply.redirect(`${prefix}/`));
    const connections = createConnectionDrain(app.server);
    app.addHook('preClose', async () => {
      stopGuarding();
      connections.begin();
    });
    await app.listen({ ...listen, listenTextResolver: () => 'port bound' });
    servers.push(app);
    const bound = app.server.address() as AddressInfo;
    const shown = bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`;
    if (address === '') address = shown;
    if (!isLoopback(bound.address) && options.web === null)
      logger.warn({ address: shown }, 'open to everybody who reaches this address: it asks nobody who they are');
    logger.info({ address: shown }, 'Listening on');
    logger.info({ address: shown }, tls ? 'TLS is enabled.' : 'TLS is disabled.');
  }
  return {
    port: Number(address.slice(address.lastIndexOf(':') + 1)),
    async close() {
      await Promise.all(servers.map((app) => app.close()));
    },
  };
}

function registerManagement(
  app: HttpApp,
  { metrics, reload }: { metrics: AlertmanagerMetrics; reload: () => Promise<string | null> },
): void {
  const config = (summary: string) => ({ config: { access: 'public' as const, summary } });
  app.get('/-/healthy', config('Whether it lives'), (_request, reply) => reply.type('text/plain').send('OK'));
  app.get('/-/ready', config('Whether it takes alerts'), (_request, reply) => reply.type('text/plain').send('OK'));
  app.post('/-/reload', config('Read the configuration file again'), async (_request, reply) => {
    const problem = await reload();
    reply.type('text/plain');
    return problem === null ? reply.send('') : reply.code(500).send(`failed to reload config: ${problem}\n`);
  });
  app.get('/metrics', config('Figures for Prometheus'), async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.get('/', config('What this is'), (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
}

const PAGE = `<!doctype html><html lang="en"><title>Holdfast as Alertmanager</title>
<h1>Holdfast stands in for Alertmanager here</h1>
<p>Alerts are taken at <code>api/v2/alerts</code>; <a href="api/v2/status">status</a>, <a href="api/v2/alerts/groups">groups</a>,
<a href="api/v2/silences">silences</a> and <a href="metrics">metrics</a> are where Alertmanager has them. amtool works.</p></html>
`;

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
