import { Counter, Histogram, type Registry } from 'prom-client';
import type { IdentifiedGroup, RuleHealth } from '../../detect/rules/index.ts';

const DURATION_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the evaluation of rules does. */
export function registerRuleMetrics(registry: Registry): {
  evaluated(group: Pick<IdentifiedGroup, 'name'>, health: RuleHealth): void;
  missed(group: Pick<IdentifiedGroup, 'name'>, count: number): void;
} {
  const registers = [registry];
  const labelNames = ['rule_group'] as const;
  const evaluations = new Counter({
    name: 'holdfast_rule_evaluations_total',
    help: 'Evaluations of rules',
    labelNames,
    registers,
  });
  const failures = new Counter({
    name: 'holdfast_rule_evaluation_failures_total',
    help: 'Evaluations of rules that came to an error',
    labelNames,
    registers,
  });
  const missed = new Counter({
    name: 'holdfast_rule_group_iterations_missed_total',
    help: 'Evaluations of groups there was no time for',
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: 'holdfast_rule_evaluation_duration_seconds',
    help: 'Time an evaluation of a rule took',
    buckets: DURATION_BUCKETS,
    registers,
  });
  return {
    evaluated({ name }, health) {
      evaluations.inc({ rule_group: name });
      if (health.health === 'err') failures.inc({ rule_group: name });
      durations.observe(health.durationMs / 1_000);
    },
    missed: ({ name }, count) => missed.inc({ rule_group: name }, count),
  };
}
