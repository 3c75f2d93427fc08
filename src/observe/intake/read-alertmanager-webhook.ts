import { type SentAlert, textOf, UnreadableEvent } from './sent-alert.ts';

const MOST_ALERTS = 20_000;

/**
 * The alerts of a notification that a real Alertmanager sends (webhook version 4). The labels are those of the alert, so
 * an alert that comes by both ways is one.
 * @throws UnreadableEvent
 */
export function readAlertmanagerWebhook(body: unknown): SentAlert[] {
  const alerts = (body as { alerts?: unknown } | null)?.alerts;
  if (!Array.isArray(alerts)) throw new UnreadableEvent(['alerts: is missing or no list']);
  if (alerts.length > MOST_ALERTS) throw new UnreadableEvent([`alerts: has more than ${MOST_ALERTS} entries`]);
  const errors: string[] = [];
  const read = alerts.map((given: unknown, index): SentAlert => {
    const alert = (given ?? {}) as Record<string, unknown>;
    const status = alert['status'];
    if (status !== 'firing' && status !== 'resolved') errors.push(`alerts.${index}.status: must be firing or resolved`);
    const endsAt = textOf(alert['endsAt']);
    return {
      labels: texts(alert['labels'], `alerts.${index}.labels`, errors),
      annotations: texts(alert['annotations'] ?? {}, `alerts.${index}.annotations`, errors),
      ...(alert['generatorURL'] !== undefined && { generatorURL: textOf(alert['generatorURL']) }),
      ...(alert['startsAt'] !== undefined && { startsAt: textOf(alert['startsAt']) }),
      ...(status === 'resolved' && { endsAt: endsAt || new Date().toISOString() }),
    };
  });
  if (errors.length > 0) throw new UnreadableEvent(errors);
  return read;
}

function texts(given: unknown, path: string, errors: string[]): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    errors.push(`${path}: is missing or no object`);
    return {};
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [textOf(name), textOf(value)]));
}
