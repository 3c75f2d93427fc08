import { z } from 'zod';
import { severityRankSchema } from './common.ts';
import { DURATION_TEXT, onCallNameSchema } from './oncall.ts';

/** A time that can be kept, or one of these words: `0m` is a slip of the pen. */
const targetOr = (words: string) => new RegExp(`^(?=.*[1-9])${DURATION_TEXT}$|^(?:${words})$`);
const LONGEST_UPDATE_INTERVAL = 'a whole number of minutes or hours up to 24h, such as 30m';

const severityLevelSpecSchema = z.strictObject({
  rank: severityRankSchema,
  /** What the team calls it: `P1`, `SEV2`. */
  name: z
    .string()
    .trim()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,19}$/u, 'one word of at most 20 letters, digits, dots and dashes'),
  meaning: z.string().trim().max(200).default(''),
  /** How soon somebody has to respond, which is to acknowledge. */
  respond: z
    .string()
    .regex(targetOr('next business day|none'), 'a duration such as 15m, `next business day`, or `none`')
    .default('none'),
  /** How soon it has to be resolved. */
  resolve: z.string().regex(targetOr('none'), 'a duration such as 4h, or `none`').default('none'),
  /** How often the public hears of it. */
  updateEvery: z
    .string()
    .regex(/^(?:(?:[1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440)m|(?:[1-9]|1\d|2[0-4])h)$/, LONGEST_UPDATE_INTERVAL)
    .optional(),
  /** An alert with one of these labels has this rank, whatever its words mean elsewhere. */
  alerts: z.record(z.string().min(1).max(200), z.array(z.string().min(1).max(200)).min(1).max(50)).default({}),
});

/** What a team calls the four ranks and what it promises for each. */
export const severitySchemeSpecSchema = z
  .strictObject({
    description: z.string().max(500).optional(),
    /** Whose business days `next business day` means; the calendar of the team unless given. */
    calendar: onCallNameSchema.optional(),
    levels: z
      .array(severityLevelSpecSchema)
      .length(4, 'a scheme has four levels, one for each rank from 1 (worst) to 4')
      .refine((levels) => new Set(levels.map(({ rank }) => rank)).size === levels.length, 'two levels have one rank')
      .refine(
        (levels) => new Set(levels.map(({ name }) => name.toLowerCase())).size === levels.length,
        'two levels have one name',
      ),
  })
  .meta({ id: 'SeveritySchemeSpec' });
export type SeveritySchemeSpec = z.infer<typeof severitySchemeSpecSchema>;

/** What a team calls the ranks, and how soon somebody must respond. */
export const severitySchemeSchema = z
  .object({
    name: z.string(),
    /** True for the one new incidents get where no route says otherwise. */
    current: z.boolean(),
    /** False: it ships with Holdfast. */
    written: z.boolean(),
    calendar: z.string().nullable(),
    /** Worst first. */
    levels: z.array(
      z.object({
        rank: severityRankSchema,
        label: z.string(),
        /** Null: by the calendar (`nextBusinessDay`), or none. */
        respondWithinMs: z.int().nullable(),
        nextBusinessDay: z.boolean(),
        resolveWithinMs: z.int().nullable(),
        updateEveryMs: z.int().nullable(),
        meaning: z.string(),
        alerts: z.record(z.string(), z.array(z.string())),
      }),
    ),
  })
  .meta({ id: 'SeverityScheme' });
export type SeveritySchemeBody = z.infer<typeof severitySchemeSchema>;
