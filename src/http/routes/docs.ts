import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { buildOpenApi } from '../openapi/build-openapi.ts';
import { renderDocs } from '../openapi/render-docs.ts';
import { PAGE_STYLE } from '../render-page.ts';

/** The API described by itself, for programs and for people. Built when first asked for, so that it holds every route. */
export function registerDocsRoutes(app: HttpApp, deps: Pick<HttpDeps, 'version'>): void {
  let built: { json: string; html: string } | null = null;
  const build = () => {
    if (!built) {
      const document = buildOpenApi(app, { version: deps.version });
      built = { json: `${JSON.stringify(document, null, 2)}\n`, html: renderDocs(document) };
    }
    return built;
  };
  const config = (summary: string, type: string) => ({
    access: 'public' as const,
    summary,
    produces: { [type]: summary },
  });
  app.get(
    '/openapi.json',
    { config: config('This API as OpenAPI 3.1', 'application/json') },
    async (_request, reply) => {
      reply.type('application/json; charset=utf-8');
      return build().json;
    },
  );
  app.get('/docs', { config: config('This API for people', 'text/html') }, async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return build().html;
  });
  app.get('/docs/style.css', { config: { access: 'public', hidden: true } }, async (_request, reply) => {
    reply.type('text/css; charset=utf-8').header('cache-control', 'max-age=3600');
    return PAGE_STYLE;
  });
}
