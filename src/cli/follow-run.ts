import { setTimeout as sleep } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import type { Run, RunStatus, RunStep, StepAttempt } from '../contract/run.ts';
import { EXIT } from '../platform/errors/exit-code.ts';
import { type ApiClient, route } from './api-client.ts';
import { cleanLine } from './terminal/clean-text.ts';
import type { Output } from './terminal/output.ts';
import { formatDuration } from './terminal/times.ts';
import { toneOfRun } from './terminal/tones.ts';
import { answersFor, describeStatus } from './views/run-view.ts';

const ENDED: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled', 'rolled-back', 'rollback-failed'];
/** While something happens, and while nothing does. */
const SHORTEST_PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 1_000;

/** True when only a person can let the run go on. A `wait` step passes by itself. */
function needsPerson(run: Run): boolean {
  if (run.status === 'in-doubt' || run.status === 'paused') return true;
  return run.status === 'waiting' && run.waitingFor !== 'wait';
}

/** What a run's end, or its need of a person, means to a script. */
export function exitCodeOfRun(run: Run): number {
  if (run.status === 'succeeded') return EXIT.ok;
  return ENDED.includes(run.status) ? EXIT.found : EXIT.waiting;
}

/**
 * Shows a run as it goes, steps and output, until it has ended or only a person can let it go on.
 * @param options.throughWaits goes on following while a person is waited for
 * @returns the run as it then is
 */
export async function followRun(
  api: ApiClient,
  output: Output,
  runId: string,
  options: { throughWaits: boolean },
): Promise<Run> {
  const live = !output.json && !output.quiet;
  const narrator = live ? createNarrator(api, output, runId) : null;
  let pauseMs = SHORTEST_PAUSE_MS;
  let before = '';
  for (;;) {
    const run = await api.get<Run>(route`/api/v1/runs/${runId}`);
    const moved = await narrator?.tell(run);
    if (ENDED.includes(run.status) || (needsPerson(run) && !options.throughWaits)) {
      if (!output.json) printEnd(output, run);
      return run;
    }
    const state = `${run.status} ${run.steps.map((step) => step.status).join()}`;
    pauseMs = moved || state !== before ? SHORTEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);
    before = state;
    await sleep(pauseMs);
  }
}

function printEnd(output: Output, run: Run): void {
  output.print(
    `${output.mark(toneOfRun(run.status))} ${output.bold(cleanLine(run.title))} ${describeStatus(run)}${run.reason ? `: ${cleanLine(run.reason)}` : ''}`,
  );
  const answers = answersFor(run);
  for (const answer of answers) output.note(`  ${answer}`);
  output.suggest(
    answers.length > 0
      ? `All of it: holdfast run show ${run.id}`
      : run.status === 'succeeded'
        ? `Look back: holdfast run show ${run.id}`
        : `What went wrong: holdfast run show ${run.id}`,
  );
}

/** Tells each change once, and each byte of output once. */
function createNarrator(api: ApiClient, output: Output, runId: string): { tell(run: Run): Promise<boolean> } {
  const told = new Map<string, string>();
  const offsets = new Map<string, number>();
  const decoders = new Map<string, TextDecoder>();

  const tellOutput = async (step: RunStep, attempt: StepAttempt): Promise<boolean> => {
    const key = `${step.id} ${attempt.n}`;
    const from = offsets.get(key) ?? 0;
    if (attempt.output.bytes <= from) return false;
    const response = await api.open(route`/api/v1/runs/${runId}/output`, { step: step.id, attempt: attempt.n, from });
    const bytes = new Uint8Array(await response.arrayBuffer());
    offsets.set(key, Number(response.headers.get('x-holdfast-next') ?? from + bytes.length));
    // A character may be cut by the border between two answers.
    const decoder = decoders.get(key) ?? new TextDecoder();
    decoders.set(key, decoder);
    const text = decoder.decode(bytes, { stream: true });
    output.write(text.replace(/^(?=.)/gm, output.dim(output.unicode ? '  │ ' : '  | ')));
    if (text !== '' && !text.endsWith('\n')) output.write('\n');
    return bytes.length > 0;
  };

  return {
    async tell(run) {
      let moved = false;
      for (const step of run.steps) {
        const latest = step.attempts.at(-1);
        const state = `${step.status} ${step.attempts.length}`;
        if (told.get(step.id) !== state && step.status !== 'pending') {
          const first = !told.has(step.id);
          told.set(step.id, state);
          moved = true;
          // What was already over when we came is told with its output, in one piece.
          if (first && step.status !== 'running' && latest)
            for (const attempt of step.attempts) await tellOutput(step, attempt);
          else if (latest) await tellOutput(step, latest);
          output.print(describeStep(output, step));
        } else if (latest && step.status !== 'pending') {
          moved = (await tellOutput(step, latest)) || moved;
        }
      }
      return moved;
    },
  };
}

function describeStep(output: Output, step: RunStep): string {
  const latest = step.attempts.at(-1);
  const tookMs =
    step.startedAt && step.endedAt ? new Date(step.endedAt).getTime() - new Date(step.startedAt).getTime() : null;
  const details = [
    step.status === 'running' && step.attempts.length > 1 ? `attempt ${step.attempts.length}` : null,
    tookMs === null ? null : formatDuration(tookMs),
    latest?.reason && step.status !== 'running' ? cleanLine(latest.reason) : null,
  ].filter((part) => part !== null);
  const number = step.number ? `${step.number}. ` : '';
  return `${output.mark(toneOfRun(step.status))} ${number}${cleanLine(step.title)} ${output.tint(toneOfRun(step.status), step.status)}${details.length > 0 ? output.dim(` (${details.join(', ')})`) : ''}`;
}
