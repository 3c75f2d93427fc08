import type { CredentialResolver } from '../../platform/identity/credential-resolver.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import type { StreamHub } from '../stream/stream-hub.ts';
import { registerAuditRoutes } from './audit.ts';
import { registerDocsRoutes } from './docs.ts';
import { registerEventRoutes } from './events.ts';
import { registerHealthRoutes } from './health.ts';
import { registerKeyRoutes } from './keys.ts';
import { registerMetricsRoutes } from './metrics.ts';
import { registerSessionRoutes } from './session.ts';
import { registerUserRoutes } from './users.ts';

/** The routes every server has. Those of a stage are registered by the composition root. */
export function registerShellRoutes(
  app: HttpApp,
  deps: HttpDeps & { resolver: CredentialResolver; streams: StreamHub },
): void {
  registerHealthRoutes(app, deps);
  registerMetricsRoutes(app, deps);
  registerDocsRoutes(app, deps);
  registerEventRoutes(app, deps);
  registerSessionRoutes(app, deps);
  registerUserRoutes(app, deps);
  registerKeyRoutes(app, deps);
  registerAuditRoutes(app, deps);
}
