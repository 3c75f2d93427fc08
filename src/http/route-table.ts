import type { FastifySchema, RouteOptions } from 'fastify';
import type { Access, HttpApp } from './http-app.ts';
import { PUBLIC_ROUTES } from './public-routes.ts';

export type RouteRecord = {
  method: string;
  /** As registered: `/api/v1/keys/:id`. */
  path: string;
  access: Access;
  summary: string;
  description: string | undefined;
  hidden: boolean;
  idempotent: boolean;
  produces: Record<string, string>;
  schema: FastifySchema | undefined;
  pattern: RegExp;
};

/**
 * Denied by default: refuses, when it is registered, a route that does not say who may call it, or that calls itself
 * public without standing in the one list of public routes. Keeps the table of all routes.
 */
export function installRouteTable(app: HttpApp): void {
  const table: RouteRecord[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', (route: RouteOptions) => {
    const { access, summary, hidden = false, description, idempotent = false, produces = {} } = route.config ?? {};
    const methods = [route.method].flat();
    const name = `${methods.join(',')} ${route.url}`;
    if (access === undefined) throw new Error(`route ${name} does not declare config.access`);
    // Fastify answers HEAD wherever it answers GET.
    const listed = methods.every((method) => PUBLIC_ROUTES.has(`${method === 'HEAD' ? 'GET' : method} ${route.url}`));
    if (access === 'public' && !listed) {
      throw new Error(`route ${name} says it is public and is not listed in public-routes.ts`);
    }
    if (!hidden && summary === undefined)
      throw new Error(`route ${name} has no config.summary for the API documentation`);
    for (const method of methods) {
      table.push({
        method,
        path: route.url,
        access,
        summary: summary ?? '',
        description,
        hidden: hidden || method === 'HEAD',
        idempotent,
        produces,
        schema: route.schema,
        pattern: patternOf(route.url),
      });
    }
  });
}

/** The methods some route answers at this path; none when the path is unknown. */
export function methodsAt(table: readonly RouteRecord[], path: string): string[] {
  return [...new Set(table.filter((route) => route.pattern.test(path)).map((route) => route.method))].sort();
}

function patternOf(path: string): RegExp {
  const source = path
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '.*')))
    .join('/');
  return new RegExp(`^${source}$`);
}
