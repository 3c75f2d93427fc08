import { z } from 'zod';

// What PagerDuty's REST API v2 answers, as far as it is carried over: https://developer.pagerduty.com/api-reference

const nullishText = z.string().nullish();
/** A user, schedule, team or service as it is referred to, or whole. */
export const referenceShape = z.object({
  id: z.string(),
  type: nullishText,
  summary: nullishText,
  name: nullishText,
  email: nullishText,
});
export type Reference = z.infer<typeof referenceShape>;

const timeShape = z.iso.datetime({ offset: true });
const secondsShape = z
  .int()
  .min(1)
  .max(366 * 86_400);
export const restrictionShape = z.object({
  type: z.enum(['daily_restriction', 'weekly_restriction']),
  start_time_of_day: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d/),
  duration_seconds: secondsShape,
  /** Monday is 1. */
  start_day_of_week: z.int().min(1).max(7).nullish(),
});
export type Restriction = z.infer<typeof restrictionShape>;

export const layerShape = z.object({
  name: nullishText,
  start: timeShape,
  end: timeShape.nullish(),
  rotation_virtual_start: timeShape,
  rotation_turn_length_seconds: secondsShape,
  users: z.array(z.object({ user: referenceShape })).max(200),
  restrictions: z.array(restrictionShape).max(200).nullish(),
});
export type PagerDutyLayer = z.infer<typeof layerShape>;

const entriesShape = z
  .object({
    rendered_schedule_entries: z
      .array(z.object({ start: timeShape, end: timeShape, user: referenceShape.nullish() }))
      .max(10_000)
      .nullish(),
  })
  .nullish();
const scheduleShape = referenceShape.extend({
  description: nullishText,
  time_zone: z.string(),
  /** The one that counts first is first. */
  schedule_layers: z.array(layerShape).max(100),
  overrides_subschedule: entriesShape,
  final_schedule: entriesShape,
  users: z.array(referenceShape).max(1_000).nullish(),
});
export type PagerDutySchedule = z.infer<typeof scheduleShape>;

const policyShape = referenceShape.extend({
  description: nullishText,
  num_loops: z.int().min(0).max(20).nullish(),
  on_call_handoff_notifications: nullishText,
  escalation_rules: z
    .array(
      z.object({
        escalation_delay_in_minutes: z.int().min(1).max(100_000),
        targets: z.array(referenceShape).max(100),
        escalation_rule_assignment_strategy: z.object({ type: nullishText }).or(z.string()).nullish(),
      }),
    )
    .min(1)
    .max(30),
  services: z.array(referenceShape).nullish(),
  teams: z.array(referenceShape).nullish(),
});
export type PagerDutyPolicy = z.infer<typeof policyShape>;

/** One answer of the API, or several of a kind in a list. */
export const documentShape = z
  .object({
    schedule: scheduleShape.optional(),
    schedules: z.array(scheduleShape).max(500).optional(),
    escalation_policy: policyShape.optional(),
    escalation_policies: z.array(policyShape).max(500).optional(),
    users: z.array(referenceShape).max(10_000).optional(),
  })
  .refine((document) => Object.values(document).some((part) => part !== undefined), {
    error: 'holds none of schedule, schedules, escalation_policy, escalation_policies, users',
  });

export const nameOf = ({ id, name, summary }: Reference) => name ?? summary ?? id;
