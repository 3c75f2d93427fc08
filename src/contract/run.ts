import { z } from 'zod';
import { timestampSchema } from './common.ts';
import { planSchema, riskSchema, stepKindSchema } from './runbook.ts';

export const RUN_STATUSES = [
  'queued',
  'running',
  'waiting',
  'paused',
  'in-doubt',
  'cancelling',
  'rolling-back',
  'succeeded',
  'failed',
  'cancelled',
  'rolled-back',
  'rollback-failed',
] as const;
export const runStatusSchema = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const STEP_STATUSES = [
  'pending',
  'running',
  'waiting',
  'in-doubt',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'rolling-back',
  'rolled-back',
  'rollback-failed',
] as const;
export const stepStatusSchema = z.enum(STEP_STATUSES);
export type StepStatus = z.infer<typeof stepStatusSchema>;

export const ATTEMPT_STATUSES = ['running', 'succeeded', 'failed', 'cancelled', 'in-doubt', 'lost'] as const;
export const attemptStatusSchema = z.enum(ATTEMPT_STATUSES);
export type AttemptStatus = z.infer<typeof attemptStatusSchema>;

export const WAITING_FOR = ['approval', 'input', 'choice', 'manual', 'wait', 'decision'] as const;
export const waitingForSchema = z.enum(WAITING_FOR);
export type WaitingFor = z.infer<typeof waitingForSchema>;

export const stepAttemptSchema = z
  .object({
    n: z.int(),
    status: attemptStatusSchema,
    worker: z.string(),
    host: z.string(),
    startedAt: timestampSchema,
    endedAt: timestampSchema.nullable(),
    exitCode: z.int().nullable(),
    /** What happened in words: an error, a row count, a decision. */
    reason: z.string().nullable(),
    output: z.object({ head: z.string(), tail: z.string(), bytes: z.int() }),
  })
  .meta({ id: 'StepAttempt' });
export type StepAttempt = z.infer<typeof stepAttemptSchema>;

export const runStepSchema = z
  .object({
    id: z.string(),
    number: z.string().nullable(),
    title: z.string(),
    kind: stepKindSchema,
    risk: riskSchema.nullable(),
    status: stepStatusSchema,
    /** Of a step in a foreach: which item it is for. */
    item: z.object({ index: z.int(), value: z.string() }).optional(),
    /** Of a skipped step: why it was left out. */
    skipReason: z.string().optional(),
    startedAt: timestampSchema.nullable(),
    endedAt: timestampSchema.nullable(),
    attempts: z.array(stepAttemptSchema),
  })
  .meta({ id: 'RunStep' });
export type RunStep = z.infer<typeof runStepSchema>;

export const approvalSchema = z
  .object({
    id: z.string(),
    runId: z.string(),
    stepId: z.string(),
    status: z.enum(['pending', 'granted', 'rejected', 'expired', 'superseded']),
    planHash: z.string(),
    /** sha256 of the step's resolved body and target: exactly this was asked for. */
    effectSha256: z.string(),
    /** What will be done, in full. */
    effect: z.object({
      title: z.string(),
      kind: z.string(),
      risk: riskSchema.nullable(),
      target: z.string().nullable(),
      body: z.string(),
      inputs: z.record(z.string(), z.string()),
    }),
    needed: z.int(),
    votes: z.array(
      z.object({
        by: z.string(),
        decision: z.enum(['approve', 'reject']),
        at: timestampSchema,
        reason: z.string().nullable(),
      }),
    ),
    requestedAt: timestampSchema,
    expiresAt: timestampSchema,
    runbook: z.string(),
    procedure: z.string(),
    startedBy: z.string(),
    incidentId: z.string().nullable(),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof approvalSchema>;

export const runSummarySchema = z
  .object({
    id: z.string(),
    runbook: z.string(),
    procedure: z.string(),
    title: z.string(),
    planHash: z.string(),
    status: runStatusSchema,
    incidentId: z.string().nullable(),
    startedBy: z.string(),
    automatic: z.boolean(),
    /** Only steps that observe are carried out; the others are skipped. */
    dryRun: z.boolean(),
    environment: z.string().nullable(),
    createdAt: timestampSchema,
    startedAt: timestampSchema.nullable(),
    endedAt: timestampSchema.nullable(),
    worker: z.string().nullable(),
    waitingFor: waitingForSchema.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'RunSummary' });
export type RunSummary = z.infer<typeof runSummarySchema>;

export const runSchema = runSummarySchema
  .extend({
    /** Group of ways -> the option that was taken, as far as it was asked. */
    choices: z.record(z.string(), z.string()),
    steps: z.array(runStepSchema),
    plan: planSchema,
    approvals: z.array(approvalSchema),
    /** The file as it was when the plan was frozen; the run page reads like it. */
    source: z.string(),
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof runSchema>;

export const startRunSchema = z.strictObject({
  runbook: z.string().min(1),
  procedure: z.string().min(1).optional(),
  inputs: z.record(z.string(), z.string()).default({}),
  incidentId: z.string().optional(),
  fromStep: z.string().optional(),
  /** Carries out only what observes. */
  dryRun: z.boolean().default(false),
  /** Name of an environment of the configuration. */
  environment: z.string().optional(),
});

export const answerStepSchema = z.strictObject({
  step: z.string(),
  value: z.string().optional(),
  option: z.string().optional(),
  done: z.boolean().optional(),
  reason: z.string().max(2_000).optional(),
});

export const DECISIONS = ['retry', 'done', 'failed', 'rollback'] as const;
export const decideStepSchema = z.strictObject({
  step: z.string(),
  decision: z.enum(DECISIONS),
  reason: z.string().min(3).max(2_000),
});
export const skipStepSchema = z.strictObject({ step: z.string(), reason: z.string().min(3).max(2_000) });
export const voteSchema = z.strictObject({
  reason: z.string().max(2_000).optional(),
  /** Where one person is the whole installation: the step's title, typed, as the second confirmation. */
  confirm: z.string().optional(),
});
