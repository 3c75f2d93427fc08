import { z } from 'zod';
import { severityRankSchema, timestampSchema } from './common.ts';

/** How long something took, over those where it happened. Null where it never did. */
const takenSchema = z.object({ count: z.int(), meanMs: z.int().nullable(), medianMs: z.int().nullable() });

const promiseSchema = z.object({
  /** Of responses: somebody took it in time, or it was over in time. */
  attained: z.int(),
  missed: z.int(),
  /** Not done yet, and not late yet. */
  pending: z.int(),
  /** No time is promised. */
  unpromised: z.int(),
  /** `attained` of those that were attained or missed, 0 to 1; null where there are none. */
  ratio: z.number().nullable(),
});

const measuredSchema = z.object({
  incidents: z.int(),
  open: z.int(),
  /** From opened to acknowledged: the mean is the MTTA. */
  toAcknowledge: takenSchema,
  /** From opened to resolved: the mean is the MTTR. */
  toResolve: takenSchema,
  response: promiseSchema,
  /** The same of resolving it. */
  resolution: promiseSchema,
});

export const incidentMeasuresSchema = z
  .object({
    from: timestampSchema,
    to: timestampSchema,
    /** Incidents opened in the time, each once: those merged into another count with it. */
    all: measuredSchema,
    bySeverity: z.array(measuredSchema.extend({ rank: severityRankSchema, label: z.string(), scheme: z.string() })),
    /** Who was paged in the time and who acknowledged, most pages first. */
    people: z.array(
      z.object({
        name: z.string(),
        pages: z.int(),
        /** Incidents behind those pages. */
        incidents: z.int(),
        acknowledged: z.int(),
      }),
    ),
    shifts: z.array(
      z.object({
        schedule: z.string(),
        /** Shifts of the schedule in the time. */
        shifts: z.int(),
        pagesPerShift: z.number().nullable(),
        incidentsPerShift: z.number().nullable(),
        /** Shifts in which whoever had them was paged, most pages first. */
        busiest: z.array(
          z.object({
            start: timestampSchema,
            end: timestampSchema,
            user: z.string(),
            pages: z.int(),
            incidents: z.int(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'IncidentMeasures' });
export type IncidentMeasures = z.infer<typeof incidentMeasuresSchema>;
