import { z } from 'zod';
import {
  calendarSpecSchema,
  type EscalationRoute,
  escalationRouteSchema,
  onCallNameSchema,
  policySpecSchema,
  scheduleSpecSchema,
  teamSpecSchema,
} from './oncall.ts';
import { severitySchemeSpecSchema } from './severity-scheme.ts';

/** Everything that `holdfast oncall apply` takes. */
export const onCallFileSchema = z.strictObject({
  calendars: z.record(onCallNameSchema, calendarSpecSchema).default({}),
  schemes: z.record(onCallNameSchema, severitySchemeSpecSchema).default({}),
  teams: z.record(onCallNameSchema, teamSpecSchema).default({}),
  schedules: z.record(onCallNameSchema, scheduleSpecSchema).default({}),
  policies: z.record(onCallNameSchema, policySpecSchema).default({}),
  routes: z.array(escalationRouteSchema).max(500).optional(),
});
export type OnCallFile = z.infer<typeof onCallFileSchema>;
/** Everything that is defined. */
export type OnCallDefinitions = OnCallFile & { routes: EscalationRoute[] };
