import { z } from 'zod';
import { severityRankSchema, timestampSchema } from './common.ts';
import { userNameSchema } from './identity.ts';

// Definitions of on-call, one shape for the file people keep, the API and the database. Durations in them are text with
// a unit, as people write and read them; what the API tells of running things uses times and milliseconds.

const nameText = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Name of a team, schedule, policy, calendar or severity scheme. */
export const onCallNameSchema = z
  .string()
  .regex(nameText, 'a name is made of lower-case letters, digits, dots, dashes and underscores, 64 at most');

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const weekdaySchema = z.enum(WEEKDAYS);
export type Weekday = z.infer<typeof weekdaySchema>;

export const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, {
    error: (issue) => `"${String(issue.input).slice(0, 40)}" is not a time zone, such as Europe/Berlin`,
  });
const timeOfDaySchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 09:00');
const endOfDaySchema = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day such as 17:00, or 24:00');
const dateSchema = z.iso.date('a date such as 2026-01-05');
export const DURATION_TEXT = String.raw`(?:\d{1,6}(?:\.\d{1,3})?(?:ms|s|m|h|d|w)){1,6}`;
const durationTextSchema = z.string().regex(new RegExp(`^${DURATION_TEXT}$`), 'a duration such as 5m, 1h30m or 2d');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Fixed offsets have no daylight saving and no name people know: a mistake more often than not.
    return name !== '' && !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** Hours of the week; `to` at or before `from` ends on the next day. */
export const weekWindowSchema = z.strictObject({
  days: z
    .array(weekdaySchema)
    .min(1)
    .max(7)
    .default([...WEEKDAYS]),
  from: timeOfDaySchema.default('00:00'),
  to: endOfDaySchema.default('24:00'),
});
export type WeekWindow = z.infer<typeof weekWindowSchema>;

export const rotationSchema = z
  .strictObject({
    every: z.enum(['hour', 'day', 'week']),
    /** A shift is so many of them long. */
    length: z.int().min(1).max(1_000).default(1),
    /** The first handover is the first one on or after this day. */
    startsOn: dateSchema,
    handoverAt: timeOfDaySchema.default('09:00'),
    /** Of weekly rotations; the weekday of `startsOn` unless given. */
    handoverDay: weekdaySchema.optional(),
    /** The schedule's unless given. */
    timezone: timeZoneSchema.optional(),
  })
  .refine((rotation) => rotation.every === 'week' || rotation.handoverDay === undefined, {
    path: ['handoverDay'],
    error: 'only weekly rotations have a handover day',
  });
export type Rotation = z.infer<typeof rotationSchema>;

export const layerSchema = z.strictObject({
  name: onCallNameSchema,
  rotation: rotationSchema,
  participants: z.array(userNameSchema).min(1, 'at least one participant').max(200),
  /** Only at these hours of the week; always unless given. */
  only: z.array(weekWindowSchema).min(1).max(50).optional(),
});
export type Layer = z.infer<typeof layerSchema>;

export const scheduleSpecSchema = z
  .strictObject({
    description: z.string().max(500).optional(),
    timezone: timeZoneSchema,
    /** From the top: the first layer with somebody on call counts. */
    layers: z
      .array(layerSchema)
      .min(1, 'at least one layer')
      .max(20)
      .refine(
        (layers) => new Set(layers.map((layer) => layer.name)).size === layers.length,
        'two layers have one name',
      ),
  })
  .meta({ id: 'ScheduleSpec' });
export type ScheduleSpec = z.infer<typeof scheduleSpecSchema>;

/** Who stands in. Without `replaces` for whoever is on; without `layer` in the whole schedule. */
export const newOverrideSchema = z
  .strictObject({
    user: userNameSchema,
    replaces: userNameSchema.optional(),
    layer: onCallNameSchema.optional(),
    start: timestampSchema,
    end: timestampSchema,
    reason: z.string().max(500).optional(),
  })
  .refine((override) => override.start < override.end, { path: ['end'], error: 'must be after start' });
export type NewOverride = z.infer<typeof newOverrideSchema>;

export const overrideSchema = z
  .object({
    id: z.string(),
    schedule: z.string(),
    user: z.string(),
    replaces: z.string().nullable(),
    layer: z.string().nullable(),
    start: timestampSchema,
    end: timestampSchema,
    reason: z.string().nullable(),
    createdBy: z.string(),
    createdAt: timestampSchema,
  })
  .meta({ id: 'OnCallOverride' });
export type Override = z.infer<typeof overrideSchema>;

/** Who is on call from when to when. */
export const shiftSchema = z
  .object({
    start: timestampSchema,
    end: timestampSchema,
    user: z.string(),
    /** The layer it comes from; null where an override filled a hole. */
    layer: z.string().nullable(),
    /** The one who would be on without the override. */
    insteadOf: z.string().nullable(),
    overrideId: z.string().nullable(),
  })
  .meta({ id: 'OnCallShift' });
export type ShiftBody = z.infer<typeof shiftSchema>;

export const onCallNowSchema = z
  .object({
    schedule: z.string(),
    at: timestampSchema,
    /** Null: nobody is on call. */
    user: z.string().nullable(),
    layer: z.string().nullable(),
    overrideId: z.string().nullable(),
    /** When somebody else takes over, or nobody does; null when that is more than 60 days away. */
    until: timestampSchema.nullable(),
    next: z.string().nullable(),
    explanation: z.string(),
  })
  .meta({ id: 'OnCallNow' });
