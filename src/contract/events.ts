import { z } from 'zod';
import { severityRankSchema, timestampSchema } from './common.ts';
import type { roleSchema } from './identity.ts';
import { riskSchema, stepKindSchema } from './runbook.ts';

/** Everything that happens, in one table: what it is about, who may see it, whether the audit chain keeps it, its body. */
type EventKind<Body extends z.ZodType> = {
  aggregate:
    | 'probe'
    | 'finding'
    | 'incident'
    | 'page'
    | 'run'
    | 'approval'
    | 'runbook'
    | 'user'
    | 'key'
    | 'session'
    | 'oncall'
    | 'stream'
    | 'system';
  visibleTo: z.infer<typeof roleSchema>;
  audited: boolean;
  body: Body;
};

function event<Body extends z.ZodType>(
  aggregate: EventKind<Body>['aggregate'],
  body: Body,
  options: { visibleTo?: EventKind<Body>['visibleTo']; audited?: boolean } = {},
): EventKind<Body> {
  return { aggregate, visibleTo: options.visibleTo ?? 'viewer', audited: options.audited ?? true, body };
}

const probeChanged = z.object({ probe: z.string(), reason: z.string(), at: timestampSchema });
const findingChanged = z.object({
  findingId: z.string(),
  fingerprint: z.string(),
  severity: severityRankSchema,
  title: z.string(),
  labels: z.record(z.string(), z.string()),
});
const incidentChanged = z.object({
  incidentId: z.string(),
  number: z.string(),
  title: z.string(),
  text: z.string().optional(),
});
const pageChanged = z.object({
  pageId: z.string(),
  incidentId: z.string(),
  to: z.string(),
  channel: z.string(),
  attempt: z.int().optional(),
  reason: z.string().optional(),
});
const runChanged = z.object({
  runId: z.string(),
  runbook: z.string(),
  procedure: z.string(),
  incidentId: z.string().nullable(),
  reason: z.string().optional(),
});
const stepChanged = z.object({
  runId: z.string(),
  stepId: z.string(),
  title: z.string(),
  stepKind: stepKindSchema,
  risk: riskSchema.nullable(),
  attempt: z.int(),
  exitCode: z.int().nullable().optional(),
  reason: z.string().optional(),
});
const approvalChanged = z.object({
  approvalId: z.string(),
  runId: z.string(),
  stepId: z.string(),
  planHash: z.string(),
  effectSha256: z.string(),
  reason: z.string().optional(),
});
const runbookChanged = z.object({
  runbook: z.string(),
  procedure: z.string().optional(),
  sha256: z.string().nullable().optional(),
  previousSha256: z.string().nullable().optional(),
  /** Whether it does more harm than the version before. */
  risk: z.enum(['riskier', 'safer', 'same']).optional(),
  runId: z.string().optional(),
  reason: z.string().optional(),
});
/** A definition of on-call, an override, a feed or somebody's contact methods. */
const onCallChanged = z.object({
  what: z.string(),
  name: z.string(),
  change: z.enum(['created', 'changed', 'deleted', 'verified', 'revoked']),
  detail: z.string().optional(),
});
const streamChanged = z.object({
  streamId: z.string(),
  service: z.string(),
  streamKind: z.string(),
  change: z.enum(['created', 'began-again', 'changed', 'paused', 'resumed', 'evicted']),
  detail: z.string(),
});
/** Anomalies of one cause that were found together; `burst` when they are more than chance explains. */
const anomalyFound = z.object({
  streamId: z.string(),
  service: z.string(),
  streamKind: z.string(),
  anomalyId: z.string(),
  count: z.int(),
  severity: severityRankSchema,
  cause: z.string(),
  summary: z.string(),
  burst: z.object({ anomalies: z.int(), events: z.int() }).nullable(),
});
const anomalyJudged = z.object({
  streamId: z.string(),
  service: z.string(),
  anomalyId: z.string(),
  verdict: z.enum(['normal', 'confirmed']),
  reason: z.string(),
});
const accountChanged = z.object({ name: z.string(), detail: z.string().optional() });
const adminOnly = { visibleTo: 'admin' as const };

