import { isLoopbackHost } from '../host-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

/** Prometheus metrics: open to this machine on a loopback listener, to viewers elsewhere (scrape with a viewer's key). */
export function registerMetricsRoutes(app: HttpApp, deps: HttpDeps): void {
  app.get(
    '/metrics',
    {
      config: {
        access: isLoopbackHost(deps.config.listenHost) ? 'public' : 'viewer',
        summary: 'Metrics of this process',
        description: 'Needs no key on a loopback listener, and the viewer role elsewhere.',
        probe: true,
        produces: { 'text/plain': 'Prometheus text format' },
      },
    },
    async (_request, reply) => {
      reply.type(deps.metrics.registry.contentType).header('cache-control', 'no-store');
      return deps.metrics.registry.metrics();
    },
  );
}
