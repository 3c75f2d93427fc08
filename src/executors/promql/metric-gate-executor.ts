import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor, StepExecution, StepResult } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';
import { type QueryAnswer, queryPrometheus, type Sample } from './query-prometheus.ts';

type GateAction = Extract<StepAction, { kind: 'metric-gate' }>;
const SHOWN_SERIES = 5;

/**
 * Passes when a PromQL expression has held for a time without a break. No data, no answer and a false sample all break
 * it: absence of evidence never opens a gate.
 */
export const metricGateExecutor: Executor<GateAction> = {
  async execute(execution) {
    const { target } = execution;
    if (target?.kind !== 'prometheus') {
      const reason =
        target === null
          ? 'a metric-gate step needs a target: `target=NAME` at the fence or in the front matter'
          : `target ${target.name} is ${target.kind}: a metric-gate step needs a prometheus target`;
      return { outcome: 'failed', exitCode: null, reason };
    }
    const [unknown] = Object.entries(execution.action.unknownTimes ?? {});
    if (unknown !== undefined) {
      const reason = `\`${unknown[0]}: ${unknown[1]}\` has no value: times of a gate are inputs that are known when the run starts`;
      return { outcome: 'failed', exitCode: null, reason };
    }
    const filled = fillQuery(execution.action.query, execution.inputs);
    if (!filled.ok) return { outcome: 'failed', exitCode: null, reason: filled.reason };
    const { query } = filled;
    await execution.confirmStart(null);
    return holdGate(execution, () => queryPrometheus(target, query, execution.signal));
  },
  async stopLeftovers() {
    // A question leaves nothing behind.
    return null;
  },
};

async function holdGate(
  { action, signal, output }: StepExecution<GateAction>,
  ask: () => Promise<QueryAnswer>,
): Promise<StepResult> {
  // Whoever holds from here on has held long enough when the time is over; the first look always counts.
  let latestStart: number | null = null;
  let heldSince: number | null = null;
  for (;;) {
    const askedAt = performance.now();
    // The difference first: `at + within - for` may round to less than `at`, and a gate of equal times would never open.
    latestStart ??= askedAt + (action.withinMs - action.forMs);
    const { holds, said } = judge(await ask());
    if (signal.aborted) return { outcome: 'cancelled', exitCode: null, reason: 'ended on request' };
    output(Buffer.from(`${new Date().toISOString()} ${holds ? 'holds' : 'does not hold'}: ${said}\n`));
    heldSince = holds ? (heldSince ?? askedAt) : null;
    const heldMs = heldSince === null ? 0 : performance.now() - heldSince;
    if (heldSince !== null && heldMs >= action.forMs)
      return { outcome: 'succeeded', exitCode: 0, reason: `held for ${seconds(action.forMs)}: ${said}` };
    if ((heldSince ?? performance.now()) > latestStart) {
      return {
        outcome: 'failed',
        exitCode: 1,
        reason: `did not hold for ${seconds(action.forMs)} within ${seconds(action.withinMs)}: ${said}`,
      };
    }
    const untilMs = heldSince === null ? action.everyMs : action.forMs - heldMs;
    const pauseMs = Math.max(0, Math.min(action.everyMs - (performance.now() - askedAt), untilMs));
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

function judge(answer: QueryAnswer): { holds: boolean; said: string } {
  if (!answer.ok) return { holds: false, said: answer.reason };
  if (answer.samples.length === 0) return { holds: false, said: 'no data' };
  const broken = answer.samples.filter(({ value }) => value === 0 || Number.isNaN(value));
  const told = broken.length > 0 ? broken : answer.samples;
  const more = told.length > SHOWN_SERIES ? `, and ${told.length - SHOWN_SERIES} more` : '';
  return { holds: broken.length === 0, said: `${told.slice(0, SHOWN_SERIES).map(describe).join(', ')}${more}` };
}

function describe({ labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}=${JSON.stringify(text)}`);
  return pairs.length === 0 ? String(value) : `{${pairs.join(', ')}} ${value}`;
}

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;

/** What may stand outside of quotes: a number, a name, a duration; nothing that could change what is asked. */
const BARE_VALUE = /^-?[\w.:]+$/;

function fillQuery(
  written: string,
  inputs: Readonly<Record<string, string>>,
): { ok: true; query: string } | { ok: false; reason: string } {
  const problems: string[] = [];
  const query = written.replace(/\{\{([^{}]+)\}\}/g, (mark, name: string, offset: number) => {
    const value = inputs[name];
    if (value === undefined) problems.push(`${name} has no value`);
    else if (isQuoted(written, offset)) return JSON.stringify(value).slice(1, -1).replaceAll("'", "\\'");
    else if (!BARE_VALUE.test(value)) problems.push(`${name} is no number, name or duration`);
    return value ?? mark;
  });
  return problems.length === 0 ? { ok: true, query } : { ok: false, reason: problems.join('; ') };
}

function isQuoted(text: string, offset: number): boolean {
  let quote = '';
  for (let at = 0; at < offset; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && quote !== '') at += 1;
    else if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
  }
  return quote !== '';
}
