/** Rules over metrics: read from files, evaluated against a Prometheus-compatible server. */
export { loadRules } from './files/load-rules.ts';
export { writeRules } from './files/write-rules.ts';
export type { AlertRule, LoadedRules, RuleGroup, RuleProblem } from './rule.ts';