export type OnCallNow = z.infer<typeof onCallNowSchema>;

/** Working hours and holidays: what "next business day" means. */
export const calendarSpecSchema = z
  .strictObject({
    description: z.string().max(500).optional(),
    timezone: timeZoneSchema,
    hours: z.array(weekWindowSchema).min(1).max(50),
    holidays: z.array(dateSchema).max(2_000).default([]),
  })
  .meta({ id: 'CalendarSpec' });
export type CalendarSpec = z.infer<typeof calendarSpecSchema>;

/** What somebody is in a team: `lead`, `manager`, `director`, `vp-engineering`, any word. */
const teamRoleSchema = onCallNameSchema;
export const teamSpecSchema = z
  .strictObject({
    description: z.string().max(500).optional(),
    members: z
      .array(z.strictObject({ user: userNameSchema, roles: z.array(teamRoleSchema).max(20).default([]) }))
      .max(500)
      .default([]),
    /** Who `role: on-call` is. */
    schedule: onCallNameSchema.optional(),
    /** The calendar of its response times. */
    calendar: onCallNameSchema.optional(),
    /** The severity scheme of incidents that are routed to it. */
    scheme: onCallNameSchema.optional(),
  })
  .meta({ id: 'TeamSpec' });
export type TeamSpec = z.infer<typeof teamSpecSchema>;

/** Whom a step addresses: exactly one of user, schedule, team, role, channel. */
export const escalationTargetSchema = z.union(
  [
    z.strictObject({ user: userNameSchema }),
    z.strictObject({ schedule: onCallNameSchema, layer: onCallNameSchema.optional() }),
    /** Everybody in it, or those with the role; `on-call` is the team's schedule. */
    z.strictObject({ team: onCallNameSchema, role: teamRoleSchema.optional() }),
    /** A role in the team the incident was routed to. */
    z.strictObject({ role: teamRoleSchema }),
    /** A channel of the configuration, such as `webhook:ops`. */
    z.strictObject({
      channel: z.string().regex(/^[A-Za-z][\w.:-]{0,99}$/, 'the name of a channel, such as webhook:ops'),
    }),
  ],
  { error: 'must be one of user, schedule (with layer), team (with role), role, channel' },
);
export type EscalationTarget = z.infer<typeof escalationTargetSchema>;

const severitiesSchema = z.array(severityRankSchema).min(1).max(4);
/** A time since the incident opened, or the response times of its severity. */
export const escalationDelaySchema = z.union([durationTextSchema, z.string().regex(/^(?:[1-9] )?response times?$/)], {
  error: 'a duration such as 15m, or "response time", "2 response times"',
});
export const escalationTriggerSchema = z.union(
  [
    z.strictObject({ unackedAfter: escalationDelaySchema }),
    z.strictObject({ unresolvedAfter: escalationDelaySchema }),
    /** At once when the incident has one of these severities, also later when it is raised to one. */
    z.strictObject({ severityAtOnce: severitiesSchema }),
  ],
  { error: 'must be one of unackedAfter, unresolvedAfter, severityAtOnce' },
);
export type EscalationTrigger = z.infer<typeof escalationTriggerSchema>;

/** `page`, or one key naming what to do and what to say: `ask: Notify the customers`. */
export const escalationActionSchema = z.union(
  [
    z.literal('page'),
    z
      .record(onCallNameSchema, z.string().trim().min(3).max(500))
      .refine((action) => Object.keys(action).length === 1, 'names exactly one thing to do'),
  ],
  { error: 'must be page, or one thing to do with its text, such as `ask: Notify the customers`' },
);
export type EscalationAction = z.infer<typeof escalationActionSchema>;

const escalationStepSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    /** The first of them that is met fires the step. */
    when: z.array(escalationTriggerSchema).min(1).max(4),
    /** Only for incidents of these severities. */
    severities: severitiesSchema.optional(),
    to: z.array(escalationTargetSchema).max(20).default([]),
    do: z.array(escalationActionSchema).min(1).max(10).default(['page']),
  })
  .refine((step) => step.to.length > 0 || !step.do.includes('page'), {
    path: ['to'],
    error: 'a step that pages must say whom',
  });

export const policySpecSchema = z
  .strictObject({
    description: z.string().max(500).optional(),
    steps: z.array(escalationStepSchema).min(1, 'at least one step').max(30),
    /** Goes through the steps that wait for an acknowledgement again, so many times, so far apart. */
    repeat: z.strictObject({ times: z.int().min(1).max(20), every: durationTextSchema }).optional(),
    /** Who is told when a step finds nobody and no later step is left to go to. */
    fallback: z.array(escalationTargetSchema).max(20).default([]),
  })
  .meta({ id: 'PolicySpec' });
export type PolicySpec = z.infer<typeof policySpecSchema>;

/** Which incidents are escalated by which policy. The first that fits counts. */
export const escalationRouteSchema = z
  .strictObject({
    match: z
      .strictObject({
        severities: severitiesSchema.optional(),
        /** Labels of the finding that opened the incident, such as `service`. */
        labels: z.record(z.string().min(1).max(200), z.string().max(500)).optional(),
      })
      .default({}),
    policy: onCallNameSchema,
    /** Whose roles the policy means. */
    team: onCallNameSchema.optional(),
    /** The severity scheme of its incidents; the team's unless given. */
    scheme: onCallNameSchema.optional(),
  })
  .meta({ id: 'EscalationRoute' });
export type EscalationRoute = z.infer<typeof escalationRouteSchema>;
