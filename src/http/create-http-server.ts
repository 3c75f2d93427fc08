import type { Socket } from 'node:net';
import { type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { type CredentialResolver, createCredentialResolver } from '../platform/identity/credential-resolver.ts';
import { createId } from '../platform/identity/prefixed-id.ts';
import { installAccessGuard } from './auth/access-guard.ts';
import { createConnectionDrain } from './drain-connections.ts';
import { createHostRules, isHostAllowed, isLoopbackHost, isOriginAllowed } from './host-guard.ts';
import type { HttpApp } from './http-app.ts';
import type { HttpDeps } from './http-deps.ts';
import { PROBLEM_TYPE, retryAfterOf, sendProblem, toHttpError, toProblem } from './problem.ts';
import { installRateLimit } from './rate-limit.ts';
import { installRequestMetrics } from './request-metrics.ts';
import { installRouteTable, methodsAt } from './route-table.ts';
import { registerShellRoutes } from './routes/register-shell-routes.ts';
import { installSecurityHeaders } from './security-headers.ts';
import { installUi, serveUi } from './serve-ui.ts';
import { createStreamHub } from './stream/stream-hub.ts';

const BODY_LIMIT_BYTES = 1_048_576;
/** For a request to arrive whole; a slower one is an attack or a broken link. */
const REQUEST_TIMEOUT_MS = 30_000;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The HTTP server with its own routes (health, metrics, documentation, sessions, users, keys, audit, events) and those
 * that `registerRoutes` adds. Not listening yet. Everything is denied unless a route declares who may call it.
 * Closing it ends the event streams first, then waits for the requests under way.
 */
export async function createHttpServer(
  deps: HttpDeps,
  registerRoutes: (app: HttpApp, parts: { resolver: CredentialResolver }) => void | Promise<void> = () => {},
): Promise<HttpApp> {
  const { config } = deps;
  if (config.noAuth && !isLoopbackHost(config.listenHost)) {
    throw new HoldfastError({
      code: 'config.no-auth-not-loopback',
      kind: 'invalid',
      message: `--no-auth makes everybody an administrator and is refused on ${config.listenHost}`,
      hint: 'Listen on 127.0.0.1, or leave --no-auth out.',
    });
  }
  const app = fastify({
    // Its own lines say what ours say ("listening"); its warnings stay.
    loggerInstance: deps.logger.child({}, { level: deps.logger.isLevelEnabled('warn') ? 'warn' : deps.logger.level }),
    // One line per request is the metrics' work; what fails is logged where it is handled.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => createId('req'),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error, request, reply) => void sendProblem(reply, toProblem(error, request.id)),
    clientErrorHandler: answerBrokenRequest,
  }) as unknown as HttpApp;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  const https = config.externalUrl?.startsWith('https:') ?? false;
  const resolver = createCredentialResolver(deps, { cliToken: deps.cliToken, verifyToken: deps.verifyToken });
  const connections = createConnectionDrain(app.server);
  const streams = createStreamHub({ ...deps, resolver });

  // In this order: cheap refusals first, and no route may be registered before the table that denies it.
  installRouteTable(app);
  await installSecurityHeaders(app, { https });
  installHostGuard(app, deps);
  installRateLimit(app, config);
  installAccessGuard(app, { resolver }, { secureCookie: https, noAuth: config.noAuth });
  installRequestMetrics(app, deps.metrics);
  installErrorAnswers(app, deps);
  await installUi(app, deps);
  registerShellRoutes(app, { ...deps, resolver, streams });
  await registerRoutes(app, { resolver });

  app.addHook('preClose', async () => {
    await streams.close();
    connections.begin();
  });
  app.addHook('onClose', () => resolver.close());
  return app;
}

function installHostGuard(app: HttpApp, { config }: HttpDeps): void {
  const rules = createHostRules(config);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    // Probes of an orchestrator call by whatever name they like, and health tells nobody anything.
    const probe = request.routeOptions.config.probe === true && !rules.loopback;
    if (!probe && !isHostAllowed(request.host, rules)) {
      return done(
        new HoldfastError({
          code: 'http.misdirected',
          kind: 'denied',
          message: `this server is not known as ${request.host || '(no name)'}`,
          hint: 'Call it by its address, or name it with --external-url or in the setting for allowed hosts.',
        }),
      );
    }
    const { origin, 'sec-fetch-site': site } = request.headers;
    const fetchSite = Array.isArray(site) ? site[0] : site;
    if (!SAFE_METHODS.has(request.method) && !isOriginAllowed({ origin, fetchSite, host: request.host }, rules)) {
      return done(
        new HoldfastError({
          code: 'origin.denied',
          kind: 'denied',
          message: `a page of ${origin ?? 'another site'} may not change anything here`,
          hint: 'Open Holdfast by its own address; behind a proxy, set --external-url to the address people use.',
        }),
      );
    }
    done();
  });
}

function installErrorAnswers(app: HttpApp, deps: HttpDeps): void {
  app.setErrorHandler((thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = toProblem(thrown, request.id);
    const retryAfterMs = retryAfterOf(thrown);
    if (retryAfterMs !== null) reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
    const where = { reqId: request.id, method: request.method, route: request.routeOptions.url ?? null };
    if (problem.status >= 500) {
      const error = toHttpError(thrown);
      const level = error.kind === 'bug' ? 'error' : 'warn';
      deps.logger[level]({ ...where, err: error.cause ?? error }, `request failed: ${error.message}`);
    }
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler(async (request, reply) => {
    if (await serveUi(request, reply, deps.ui)) return reply;
    const path = request.url.split('?', 1)[0] ?? '/';
    const methods = methodsAt(app.routeTable, path);
    if (methods.length === 0) {
      throw new HoldfastError({
        code: 'http.unknown-route',
        kind: 'missing',
        message: `there is nothing at ${request.method} ${path}`,
        hint: 'GET /docs lists what there is.',
      });
    }
    reply.header('allow', methods.join(', '));
    throw new HoldfastError({
      code: 'http.method-not-allowed',
      kind: 'invalid',
      message: `${path} does not take ${request.method}; it takes ${methods.join(', ')}`,
    });
  });
}

/** What is not HTTP, or too large to be read, before there is a request. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title, code] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large', 'http.headers-too-large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout', 'http.request-timeout']
        : [400, 'Bad Request', 'http.malformed'];
  const detail = `the request could not be read (${error.code ?? 'unknown'})`;
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, code, requestId: createId('req') });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
