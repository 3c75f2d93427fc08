import { type SentAlert, textOf, UnreadableEvent, withoutEmpty } from './sent-alert.ts';

/** One event of PagerDuty's Events API v2. */
export type PagerdutyEvent = {
  routingKey: string;
  action: 'trigger' | 'acknowledge' | 'resolve';
  /** What the sender calls the alert; null for a trigger that leaves it to us. */
  dedupKey: string | null;
  /** Of a trigger. */
  alert: SentAlert | null;
};

const ACTIONS = ['trigger', 'acknowledge', 'resolve'] as const;
const SEVERITIES = ['critical', 'error', 'warning', 'info'];
/** As PagerDuty limits it. */
const LONGEST_KEY = 255;
const LONGEST_SUMMARY = 1_024;

/** @throws UnreadableEvent with one entry for each field that is wrong */
export function readPagerdutyEvent(body: unknown): PagerdutyEvent {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new UnreadableEvent(['the event must be a JSON object']);
  const fields = body as Record<string, unknown>;
  const errors: string[] = [];
  const routingKey = fields['routing_key'];
  if (typeof routingKey !== 'string' || routingKey === '') errors.push("'routing_key' is missing or blank");
  const action = fields['event_action'];
  if (!isAction(action)) errors.push("'event_action' must be one of trigger, acknowledge, resolve");
  const dedupKey = fields['dedup_key'] ?? null;
  if (dedupKey !== null && (typeof dedupKey !== 'string' || dedupKey.length > LONGEST_KEY))
    errors.push(`'dedup_key' must be a string of at most ${LONGEST_KEY} characters`);
  if ((dedupKey === null || dedupKey === '') && (action === 'acknowledge' || action === 'resolve'))
    errors.push(`'dedup_key' is missing or blank; ${action} needs it`);
  const alert = action === 'trigger' ? readPayload(fields, errors) : null;
  if (errors.length > 0) throw new UnreadableEvent(errors);
  return {
    routingKey: routingKey as string,
    action: action as PagerdutyEvent['action'],
    dedupKey: dedupKey === null || dedupKey === '' ? null : textOf(dedupKey),
    alert,
  };
}

function isAction(value: unknown): value is PagerdutyEvent['action'] {
  return ACTIONS.some((action) => action === value);
}

function readPayload(fields: Record<string, unknown>, errors: string[]): SentAlert | null {
  const payload = fields['payload'];
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    errors.push("'payload' is missing");
    return null;
  }
  const given = payload as Record<string, unknown>;
  for (const name of ['summary', 'source', 'severity']) {
    if (typeof given[name] !== 'string' || given[name] === '') errors.push(`'payload.${name}' is missing or blank`);
  }
  const severity = given['severity'];
  if (typeof severity === 'string' && severity !== '' && !SEVERITIES.includes(severity))
    errors.push(`'payload.severity' must be one of ${SEVERITIES.join(', ')}`);
  const timestamp = given['timestamp'];
  const startsAt = typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp)) ? new Date(timestamp) : null;
  if (timestamp !== undefined && timestamp !== null && !startsAt)
    errors.push("'payload.timestamp' is no ISO 8601 time");
  const client = fields['client_url'];
  return {
    labels: withoutEmpty({
      alertname: textOf(given['class']) || textOf(given['component']) || 'Event',
      severity: textOf(severity),
      source: textOf(given['source']),
      component: textOf(given['component']),
      group: textOf(given['group']),
      class: textOf(given['class']),
    }),
    annotations: withoutEmpty({
      summary: textOf(given['summary']).slice(0, LONGEST_SUMMARY).toWellFormed(),
      details: textOf(given['custom_details']),
      client: textOf(fields['client']),
      links: textOf(fields['links']),
    }),
    ...(typeof client === 'string' && { generatorURL: textOf(client) }),
    ...(startsAt && { startsAt: startsAt.toISOString() }),
  };
}
