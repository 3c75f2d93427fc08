/** Unit tests of rules in promtool's format. Loaded only by who runs some: an evaluator of PromQL comes with it. */
export { readTestFile } from './read-test-file.ts';
export { type RuleTestFailure, runRuleTest } from './run-rule-test.ts';
