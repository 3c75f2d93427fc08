import { z } from 'zod';
import { timestampSchema } from '../../contract/common.ts';
import { incidentMeasuresSchema } from '../../contract/incident-measures.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { listMeasuredIncidents, listSentPages, measureIncidents } from '../../respond/incidents/index.ts';
import { listDefinitions, readShifts } from '../../respond/oncall/index.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

const DAY_MS = 86_400_000;
const DEFAULT_RANGE_MS = 30 * DAY_MS;
const LONGEST_RANGE_MS = 400 * DAY_MS;
/** More than this at once would keep everybody else waiting. */
const MOST_ROWS = 100_000;

/** How incidents were answered over a time. */
export function registerIncidentMeasuresRoutes(app: HttpApp, deps: HttpDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/incidents/measures',
    {
      config: {
        access: 'viewer',
        summary: 'MTTA, MTTR, response times kept, pages by person and shift, of incidents opened in a time',
        description: 'From `from` up to `to`, at most 400 days; the last 30 days unless given.',
      },
      schema: {
        querystring: z.object({ from: timestampSchema.optional(), to: timestampSchema.optional() }),
        response: { 200: incidentMeasuresSchema },
      },
    },
    async ({ query }) => {
      const now = deps.clock.now();
      const to = query.to === undefined ? now : new Date(query.to);
      const from = query.from === undefined ? new Date(to.getTime() - DEFAULT_RANGE_MS) : new Date(query.from);
      assertRange(from, to);
      const range = { from, to, most: MOST_ROWS + 1 };
      const [incidents, pages] = await Promise.all([listMeasuredIncidents(db, range), listSentPages(db, range)]);
      if (incidents.length > MOST_ROWS || pages.length > MOST_ROWS)
        throw badRange(`there were more than ${MOST_ROWS} incidents or pages`);
      const schedules = [];
      for (const { name: schedule } of await listDefinitions(db, 'schedule'))
        schedules.push({ schedule, shifts: await readShifts(db, schedule, { from, to, layer: null }) });
      return measureIncidents({ incidents, pages, schedules }, { from, to }, now);
    },
  );
}

function assertRange(from: Date, to: Date): void {
  const lengthMs = to.getTime() - from.getTime();
  if (lengthMs <= 0) throw badRange('`to` must be after `from`');
  if (lengthMs > LONGEST_RANGE_MS) throw badRange('that is more than 400 days');
}

function badRange(message: string): HoldfastError {
  return new HoldfastError({
    code: 'measures.range',
    kind: 'invalid',
    message,
    hint: 'Ask for another or a shorter time.',
  });
}
