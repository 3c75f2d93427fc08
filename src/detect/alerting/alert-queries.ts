import { type Alert, compareAlerts } from './alert.ts';
import type { AlertEngine } from './alert-engine.ts';
import { mutedByTime } from './alert-plan.ts';
import { compareLabelSets, compareText, formatLabelSet, type LabelSet, labelValue } from './labels/label-set.ts';
import type { Matcher } from './matchers/matcher.ts';
import { groupKeyOf, groupLabelsOf, type Route } from './route.ts';

/** What is asked of the list of alerts; the names are those of Alertmanager's API. */
export type AlertFilter = {
  matchers: readonly Matcher[];
  active: boolean;
  silenced: boolean;
  inhibited: boolean;
  /** Null for all. */
  receiver: ((name: string) => boolean) | null;
};

export type AlertView = {
  alert: Alert;
  state: 'active' | 'suppressed';
  silencedBy: readonly string[];
  inhibitedBy: readonly string[];
  mutedBy: readonly string[];
  receivers: readonly string[];
};

export type GroupView = { groupKey: string; labels: LabelSet; receiver: string; alerts: AlertView[] };

/** Alerts that have not ended, by fingerprint. What silences and inhibits them is found out now. */
export function listAlerts(engine: AlertEngine, filter: AlertFilter, nowMs: number): AlertView[] {
  const views: AlertView[] = [];
  for (const alert of engine.mirror.alerts.values()) {
    if (!fulfils(alert, filter.matchers, nowMs)) continue;
    const receivers = engine.routesOf(alert).map((route) => route.receiver);
    if (filter.receiver && !receivers.some(filter.receiver)) continue;
    const view = viewOf(engine, alert, receivers, [], nowMs);
    if (isWanted(view, filter)) views.push(view);
  }
  return views.sort((left, right) => compareText(left.alert.fingerprint, right.alert.fingerprint));
}

/** The same alerts in the groups they are told in. @param filter.muted whether groups muted by a time interval are shown */
export function listGroups(engine: AlertEngine, filter: AlertFilter & { muted: boolean }, nowMs: number): GroupView[] {
  const groups = new Map<string, { route: Route; view: GroupView; mutedBy: readonly string[] }>();
  const receiversOf = new Map<string, string[]>();
  for (const alert of engine.mirror.alerts.values()) {
    if (!fulfils(alert, filter.matchers, nowMs)) continue;
    const routes = engine.routesOf(alert).filter((route) => !filter.receiver || filter.receiver(route.receiver));
    if (routes.length === 0 || !isWanted(viewOf(engine, alert, [], [], nowMs), filter)) continue;
    receiversOf.set(alert.fingerprint, routes.map((route) => route.receiver).sort(compareText));
    for (const route of routes) {
      const labels = groupLabelsOf(route, alert);
      const id = `${route.id}\0${formatLabelSet(labels)}`;
      let group = groups.get(id);
      if (!group) {
        const view = { groupKey: groupKeyOf(route, labels), labels, receiver: route.receiver, alerts: [] };
        group = { route, view, mutedBy: mutedByTime(engine.setup.plan, route, nowMs) };
        groups.set(id, group);
      }
      if (filter.muted || group.mutedBy.length === 0) {
        const receivers = receiversOf.get(alert.fingerprint) ?? [];
        group.view.alerts.push(viewOf(engine, alert, receivers, group.mutedBy, nowMs));
      }
    }
  }
  return [...groups.values()]
    .map(({ view }) => ({ ...view, alerts: view.alerts.sort((a, b) => compareAlerts(a.alert, b.alert)) }))
    .filter((view) => view.alerts.length > 0)
    .sort((a, b) => compareLabelSets(a.labels, b.labels) || compareText(a.receiver, b.receiver));
}

function fulfils(alert: Alert, matchers: readonly Matcher[], nowMs: number): boolean {
  return alert.endsAtMs >= nowMs && matchesFilter(matchers, alert.labels);
}

/** A filter asks whether a label is there: `a=""` and `a!=""` mean without and with it. */
export function matchesFilter(matchers: readonly Matcher[], labels: LabelSet): boolean {
  return matchers.every((matcher) => {
    const present = Object.hasOwn(labels, matcher.name);
    const negative = matcher.type === '!=' || matcher.type === '!~';
    if (matcher.value === '' && present === negative) return true;
    return matcher.matches(labelValue(labels, matcher.name));
  });
}

function viewOf(
  engine: AlertEngine,
  alert: Alert,
  receivers: readonly string[],
  mutedBy: readonly string[],
  nowMs: number,
): AlertView {
  const silencedBy = engine.mirror.silences.silencedBy(alert.fingerprint, alert.labels, nowMs);
  const inhibitor = engine.inhibitor.inhibitedBy(alert.labels, nowMs);
  const inhibitedBy = inhibitor === null ? [] : [inhibitor];
  const suppressed = silencedBy.length > 0 || inhibitedBy.length > 0 || mutedBy.length > 0;
  return { alert, state: suppressed ? 'suppressed' : 'active', silencedBy, inhibitedBy, mutedBy, receivers };
}

function isWanted(view: AlertView, filter: AlertFilter): boolean {
  if (!filter.active && view.state === 'active') return false;
  if (!filter.silenced && view.silencedBy.length > 0) return false;
  return filter.inhibited || view.inhibitedBy.length === 0;
}
