import { z } from 'zod';
import { listOf } from '../../contract/common.ts';
import { probeSampleSchema, probeSchema } from '../../contract/probe.ts';
import { listProbes, listSamples, type ProbeSpec, readProbe, recordAnswer } from '../../observe/probes/index.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

const nameParamsSchema = z.object({ name: z.string().max(100) });

export type ProbeRouteDeps = HttpDeps & {
  runCheck(spec: ProbeSpec, signal: AbortSignal): Promise<{ healthy: boolean; reason: string; durationMs: number }>;
};

/** Probes and their answers. What is probed stands in the configuration. */
export function registerProbeRoutes(app: HttpApp, deps: ProbeRouteDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/probes',
    { config: { access: 'viewer', summary: 'All probes by name' }, schema: { response: { 200: listOf(probeSchema) } } },
    async () => ({ items: await listProbes(db), next: null }),
  );
  app.get(
    '/api/v1/probes/:name',
    {
      config: { access: 'viewer', summary: 'One probe' },
      schema: { params: nameParamsSchema, response: { 200: probeSchema } },
    },
    async ({ params }) => (await readProbe(db, params.name)).probe,
  );
  app.get(
    '/api/v1/probes/:name/samples',
    {
      config: { access: 'viewer', summary: 'Newest answers of a probe' },
      schema: {
        params: nameParamsSchema,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
        response: { 200: listOf(probeSampleSchema) },
      },
    },
    async ({ params, query }) => {
      await readProbe(db, params.name);
      return { items: await listSamples(db, params.name, query.limit), next: null };
    },
  );
  app.post(
    '/api/v1/probes/:name/check',
    {
      config: { access: 'operator', summary: 'Look right now; the answer counts like any other' },
      schema: { params: nameParamsSchema, response: { 200: probeSchema } },
    },
    async ({ params, signal }) => {
      const { spec } = await readProbe(db, params.name);
      await recordAnswer(deps.database, spec, await deps.runCheck(spec, signal), deps.clock.now());
      deps.wakeups.kick('outbox');
      return (await readProbe(db, params.name)).probe;
    },
  );
}
