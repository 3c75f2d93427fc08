import { type AlertmanagerConfig, timeIntervalContains } from '../../detect/alerting/config/index.ts';
import type { AlertPlan, Route } from '../../detect/alerting/index.ts';

/** What the engine needs of Alertmanager's configuration. */
export function planFromConfig(
  config: Pick<AlertmanagerConfig, 'route' | 'inhibitRules' | 'timeIntervals'>,
): AlertPlan {
  return {
    root: toRoute(config.route),
    inhibitRules: config.inhibitRules.map((rule) => ({
      name: rule.name,
      source: rule.sourceMatchers,
      target: rule.targetMatchers,
      equal: rule.equal,
    })),
    isWithin: (name, nowMs) =>
      (config.timeIntervals.get(name) ?? []).some((interval) => timeIntervalContains(interval, nowMs)),
  };
}

function toRoute(route: AlertmanagerConfig['route']): Route {
  return {
    ...route,
    groupBy: route.groupBy.all ? 'all' : new Set(route.groupBy.labels),
    routes: route.routes.map(toRoute),
  };
}
