import { readIncidentOfRun } from '../../act/runs/index.ts';
import type { IncidentStatus } from '../../contract/incident.ts';
import type { Tx } from '../../platform/db/database.ts';
import type { StampedEvent } from '../../platform/events/relay.ts';
import {
  appendTimeline,
  INCIDENT_TRANSITIONS,
  lockIncident,
  lockSurvivor,
  updateIncident,
} from '../../respond/incidents/index.ts';
import { resolveWhenVerified } from './resolve-when-verified.ts';

type Body = {
  runId?: string;
  pageId?: string;
  incidentId?: string | null;
  stepId?: string;
  title?: string;
  risk?: string | null;
  runbook?: string;
  procedure?: string;
  reason?: string;
  to?: string;
  channel?: string;
};
type Sentence = (body: Body, actor: string) => string | null;

const because = (body: Body) => (body.reason ? `: ${body.reason}` : '');
const step =
  (verb: string): Sentence =>
  (body) =>
    `Step "${body.title}" ${verb}${because(body)}`;
const run =
  (verb: string): Sentence =>
  (body) =>
    `Run of ${body.runbook}#${body.procedure} ${verb}${because(body)}`;
const page =
  (verb: string): Sentence =>
  (body) =>
    `Page to ${body.to} by ${body.channel} ${verb}${because(body)}`;
const changes = (body: Body) => body.risk === 'change' || body.risk === 'destroy';

/** What of the work on an incident its timeline tells, in words. What is not here stays on the run's own page. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  'run.started': run('started'),
  'run.taken-over': run('taken over after its worker was lost'),
  'run.in-doubt': run('in doubt'),
  'run.paused': run('paused'),
  'run.succeeded': run('succeeded'),
  'run.failed': run('failed'),
  'run.cancelled': run('cancelled'),
  'run.rolling-back': run('is being rolled back'),
  'run.rolled-back': run('rolled back'),
  'run.rollback-failed': run('could not be rolled back'),
  'step.succeeded': (body, actor) => (changes(body) ? step('done')(body, actor) : null),
  'step.failed': step('failed'),
  'step.in-doubt': step('in doubt'),
  'step.decided': step('decided'),
  'step.skipped': step('skipped'),
  'approval.requested': (body) => `Approval asked for step ${body.stepId}`,
  'approval.granted': (body, actor) => `Approved by ${actor}${because(body)}`,
  'approval.rejected': (body, actor) => `Rejected by ${actor}${because(body)}`,
  'approval.expired': () => 'Approval expired',
  'page.sent': page('sent'),
  'page.uncertain': page('uncertain, will be sent again under the same key'),
  'page.failed': page('failed'),
  'page.cancelled': page('cancelled'),
};

/** Where the work itself says how far an incident is. */
const STATUS_AFTER: Readonly<Record<string, IncidentStatus>> = {
  'run.started': 'investigating',
  'run.succeeded': 'monitoring',
};
const ENDS_RUN = new Set(['run.succeeded', 'run.failed', 'run.cancelled', 'run.rolled-back', 'run.rollback-failed']);

/** Tells an incident's timeline what runs, approvals and pages did, and resolves it when that was the last thing open. */
export const TIMELINE_FROM_WORK = {
  name: 'timeline-from-work',
  kinds: Object.keys(SENTENCES),
  async handle(tx: Tx, event: StampedEvent): Promise<void> {
    const body = event.body as Body;
    const text = SENTENCES[event.kind]?.(body, event.actor);
    if (!text) return;
    // A run's own events say which incident it belongs to, if any; those of its steps and approvals do not.
    const mentionedId =
      body.incidentId !== undefined || !body.runId ? body.incidentId : await readIncidentOfRun(tx, body.runId);
    if (!mentionedId) return;
    // A merged incident's work goes on where it is part of; what became of its own pages is its own story.
    const incidentId = body.pageId ? mentionedId : await lockSurvivor(tx, mentionedId);
    await appendTimeline(tx, incidentId, {
      kind: event.kind,
      at: event.at,
      actor: event.actor,
      text,
      ref: body.runId ?? null,
    });
    const incident = await lockIncident(tx, incidentId);
    const next = STATUS_AFTER[event.kind];
    if (
      next &&
      incident.status !== 'resolved' &&
      incident.status !== next &&
      INCIDENT_TRANSITIONS[incident.status].includes(next)
    ) {
      await updateIncident(tx, incidentId, { status: next });
    }
    if (ENDS_RUN.has(event.kind)) await resolveWhenVerified(tx, incidentId, event.at);
  },
};
