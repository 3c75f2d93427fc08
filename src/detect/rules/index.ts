/** Rules over metrics: read from files, evaluated against a Prometheus-compatible server. */
export type { Sample } from './evaluation/active-samples.ts';
export type { InstantQuery, QueryAnswer } from './evaluation/evaluate-group.ts';
export { type IdentifiedGroup, type IdentifiedRule, identifyRules } from './evaluation/identify-rules.ts';
export type { RuleAlert } from './evaluation/rule-alert.ts';
export { type RuleEvaluator, startRuleEvaluator } from './evaluation/start-rule-evaluator.ts';
export { loadRules } from './files/load-rules.ts';
export { writeRules } from './files/write-rules.ts';
export type { AlertRule, LoadedRules, RuleGroup, RuleProblem } from './rule.ts';
export { type RuleHealth, type RuleState, readRuleStates } from './rule-store.ts';
