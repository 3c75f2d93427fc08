import { stringify } from 'yaml';
import type { Rule, RuleGroup } from '../rule.ts';
import { formatWindow } from './window.ts';

/** Groups as a Prometheus rule file. */
export function writeRules(groups: readonly RuleGroup[]): string {
  return stringify(
    {
      groups: groups.map((group) => ({
        name: group.name,
        ...(group.intervalMs !== null && { interval: formatWindow(group.intervalMs) }),
        ...(group.limit > 0 && { limit: group.limit }),
        ...(group.queryOffsetMs > 0 && { query_offset: formatWindow(group.queryOffsetMs) }),
        rules: group.rules.map(writeRule),
      })),
    },
    { lineWidth: 0 },
  );
}

function writeRule(rule: Rule) {
  const labels = Object.keys(rule.labels).length > 0 && { labels: rule.labels };
  if (rule.kind === 'record') return { record: rule.name, expr: rule.expression, ...labels };
  return {
    alert: rule.name,
    expr: rule.expression,
    ...(rule.forMs > 0 && { for: formatWindow(rule.forMs) }),
    ...(rule.keepFiringForMs > 0 && { keep_firing_for: formatWindow(rule.keepFiringForMs) }),
    ...labels,
    ...(Object.keys(rule.annotations).length > 0 && { annotations: rule.annotations }),
  };
}
