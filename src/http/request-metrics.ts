import { METHODS } from 'node:http';
import type { Metrics } from '../platform/metrics/metrics.ts';
import type { HttpApp } from './http-app.ts';

const KNOWN_METHODS = new Set(METHODS);

/** Counts every answer under its route's pattern; unknown paths share one label, or anybody could make a million. */
export function installRequestMetrics(app: HttpApp, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const streams = request.routeOptions.config.produces?.['text/event-stream'] !== undefined;
    metrics.observeRequest({
      method: KNOWN_METHODS.has(request.method) ? request.method : 'OTHER',
      endpoint: request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched'),
      status: reply.statusCode,
      seconds: streams ? null : reply.elapsedTime / 1_000,
    });
    done();
  });
}
