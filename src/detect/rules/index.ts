/** Rules over metrics: what they are and how they stand. Reading and evaluating them have entrances of their own. */
export {
  type IdentifiedAlertRule,
  type IdentifiedGroup,
  type IdentifiedRule,
  identifyRules,
} from './evaluation/identify-rules.ts';
export type { RuleAlert } from './evaluation/rule-alert.ts';
export type { LoadedRules, RuleProblem } from './rule.ts';
export { type RuleHealth, type RuleState, readRuleStates } from './rule-store.ts';
