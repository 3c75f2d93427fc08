import { type AlertView, type GroupView, type Silence, stateOfSilence } from '../../../detect/alerting/index.ts';

/** Alertmanager's API v2 on the wire. Its clients parse these names and nothing else. */

/** Go's clients want fractions of seconds, as the original writes them. */
export function wireTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

export function wireAlert(view: AlertView): object {
  const { alert } = view;
  return {
    annotations: alert.annotations,
    endsAt: wireTime(alert.endsAtMs),
    fingerprint: alert.fingerprint,
    receivers: view.receivers.map((name) => ({ name })),
    startsAt: wireTime(alert.startsAtMs),
    status: {
      inhibitedBy: view.inhibitedBy,
      mutedBy: view.mutedBy,
      silencedBy: view.silencedBy,
      state: view.state,
    },
    updatedAt: wireTime(alert.updatedAtMs),
    ...(alert.generatorUrl === '' ? {} : { generatorURL: alert.generatorUrl }),
    labels: alert.labels,
  };
}

export function wireGroup(group: GroupView): object {
  return { alerts: group.alerts.map(wireAlert), labels: group.labels, receiver: { name: group.receiver } };
}

export function wireSilence(silence: Silence, nowMs: number): object {
  return {
    id: silence.id,
    status: { state: stateOfSilence(silence, nowMs) },
    updatedAt: wireTime(silence.updatedAtMs),
    ...(Object.keys(silence.annotations).length === 0 ? {} : { annotations: silence.annotations }),
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: wireTime(silence.endsAtMs),
    matchers: silence.matchers.map(({ name, type, value }) => ({
      isEqual: type === '=' || type === '=~',
      isRegex: type === '=~' || type === '!~',
      name,
      value,
    })),
    startsAt: wireTime(silence.startsAtMs),
  };
}
