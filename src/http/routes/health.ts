import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { healthSchema } from '../../contract/common.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { type CheckResult, createHealthChecks } from '../health-checks.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

const statusSchema = z.object({ status: z.enum(['passing', 'failing']) });

/** Health for probes, load balancers and people: 200 while passing, 503 while not. */
export function registerHealthRoutes(app: HttpApp, deps: HttpDeps): void {
  const startedAtMs = performance.now();
  const database = { name: 'database', check: async () => void (await deps.database.pool.query('select 1')) };
  const checks = createHealthChecks(
    [database, ...deps.checks.filter((check) => check.name !== 'database')],
    deps.logger,
  );
  const config = (summary: string) => ({ access: 'public' as const, summary, probe: true });
  const answer = (reply: FastifyReply, results: readonly CheckResult[]) => {
    const passing = results.every((result) => result.status === 'passing');
    reply.code(passing ? 200 : 503).header('cache-control', 'no-store');
    return passing ? ('passing' as const) : ('failing' as const);
  };
  const answerOne = async (reply: FastifyReply, name: string) => {
    if (!checks.names.has(name)) {
      throw new HoldfastError({
        code: 'health.unknown-check',
        kind: 'missing',
        message: `this server has no check called ${name}`,
      });
    }
    const results = await checks.run();
    return {
      status: answer(
        reply,
        results.filter((result) => result.name === name),
      ),
    };
  };
  const health = { response: { 200: healthSchema, 503: healthSchema } };
  const status = { response: { 200: statusSchema, 503: statusSchema } };

  app.get(
    '/health',
    { config: config('Every dependency with its latency'), schema: health },
    async (_request, reply) => {
      const results = await checks.run();
      const uptimeMs = Math.round(performance.now() - startedAtMs);
      return { status: answer(reply, results), version: deps.version, uptimeMs, checks: results };
    },
  );
  app.get('/health/live', { config: config('The process answers'), schema: status }, async () => ({
    status: 'passing' as const,
  }));
  app.get(
    '/health/ready',
    { config: config('Every dependency was asked and answered'), schema: status },
    async (_request, reply) => ({
      status: answer(reply, await checks.run()),
    }),
  );
  app.get('/healthz', { config: config('The same as /health/ready'), schema: status }, async (_request, reply) => ({
    status: answer(reply, await checks.run()),
  }));
  app.get('/healthz/db', { config: config('The database answers'), schema: status }, async (_request, reply) =>
    answerOne(reply, 'database'),
  );
  app.get(
    '/healthz/config',
    { config: config('The configuration is valid'), schema: status },
    async (_request, reply) => answerOne(reply, 'config'),
  );
}
