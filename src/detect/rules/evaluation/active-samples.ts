import { createHash } from 'node:crypto';
import type { AlertRule } from '../rule.ts';
import type { RuleTexts } from '../templates/render-rule-texts.ts';
import type { ActiveSample } from './advance-alerts.ts';

/** One series of a query's answer. */
export type Sample = { labels: Readonly<Record<string, string>>; value: number };

/** What a server answered to an instant query, or why it did not. */
export type QueryAnswer = { ok: true; samples: readonly Sample[] } | { ok: false; reason: string };

/** The alerts that the samples of a rule's expression are, with labels and annotations rendered. */
export function activeSamples(
  rule: Pick<AlertRule, 'name' | 'labels' | 'annotations'>,
  samples: readonly Sample[],
  texts: RuleTexts,
): ActiveSample[] {
  return samples.map((sample) => {
    const { __name__: _metric, ...own } = sample.labels;
    const labels: Record<string, string> = own;
    for (const [name, template] of Object.entries(rule.labels)) labels[name] = texts.render(template, sample);
    labels['alertname'] = rule.name;
    const kept = Object.entries(labels)
      .map(([name, value]) => [name, storable(value)] as const)
      // A label without a value is none.
      .filter(([, value]) => value !== '')
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const annotations = Object.entries(rule.annotations).map(
      ([name, template]) => [name, storable(texts.render(template, sample))] as const,
    );
    return {
      fingerprint: createHash('sha256').update(JSON.stringify(kept)).digest('hex').slice(0, 32),
      labels: Object.fromEntries(kept),
      annotations: Object.fromEntries(annotations),
      value: sample.value,
    };
  });
}

/** PostgreSQL keeps no NUL in a text, and nothing that is no Unicode. */
const storable = (value: string) => value.replaceAll('\0', '\ufffd').toWellFormed();
