import { z } from 'zod';
import { readOutput, readRun } from '../../act/runs/index.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

const querySchema = z.object({
  step: z.string().max(200),
  attempt: z.coerce.number().int().min(1).optional().describe('The last one by default.'),
  from: z.coerce.number().int().min(0).default(0).describe('Byte offset to start at.'),
});

/** What is sent of a long output in one answer; ask again from `x-holdfast-next`. */
const MOST_BYTES = 512 * 1024;

/** A step's output, as far as it is stored; asked again from `next` while the step runs. */
export function registerRunOutputRoutes(app: HttpApp, deps: HttpDeps): void {
  app.get(
    '/api/v1/runs/:id/output',
    {
      config: {
        access: 'viewer',
        summary: 'Output of one attempt of a step, from an offset on',
        description:
          'Plain text. `x-holdfast-next` is the offset to go on from; `x-holdfast-ended` says whether more can come. Where the middle was cut, a line says so.',
        produces: { 'text/plain': 'The output, redacted' },
      },
      schema: { params: z.object({ id: z.string().max(100) }), querystring: querySchema },
    },
    async ({ params, query }, reply) => {
      // The attempt before its output: what an ended one wrote is all stored by then.
      const run = await readRun(deps.database, params.id);
      const attempts = run.steps.find((step) => step.id === query.step)?.attempts ?? [];
      const attempt =
        query.attempt === undefined ? attempts.at(-1) : attempts.find((candidate) => candidate.n === query.attempt);
      if (!attempt) {
        throw new HoldfastError({
          code: 'attempt.missing',
          kind: 'missing',
          message: `run ${params.id} has no such attempt of step "${query.step}"`,
          hint: `Its steps: ${run.steps.map((step) => step.id).join(', ')}`,
        });
      }
      const parts: Buffer[] = [];
      let next = query.from;
      let bytes = 0;
      let whole = true;
      for (const chunk of await readOutput(
        deps.database,
        { runId: params.id, stepId: query.step, n: attempt.n },
        query.from,
      )) {
        if (bytes >= MOST_BYTES) {
          whole = false;
          break;
        }
        if (chunk.offset > next) parts.push(Buffer.from(`\n[… ${chunk.offset - next} bytes cut …]\n`));
        const part = chunk.bytes.subarray(Math.max(0, next - chunk.offset));
        parts.push(part);
        bytes += part.length;
        next = chunk.offset + chunk.bytes.length;
      }
      return reply
        .header('cache-control', 'no-store')
        .header('x-holdfast-next', String(next))
        .header('x-holdfast-ended', String(attempt.status !== 'running' && whole))
        .type('text/plain; charset=utf-8')
        .send(Buffer.concat(parts));
    },
  );
}
