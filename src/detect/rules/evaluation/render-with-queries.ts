import type { AlertRule } from '../rule.ts';
import { openRuleTexts } from '../templates/render-rule-texts.ts';
import { activeSamples, type QueryAnswer, type Sample } from './active-samples.ts';
import type { ActiveSample } from './advance-alerts.ts';

/** Different queries that the texts of one rule may ask at one evaluation. */
const MOST_QUERIES = 100;
const QUERIES_AT_ONCE = 4;

/**
 * The alerts that samples are, with their texts. Texts are rendered at once and queries take time: what a text asks for
 * first is noted, asked, and the texts are rendered again with the answer, until nothing is missing. Each query is
 * asked once, however many alerts ask it.
 */
export async function renderWithQueries(
  rule: Pick<AlertRule, 'name' | 'labels' | 'annotations'>,
  samples: readonly Sample[],
  options: Omit<Parameters<typeof openRuleTexts>[0], 'ask'> & {
    query(expression: string): Promise<QueryAnswer>;
    signal: AbortSignal;
  },
): Promise<ActiveSample[]> {
  const answers = new Map<string, QueryAnswer>();
  for (;;) {
    const missing = new Set<string>();
    const ask = (expression: string) => {
      const answer = answers.get(expression);
      if (answer?.ok) return answer.samples;
      if (answer) throw new Error(`query ${JSON.stringify(expression)}: ${answer.reason}`);
      if (answers.size + missing.size >= MOST_QUERIES && !missing.has(expression))
        throw new Error(`the texts of a rule may ask ${MOST_QUERIES} queries, and these ask more`);
      missing.add(expression);
      throw new Error('the answer is not there yet');
    };
    const rendered = activeSamples(rule, samples, openRuleTexts({ ...options, ask }));
    if (missing.size === 0 || options.signal.aborted) return rendered;
    const waiting = [...missing];
    const work = async () => {
      for (let expression = waiting.shift(); expression !== undefined; expression = waiting.shift())
        answers.set(expression, await options.query(expression));
    };
    await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, work));
  }
}
