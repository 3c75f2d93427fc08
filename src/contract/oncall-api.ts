import { z } from 'zod';
import { timestampSchema } from './common.ts';
import { userNameSchema } from './identity.ts';
import { newOverrideSchema, onCallNameSchema, overrideSchema } from './oncall.ts';

/** A definition as it is kept. `version` 0: it ships with Holdfast and nobody has written one of this name. */
export function definitionOf<Spec extends z.ZodType>(spec: Spec) {
  return z.object({
    name: z.string(),
    spec,
    version: z.int(),
    changedAt: timestampSchema.nullable(),
    changedBy: z.string().nullable(),
  });
}

export const applyOnCallSchema = z
  .strictObject({
    /** Its file's name, for messages. */
    name: z.string().max(300).default('oncall.yaml'),
    /** YAML. */
    text: z.string().max(900_000),
    /** Deletes what the file does not name. */
    prune: z.boolean().default(false),
    /** Says what would change, and changes nothing. */
    dryRun: z.boolean().default(false),
  })
  .meta({ id: 'ApplyOnCall' });
export const appliedOnCallSchema = z
  .object({
    dryRun: z.boolean(),
    changes: z.array(
      z.object({
        kind: z.enum(['calendar', 'scheme', 'team', 'schedule', 'policy', 'routes']),
        name: z.string(),
        change: z.enum(['created', 'changed', 'unchanged', 'deleted']),
      }),
    ),
    /** What holds now and is worth knowing: roles nobody fills, holes in schedules, people who cannot be reached. */
    warnings: z.array(z.string()),
  })
  .meta({ id: 'AppliedOnCall' });
export type AppliedOnCall = z.infer<typeof appliedOnCallSchema>;

export const onCallProblemSchema = z.object({
  severity: z.enum(['error', 'warning']),
  path: z.string(),
  message: z.string(),
});
export type OnCallProblem = z.infer<typeof onCallProblemSchema>;

export const importIcalSchema = z
  .strictObject({
    /** The iCalendar file. */
    text: z.string().max(900_000),
    /** Addresses and names in the calendar, and whom they mean. */
    people: z.record(z.string().min(1).max(300), userNameSchema).default({}),
    /** Imports what can be, instead of nothing. */
    partial: z.boolean().default(false),
  })
  .meta({ id: 'ImportIcal' });
export const importedIcalSchema = z
  .object({
    overrides: z.array(overrideSchema),
    /** Until when events that repeat were followed; null where none goes on after it. */
    repeatedUntil: timestampSchema.nullable(),
    problems: z.array(z.object({ line: z.int(), message: z.string() })),
  })
  .meta({ id: 'ImportedIcal' });
export type ImportedIcal = z.infer<typeof importedIcalSchema>;

/** Definitions of another program. */
export const convertOnCallSchema = z
  .strictObject({
    from: z.literal('pagerduty'),
    /** Answers of its API, as JSON. */
    documents: z
      .array(z.strictObject({ name: z.string().max(300), text: z.string().max(900_000) }))
      .min(1)
      .max(100),
    /** Addresses, names and ids there, and whom they mean. */
    people: z.record(z.string().min(1).max(300), userNameSchema).default({}),
    /** Applies the definitions and makes the overrides. */
    apply: z.boolean().default(false),
  })
  .meta({ id: 'ConvertOnCall' });
export type ConvertOnCall = z.infer<typeof convertOnCallSchema>;
export const convertedOnCallSchema = z
  .object({
    /** The file that `apply` takes. */
    text: z.string(),
    overrides: z.array(z.object({ schedule: z.string(), override: newOverrideSchema })),
    /** What could not be carried over, or not as it was. */
    notes: z.array(z.object({ about: z.string(), message: z.string() })),
    /** Null: nothing was changed. */
    applied: appliedOnCallSchema.omit({ dryRun: true }).nullable(),
  })
  .meta({ id: 'ConvertedOnCall' });
export type ConvertedOnCallBody = z.infer<typeof convertedOnCallSchema>;

/** A calendar address that anybody who knows it may read, until it is revoked. */
export const calendarFeedSchema = z
  .object({
    id: z.string(),
    about: z.enum(['schedule', 'user']),
    name: z.string(),
    createdBy: z.string(),
    createdAt: timestampSchema,
    revokedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'CalendarFeed' });
export type CalendarFeed = z.infer<typeof calendarFeedSchema>;
export const createFeedSchema = z.union(
  [z.strictObject({ schedule: onCallNameSchema }), z.strictObject({ user: userNameSchema })],
  { error: 'give either schedule or user' },
);
/** The only answer that holds the address. */
export const createdFeedSchema = z.object({ feed: calendarFeedSchema, url: z.string() });
export type CreatedFeed = z.infer<typeof createdFeedSchema>;
