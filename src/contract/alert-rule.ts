import { z } from 'zod';
import { timestampSchema } from './common.ts';

/** An alert of a rule that waits or fires. */
export const ruleAlertSchema = z
  .object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    state: z.enum(['pending', 'firing']),
    /** A text, for JSON has neither infinities nor NaN. */
    value: z.string(),
    activeAt: timestampSchema,
    firedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'RuleAlert' });

/** A rule over metrics, with what came of its last evaluation. */
export const alertRuleSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    group: z.string(),
    file: z.string(),
    line: z.int(),
    expression: z.string(),
    intervalMs: z.int(),
    forMs: z.int(),
    keepFiringForMs: z.int(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    state: z.enum(['inactive', 'pending', 'firing']),
    health: z.enum(['unknown', 'ok', 'err']),
    error: z.string().nullable(),
    evaluatedAt: timestampSchema.nullable(),
    durationMs: z.number().nullable(),
    pending: z.int(),
    firing: z.int(),
  })
  .meta({ id: 'AlertRule' });
export type AlertRule = z.infer<typeof alertRuleSchema>;

/** A rule with its alerts. */
export const alertRuleDetailSchema = alertRuleSchema
  .extend({ alerts: z.array(ruleAlertSchema) })
  .meta({ id: 'AlertRuleDetail' });
export type AlertRuleDetail = z.infer<typeof alertRuleDetailSchema>;
