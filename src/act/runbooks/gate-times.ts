import type { PlannedStep, StepAction } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { readDurationMs } from './read-duration.ts';

/** What a check or gate may take beyond the time it gives what it waits for, and a wait beyond its length. */
export const SLACK_MS = 5_000;

type GateAction = Extract<StepAction, { kind: 'metric-gate' }>;
type UnknownTimes = NonNullable<GateAction['unknownTimes']>;
type GateTimes = { times: Pick<GateAction, 'forMs' | 'withinMs'>; unknownTimes?: UnknownTimes };

const MARK = /^\{\{[^{}]+\}\}$/;

/**
 * How long a gate must hold and may take. What an input gives is a mark, kept beside them until its value is known.
 * @param written durations or marks; empty where the gate does not say: it looks once, or has as long as it must hold
 * @param durationOf milliseconds; throws where it is no duration
 */
export function readGateTimes(
  written: { for: string; within: string },
  durationOf: (written: string) => number,
): GateTimes {
  const within = written.within === '' ? written.for : written.within;
  const ms = (text: string) => (text === '' || MARK.test(text) ? 0 : durationOf(text));
  const unknownTimes = {
    ...(MARK.test(written.for) && { for: written.for }),
    ...(MARK.test(within) && { within }),
  };
  return {
    times: { forMs: ms(written.for), withinMs: ms(within) },
    ...(Object.keys(unknownTimes).length > 0 && { unknownTimes }),
  };
}

/**
 * A gate with the times that its inputs give, and a time limit to match; every other step as it is.
 * @param fill a mark -> its value, or the mark where it is not known
 * @throws HoldfastError invalid `runbook.bad-input` when a value is no duration, or shorter than it may be
 */
export function withKnownTimes(file: string, step: PlannedStep, fill: (mark: string) => string): PlannedStep {
  const { action } = step;
  if (action.kind !== 'metric-gate' || action.unknownTimes === undefined) return step;
  const { unknownTimes, ...known } = action;
  const { times, unknownTimes: left } = readGateTimes(
    {
      for: fill(unknownTimes.for ?? '') || `${known.forMs}ms`,
      within: fill(unknownTimes.within ?? '') || `${known.withinMs}ms`,
    },
    (value) => readDurationMs(value) ?? refuse(file, step, `"${value}" is no duration`),
  );
  if (left === undefined && times.withinMs < times.forMs)
    refuse(file, step, 'it must hold for longer than there is time (`for`, `within`)');
  return {
    ...step,
    timeoutMs: Math.max(step.timeoutMs, times.withinMs + SLACK_MS),
    action: { ...known, ...times, ...(left && { unknownTimes: left }) },
  };
}

/** The same marks, each rewritten. */
export function inGateTimes(times: UnknownTimes, rewrite: (mark: string) => string): UnknownTimes {
  return {
    ...(times.for !== undefined && { for: rewrite(times.for) }),
    ...(times.within !== undefined && { within: rewrite(times.within) }),
  };
}

function refuse(file: string, step: PlannedStep, problem: string): never {
  throw new HoldfastError({
    code: 'runbook.bad-input',
    kind: 'invalid',
    message: `${file}:${step.line}: the gate "${step.title}" cannot be planned: ${problem}`,
    hint: 'Give durations such as 30s, 5m or 1h.',
  });
}