export const EVENTS = {
  'probe.failed': event('probe', probeChanged),
  'probe.recovered': event('probe', probeChanged),
  'finding.opened': event('finding', findingChanged),
  'finding.updated': event('finding', findingChanged, { audited: false }),
  'finding.fixed': event('finding', findingChanged),
  'finding.muted': event('finding', findingChanged),
  'finding.accepted': event('finding', findingChanged),
  'finding.reopened': event('finding', findingChanged),
  'anomaly.found': event('stream', anomalyFound, { audited: false }),
  'anomaly.judged': event('stream', anomalyJudged),
  'stream.changed': event('stream', streamChanged),
  'incident.opened': event('incident', incidentChanged),
  'incident.acknowledged': event('incident', incidentChanged),
  'incident.status-changed': event('incident', incidentChanged),
  'incident.severity-changed': event('incident', incidentChanged),
  'incident.roles-changed': event('incident', incidentChanged),
  'incident.noted': event('incident', incidentChanged),
  'incident.resolved': event('incident', incidentChanged),
  'incident.closed': event('incident', incidentChanged),
  'incident.merged': event('incident', incidentChanged),
  'incident.split': event('incident', incidentChanged),
  'incident.split-off': event('incident', incidentChanged),
  'incident.postmortem-written': event('incident', incidentChanged),
  'escalation.started': event('incident', incidentChanged),
  'escalation.fired': event('incident', incidentChanged),
  'escalation.asked': event('incident', incidentChanged),
  'escalation.found-nobody': event('incident', incidentChanged),
  'oncall.changed': event('oncall', onCallChanged),
  'page.queued': event('page', pageChanged),
  'page.sent': event('page', pageChanged),
  'page.uncertain': event('page', pageChanged),
  'page.failed': event('page', pageChanged),
  'page.acked': event('page', pageChanged),
  'page.cancelled': event('page', pageChanged),
  'status-page.changed': event('system', accountChanged),
  'runbook.changed': event('runbook', runbookChanged),
  'runbook.removed': event('runbook', runbookChanged),
  'runbook.triggered': event('runbook', runbookChanged),
  'runbook.trigger-skipped': event('runbook', runbookChanged),
  'run.queued': event('run', runChanged),
  'run.started': event('run', runChanged),
  'run.taken-over': event('run', runChanged),
  'run.waiting': event('run', runChanged),
  'run.paused': event('run', runChanged),
  'run.resumed': event('run', runChanged),
  'run.in-doubt': event('run', runChanged),
  'run.cancelling': event('run', runChanged),
  'run.rolling-back': event('run', runChanged),
  'run.succeeded': event('run', runChanged),
  'run.failed': event('run', runChanged),
  'run.cancelled': event('run', runChanged),
  'run.rolled-back': event('run', runChanged),
  'run.rollback-failed': event('run', runChanged),
  'step.started': event('run', stepChanged),
  'step.waiting': event('run', stepChanged),
  'step.answered': event('run', stepChanged),
  'step.succeeded': event('run', stepChanged),
  'step.failed': event('run', stepChanged),
  'step.retrying': event('run', stepChanged),
  'step.skipped': event('run', stepChanged),
  'step.cancelled': event('run', stepChanged),
  'step.in-doubt': event('run', stepChanged),
  'step.decided': event('run', stepChanged),
  'step.rolled-back': event('run', stepChanged),
  'step.rollback-failed': event('run', stepChanged),
  'approval.requested': event('approval', approvalChanged),
  'approval.voted': event('approval', approvalChanged),
  'approval.granted': event('approval', approvalChanged),
  'approval.rejected': event('approval', approvalChanged),
  'approval.expired': event('approval', approvalChanged),
  'user.created': event('user', accountChanged, adminOnly),
  'user.changed': event('user', accountChanged, adminOnly),
  'user.signed-in': event('session', accountChanged, adminOnly),
  'user.sign-in-refused': event('session', accountChanged, adminOnly),
  'user.signed-out': event('session', accountChanged, adminOnly),
  'user.link-issued': event('user', accountChanged, adminOnly),
  'key.created': event('key', accountChanged, adminOnly),
  'key.revoked': event('key', accountChanged, adminOnly),
  'audit.pruned': event('system', z.object({ deleted: z.int(), behind: z.int() }), adminOnly),
  'system.started': event('system', z.object({ worker: z.string(), version: z.string() }), adminOnly),
} as const satisfies Record<string, EventKind<z.ZodType>>;

export type EventName = keyof typeof EVENTS;

/** Kinds the audit chain keeps. */
export const AUDITED_EVENTS: readonly EventName[] = (Object.keys(EVENTS) as EventName[]).filter(
  (name) => EVENTS[name].audited,
);

/** One event as streams and webhooks carry it. */
export const eventSchema = z
  .object({
    position: z.int(),
    kind: z.string(),
    aggregate: z.string(),
    actor: z.string(),
    at: timestampSchema,
    recordedAt: timestampSchema,
    body: z.record(z.string(), z.json()),
  })
  .meta({ id: 'Event' });
export type Event = z.infer<typeof eventSchema>;
