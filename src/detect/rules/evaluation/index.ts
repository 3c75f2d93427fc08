/** The evaluation of rules, loaded only where there are some. */
export { type RuleEvaluator, startRuleEvaluator } from './start-rule-evaluator.ts';
