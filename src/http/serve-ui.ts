import { stat } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpApp } from './http-app.ts';
import type { HttpDeps, UiState } from './http-deps.ts';
import { renderPage } from './render-page.ts';

const YEAR_MS = 365 * 86_400_000;
/** Paths that belong to programs: an unknown one is a problem, never the UI's page. */
const PROGRAM_PATHS = /^\/(api|v1|v2|hooks|health|healthz|metrics|docs|openapi\.json|debug|admin|-)(\/|$)/;

const NOTICES: Record<Exclude<UiState, 'ready'>, { title: string; text: string }> = {
  building: {
    title: 'The web UI is being built',
    text: 'This page shows it as soon as it is ready, usually within a minute.',
  },
  missing: {
    title: 'The web UI is not installed',
    text: 'Build it with "npm run build:web" in the checkout. The API and the command line work without it.',
  },
  failed: {
    title: 'The web UI could not be built',
    text: 'The log of the server says why. The API and the command line work without it.',
  },
};

export async function installUi(app: HttpApp, deps: Pick<HttpDeps, 'ui'>): Promise<void> {
  // Only its sendFile: the paths it may serve are decided below.
  await app.register(fastifyStatic, { root: deps.ui.folder, serve: false });
}

/**
 * Answers a GET that no route takes with the UI: the file when there is one, else the UI's page, which knows its own
 * paths. Everything in that folder is public; it holds no data.
 * @returns false when the path is not the UI's to answer
 */
export async function serveUi(request: FastifyRequest, reply: FastifyReply, ui: HttpDeps['ui']): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const path = request.url.split('?', 1)[0] ?? '/';
  if (PROGRAM_PATHS.test(path)) return false;
  const state = ui.state();
  if (state !== 'ready') {
    if (!wantsPage(request, path)) return false;
    const notice = NOTICES[state];
    const status = state === 'building' ? 503 : 404;
    await reply
      .code(status)
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .headers(state === 'building' ? { 'retry-after': '2', refresh: '2' } : {})
      .send(
        renderPage({
          title: notice.title,
          body: `<h1>${notice.title}</h1><p>${notice.text}</p><p><a href="/docs">API documentation</a></p>`,
        }),
      );
    return true;
  }
  const file = await findFile(ui.folder, path);
  if (file !== null) {
    const hashed = file.startsWith(`assets${sep}`);
    await reply.sendFile(file, hashed ? { maxAge: YEAR_MS, immutable: true } : { maxAge: 0 });
    return true;
  }
  if (!wantsPage(request, path)) return false;
  await reply.header('cache-control', 'no-cache').sendFile('index.html', { maxAge: 0, cacheControl: false });
  return true;
}

/**
 * Whether the UI's page is an answer to this path. What looks like a file gets it only from a browser that goes there: a
 * missing script must fail as one, and `/runbooks/restart.md` is a page.
 */
function wantsPage(request: FastifyRequest, path: string): boolean {
  if (path.startsWith('/assets/') || path.includes('/.')) return false;
  const looksLikeFile = (path.split('/').at(-1) ?? '').includes('.');
  return !looksLikeFile || (request.headers.accept ?? '').includes('text/html');
}

/** The file below the folder that a path names, relative to it; null when there is none. */
async function findFile(folder: string, path: string): Promise<string | null> {
  let relative: string;
  try {
    relative = normalize(decodeURIComponent(path)).replace(/^[/\\]+/, '');
  } catch {
    return null;
  }
  if (
    relative === '' ||
    relative === '.' ||
    relative.includes('\0') ||
    relative.split(/[/\\]/).some((part) => part.startsWith('.'))
  )
    return null;
  const found = await stat(join(folder, relative)).catch(() => null);
  return found?.isFile() ? relative : null;
}
