import type { Event } from '../contract/events.ts';

type Body = Record<string, unknown>;
type Sentence = (body: Body, actor: string) => string;

/** What the demo tells of Holdfast's events, in words for somebody who sees them for the first time. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  'probe.failed': (body) => `Holdfast's probe ${body['probe']} fails: ${body['reason']}`,
  'probe.recovered': (body) => `The probe ${body['probe']} is healthy again: ${body['reason']}`,
  'finding.opened': (body) => `Finding: ${body['title']} (rank ${body['severity']})`,
  'finding.fixed': (body) => `The finding is fixed: ${body['title']}`,
  'incident.opened': (body) => `${body['number']} opened: ${body['title']}`,
  'incident.acknowledged': (body) => `${body['number']} acknowledged`,
  'incident.resolved': (body) => `${body['number']}: ${body['text']}`,
  'page.sent': (body) => `Page sent to ${body['to']} by ${body['channel']}`,
  'run.started': (body) => `Runbook ${body['runbook']} starts by its trigger`,
  'run.waiting': (body) => `The run waits: ${body['reason']}`,
  'run.taken-over': () => 'The run is taken over after its worker was lost',
  'run.in-doubt': (body) => `The run is in doubt: ${body['reason']}`,
  'run.succeeded': () => 'The run has succeeded',
  'run.failed': (body) => `The run has failed: ${body['reason']}`,
  'step.started': (body) => `Step "${body['title']}" (${body['risk'] ?? body['stepKind']})`,
  'step.succeeded': (body) => `Step "${body['title']}" done`,
  'step.failed': (body) => `Step "${body['title']}" failed: ${body['reason']}`,
  'step.in-doubt': (body) => `Step "${body['title']}" in doubt: ${body['reason']}`,
  'step.decided': (body) => `Step "${body['title']}" decided: ${body['reason']}`,
  'approval.requested': () => 'It wants to end database sessions: approval is asked for',
  'approval.granted': (_body, actor) => `Approved by ${actor}`,
};

/** The sentence for an event, or null for one the demo leaves out. */
export function tellEvent(event: Event): string | null {
  return SENTENCES[event.kind]?.(event.body, event.actor) ?? null;
}
