import {
  createTemplateSet,
  defineType,
  goFloat,
  goString,
  judgeTemplateSyntax,
  STRING,
  type TemplateSet,
} from '../../../platform/go-template/index.ts';
import { createRuleFunctions } from './rule-functions.ts';
import type { AskSamples } from './sample-functions.ts';

/** What Prometheus puts before every text of a rule. */
const PREAMBLE =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';
const LABELS = defineType({ name: 'map[string]string', kind: 'map', element: STRING });
const DATA = defineType({
  name: 'struct',
  kind: 'struct',
  fields: ['Labels', 'ExternalLabels', 'ExternalURL', 'Value'],
});
/** A text of a label or annotation is short; a template that is not is a fault. */
const LIMITS = { mostSteps: 200_000, mostOutputBytes: 64 * 1024, deepestCalls: 50 };

const FUNCTIONS = createRuleFunctions({ nowMs: 0, externalUrl: '', ask: () => [] });

/** What is wrong with a label's or annotation's template; null when it parses. */
export function judgeRuleTemplate(text: string): string | null {
  if (!text.includes('{{')) return null;
  return judgeTemplateSyntax(PREAMBLE + text, FUNCTIONS);
}

/** Renders the texts of rules at one evaluation. */
export type RuleTexts = {
  /** An error stands in the text itself, as Prometheus does it: the alert is worth more than its words. */
  render(template: string, sample: { labels: Readonly<Record<string, string>>; value: number }): string;
};

export function openRuleTexts(options: {
  nowMs: number;
  externalUrl: string;
  externalLabels: Readonly<Record<string, string>>;
  /** What an expression is worth at that instant. @throws Error in words for the text */
  ask: AskSamples;
}): RuleTexts {
  let set: TemplateSet | null = null;
  const labelsOf = (labels: Readonly<Record<string, string>>) => ({
    type: LABELS,
    value: new Map(Object.entries(labels).map(([name, value]) => [name, goString(value)])),
  });
  return {
    render(template, { labels, value }) {
      if (!template.includes('{{')) return template;
      set ??= createTemplateSet(createRuleFunctions(options));
      try {
        const data = {
          Labels: labelsOf(labels),
          ExternalLabels: labelsOf(options.externalLabels),
          ExternalURL: goString(options.externalUrl),
          Value: goFloat(value),
        };
        return set.render(PREAMBLE + template, { type: DATA, value: data }, { limits: LIMITS });
      } catch (thrown) {
        return `<error expanding template: ${thrown instanceof Error ? thrown.message : String(thrown)}>`;
      }
    },
  };
}
