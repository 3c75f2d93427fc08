import { z } from 'zod';
import { severityRankSchema, timestampSchema } from './common.ts';
import { findingSchema } from './finding.ts';
import { runSummarySchema } from './run.ts';

export const INCIDENT_STATUSES = [
  'triage',
  'investigating',
  'identified',
  'mitigated',
  'monitoring',
  'resolved',
  'closed',
] as const;
export const incidentStatusSchema = z.enum(INCIDENT_STATUSES);
export type IncidentStatus = z.infer<typeof incidentStatusSchema>;

export const INCIDENT_ROLES = ['commander', 'deputy', 'scribe', 'liaison'] as const;

/** A reply that was lost makes a page `uncertain`: it is sent again with the same dedup key. */
export const PAGE_STATES = [
  'queued',
  'sending',
  'sent',
  'uncertain',
  'delivered',
  'acked',
  'failed',
  'cancelled',
] as const;
export const pageSchema = z
  .object({
    id: z.string(),
    incidentId: z.string(),
    to: z.string(),
    channel: z.string(),
    state: z.enum(PAGE_STATES),
    at: timestampSchema,
    attempts: z.int(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Page' });
export type Page = z.infer<typeof pageSchema>;

export const timelineEntrySchema = z
  .object({
    seq: z.int(),
    /** When it happened. */
    at: timestampSchema,
    /** When it was written down. */
    recordedAt: timestampSchema,
    kind: z.string(),
    by: z.string(),
    text: z.string(),
    ref: z.string().nullable(),
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

export const incidentSeveritySchema = z.object({
  rank: severityRankSchema,
  label: z.string(),
  scheme: z.string(),
  respondWithinMs: z.int().nullable(),
  /** Null: no time is promised. */
  resolveWithinMs: z.int().nullable(),
  /** How often the public is promised to hear of it; null: the scheme does not say. */
  updateEveryMs: z.int().nullable(),
});

export const incidentSummarySchema = z
  .object({
    id: z.string(),
    number: z.string(),
    title: z.string(),
    status: incidentStatusSchema,
    severity: incidentSeveritySchema,
    openedAt: timestampSchema,
    acknowledgedAt: timestampSchema.nullable(),
    acknowledgedBy: z.string().nullable(),
    resolvedAt: timestampSchema.nullable(),
    roles: z.record(z.string(), z.string()),
  })
  .meta({ id: 'IncidentSummary' });
export type IncidentSummary = z.infer<typeof incidentSummarySchema>;

/** An incident as another one refers to it. */
const incidentRefSchema = z.object({ id: z.string(), number: z.string(), title: z.string() });

/** What is done first, then, and after that: the phases every response has, by the time since it opened. */
const incidentPhaseSchema = z.object({
  name: z.enum(['respond', 'mitigate', 'resolve']),
  fromMs: z.int(),
  /** Null: the last one has no end. */
  untilMs: z.int().nullable(),
  /** Since it opened; stands still once it is resolved. */
  elapsedMs: z.int(),
});

export const incidentSchema = incidentSummarySchema
  .extend({
    findings: z.array(findingSchema),
    runs: z.array(runSummarySchema),
    pages: z.array(pageSchema),
    /** What holds a resolve back; empty when it may be resolved. */
    resolveBlockers: z.array(z.string()),
    /** Statuses a person may set next. */
    nextStatuses: z.array(incidentStatusSchema),
    phase: incidentPhaseSchema,
    /** The incident this one is part of now: go on there. */
    mergedInto: incidentRefSchema.nullable(),
    /** Incidents that are part of this one; their pages are among `pages`. */
    merged: z.array(incidentRefSchema),
  })
  .meta({ id: 'Incident' });
export type Incident = z.infer<typeof incidentSchema>;

export const declareIncidentSchema = z.strictObject({
  title: z.string().trim().min(3).max(300),
  severity: severityRankSchema.default(2),
  text: z.string().max(10_000).optional(),
  /** What it is about, such as `service`: escalation is routed by them. */
  labels: z.record(z.string().min(1).max(200), z.string().max(500)).default({}),
  /** Severity scheme; that of the route its labels lead to unless given. */
  scheme: z.string().max(64).optional(),
});
export type DeclareIncident = z.infer<typeof declareIncidentSchema>;
export const changeIncidentStatusSchema = z.strictObject({
  status: incidentStatusSchema,
  reason: z.string().max(2_000).optional(),
  /** Resolve although no verify passed; kept in the record with the name and the reason. */
  override: z.boolean().optional(),
});
export const changeIncidentSeveritySchema = z.strictObject({
  rank: severityRankSchema,
  reason: z.string().min(3).max(2_000),
});
export const changeIncidentRolesSchema = z.strictObject({
  roles: z.partialRecord(z.enum(INCIDENT_ROLES), z.string().max(100).nullable()),
});
export const noteIncidentSchema = z.strictObject({
  text: z.string().trim().min(1).max(10_000),
  at: timestampSchema.optional(),
});
export const acknowledgeIncidentSchema = z.strictObject({ reason: z.string().max(2_000).optional() });

/** Makes the incident part of another, which goes on. */
export const mergeIncidentSchema = z.strictObject({
  /** Id or number. */
  into: z.string().min(1).max(100),
  reason: z.string().trim().min(3).max(2_000),
});
/** Takes findings out of an incident into a new one. */
export const splitIncidentSchema = z.strictObject({
  findings: z.array(z.string().max(100)).min(1).max(500),
  /** Runs that go along with them. */
  runs: z.array(z.string().max(100)).max(500).default([]),
  /** That of the first finding unless given. */
  title: z.string().trim().min(3).max(300).optional(),
  /** The worst of the findings unless given. */
  severity: severityRankSchema.optional(),
  reason: z.string().trim().min(3).max(2_000),
});

export const relatedFindingSchema = z
  .object({
    finding: findingSchema,
    /** Labels it has in common with the incident, as `name=value`. */
    shared: z.array(z.string()),
    /** How long after the incident opened it did; negative before. */
    afterMs: z.int(),
  })
  .meta({ id: 'RelatedFinding' });
export type RelatedFinding = z.infer<typeof relatedFindingSchema>;
