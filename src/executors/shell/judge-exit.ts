import type { StepExecution, StepResult } from '../../act/runs/index.ts';
import { GATE_CLOSED_EXIT, UNREADABLE_EXIT } from './shell-preamble.ts';

/** An environment holds no longer value (Linux allows 128 KiB with its name). */
const MOST_CARRIED_BYTES = 64 * 1_024;
/** Of the exit status and all values handed on together. */
export const MOST_TOLD_BYTES = 1_048_576;

/** Why we ended a script that had not ended by itself. */
export type Ended = 'timed-out' | 'cancelled' | { tookBytes: number; mostBytes: number } | null;

/**
 * What an ended script means for its step.
 * @param told what the preamble wrote to the status descriptor: exit status, pipe stages, the variables handed on
 */
export function judgeExit(
  exit: { code: number | null; signal: NodeJS.Signals | null },
  ended: Ended,
  told: string,
  execution: Pick<StepExecution, 'timeoutMs'>,
): StepResult {
  const exitCode = exit.code;
  if (ended === 'cancelled') return { outcome: 'cancelled', exitCode, reason: 'ended on request' };
  if (ended === 'timed-out')
    return { outcome: 'timed-out', exitCode, reason: `not done after ${execution.timeoutMs / 1_000} s: ended` };
  if (ended !== null) {
    const [took, most] = [ended.tookBytes, ended.mostBytes].map((bytes) => Math.round(bytes / 1_048_576));
    return {
      outcome: 'failed',
      exitCode,
      reason: `ended: it held ${took} MiB of memory, more than ${most} MiB`,
      uncertain: true,
    };
  }
  if (exit.signal) return { outcome: 'failed', exitCode, reason: `ended by ${exit.signal}`, uncertain: true };
  const [status = '', ...rest] = told.split('\n');
  const { outputs, tooLong } = readCarried(rest.join('\n'));
  const lost = tooLong.length === 0 ? null : `too long to be handed on: ${tooLong.join(', ')}`;
  if (exitCode === 0) return { outcome: 'succeeded', exitCode, reason: lost, outputs };
  if (told === '' && exitCode === GATE_CLOSED_EXIT) return { outcome: 'cancelled', exitCode, reason: 'never begun' };
  if (told === '' && exitCode === UNREADABLE_EXIT)
    return { outcome: 'failed', exitCode, reason: 'bash cannot read the script; nothing of it ran' };
  const [, how, ...pipe] = status.trim().split(' ');
  const stages = pipe.length > 1 ? ` (pipe stages: ${pipe.join(' ')})` : '';
  return how === 'no'
    ? { outcome: 'succeeded', exitCode, reason: `answered "no" with exit code ${exitCode}${stages}`, outputs }
    : { outcome: 'failed', exitCode, reason: `exit code ${exitCode}${stages}` };
}

/** The variables told after the status: `NAME=value` and a NUL each. */
function readCarried(told: string): { outputs: Record<string, string>; tooLong: string[] } {
  const outputs: Record<string, string> = {};
  const tooLong: string[] = [];
  for (const entry of told.split('\0').slice(0, -1)) {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals);
    const value = entry.slice(equals + 1);
    if (Buffer.byteLength(value) > MOST_CARRIED_BYTES) tooLong.push(name);
    else outputs[name] = value;
  }
  return { outputs, tooLong };
}
