import type { RecordingRule } from '../rule.ts';
import { type RuleHealth, storeRuleState } from '../rule-store.ts';
import type { Sample } from './active-samples.ts';
import type { EvaluationDeps, evaluateGroup } from './evaluate-group.ts';
import type { IdentifiedGroup } from './identify-rules.ts';

/** A sample to keep; null is the mark that its series is gone. */
export type RecordedSample = { labels: Readonly<Record<string, string>>; value: number | null; atMs: number };

/** Evaluates a recording rule and keeps its series; those it had before and has no more are marked as gone. */
export async function evaluateRecordingRule(
  deps: Pick<EvaluationDeps, 'pool' | 'query' | 'record' | 'evaluated'>,
  group: IdentifiedGroup,
  rule: RecordingRule & { id: string },
  { states, written, atMs, missed, signal }: Parameters<typeof evaluateGroup>[2],
): Promise<void> {
  const startedMs = performance.now();
  const sampleMs = atMs - group.queryOffsetMs;
  const answer = await deps.query(rule.expression, sampleMs, signal);
  if (signal.aborted) return;
  let error = answer.ok ? null : answer.reason;
  if (answer.ok) {
    const { samples, problem } = recordSamples(rule, answer.samples, { limit: group.limit, atMs: sampleMs });
    const before = written.get(rule.id) ?? new Map<string, RecordedSample>();
    const now = new Map(samples.map((sample) => [keyOf(sample.labels), sample]));
    const gone = [...before].flatMap(([key, sample]) =>
      now.has(key) ? [] : [{ ...sample, value: null, atMs: sampleMs }],
    );
    try {
      if (samples.length + gone.length > 0) await deps.record?.([...samples, ...gone]);
      written.set(rule.id, now);
      error = problem;
    } catch (thrown) {
      error = `its series could not be kept: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
  }
  const health: RuleHealth = {
    health: error === null ? 'ok' : 'err',
    error,
    evaluatedAtMs: atMs,
    durationMs: performance.now() - startedMs,
    missed,
  };
  const state = { health, alerts: new Map() };
  states.set(rule.id, state);
  deps.evaluated(group, health);
  await storeRuleState(deps.pool, rule.id, state);
}

/** The samples under the rule's name and labels. With a problem there are none. */
export function recordSamples(
  rule: Pick<RecordingRule, 'name' | 'labels'>,
  found: readonly Sample[],
  { limit, atMs }: { limit: number; atMs: number },
): { samples: RecordedSample[]; problem: string | null } {
  const samples = found.map(({ labels, value }) => ({
    labels: Object.fromEntries(
      Object.entries({ ...labels, ...rule.labels, __name__: rule.name }).filter(([, text]) => text !== ''),
    ),
    value,
    atMs,
  }));
  if (new Set(samples.map(({ labels }) => keyOf(labels))).size < samples.length)
    return { samples: [], problem: 'vector contains metrics with the same labelset after applying rule labels' };
  if (limit > 0 && samples.length > limit)
    return { samples: [], problem: `exceeded limit of ${limit} with ${samples.length} series` };
  return { samples, problem: null };
}

const keyOf = (labels: Readonly<Record<string, string>>) =>
  JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
