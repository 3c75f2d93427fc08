import { setTimeout as sleep } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import type { Run, RunStatus, RunStep, StepAttempt } from '../contract/run.ts';
import { EXIT } from '../platform/errors/exit-code.ts';
import { type ApiClient, route } from './api-client.ts';
import { readBytes } from './send-request.ts';
import { cleanLine, cleanText } from './terminal/clean-text.ts';
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
 * @param options.hints false leaves out which command to type next: its server will be gone
 * @returns the run as it then is
 */
export async function followRun(
  api: ApiClient,
  output: Output,
  runId: string,
  options: { throughWaits: boolean; hints?: boolean },
): Promise<Run> {
  const live = !output.json && !output.quiet;
  const narrator = live ? createNarrator(api, output, runId) : null;
  let pauseMs = SHORTEST_PAUSE_MS;
  let before = '';
  for (;;) {
    const run = await api.get<Run>(route`/api/v1/runs/${runId}`);
    const moved = await narrator?.tell(run);
    if (ENDED.includes(run.status) || (needsPerson(run) && !options.throughWaits)) {
      if (!output.json) printEnd(output, run, options.hints !== false);
      return run;
    }
    const state = `${run.status} ${run.steps.map((step) => step.status).join()}`;
    pauseMs = moved || state !== before ? SHORTEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);
    before = state;
    await sleep(pauseMs);
  }
}

function printEnd(output: Output, run: Run, hints: boolean): void {
  output.print(
    `${output.mark(toneOfRun(run.status))} ${output.bold(cleanLine(run.title))} ${describeStatus(run)}${run.reason ? `: ${cleanLine(run.reason)}` : ''}`,
  );
  if (!hints) return;
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

/** How far an attempt's output was told; characters and lines may be cut by the border between two answers. */
type Told = { next: number; decoder: TextDecoder; line: string };

/** Tells each change once, and each line of output once. */
function createNarrator(api: ApiClient, output: Output, runId: string): { tell(run: Run): Promise<boolean> } {
  const states = new Map<string, string>();
  const outputs = new Map<string, Told>();
  const gutter = output.dim(output.unicode ? '  │ ' : '  | ');

  const tellOutput = async (step: RunStep, attempt: StepAttempt): Promise<boolean> => {
    const key = `${step.id} ${attempt.n}`;
    const told = outputs.get(key) ?? { next: 0, decoder: new TextDecoder(), line: '' };
    outputs.set(key, told);
    const from = told.next;
    if (attempt.output.bytes > from) {
      const response = await api.open(route`/api/v1/runs/${runId}/output`, { step: step.id, attempt: attempt.n, from });
      const bytes = await readBytes(response);
      told.next = Number(response.headers['x-holdfast-next'] ?? from + bytes.length);
      const lines = cleanText(told.line + told.decoder.decode(bytes, { stream: true })).split('\n');
      told.line = lines.pop() ?? '';
      for (const line of lines) output.print(gutter + line);
    }
    if (attempt.status !== 'running' && told.line !== '') {
      output.print(gutter + told.line);
      told.line = '';
    }
    return told.next > from;
  };

  return {
    async tell(run) {
      let moved = false;
      for (const step of run.steps) {
        if (step.status === 'pending') continue;
        const state = `${step.status} ${step.attempts.length}`;
        const changed = states.get(step.id) !== state;
        if (changed && step.status === 'running') output.print(describeStep(output, step));
        // Earlier attempts too: they may have come and gone between two looks.
        for (const attempt of step.attempts) moved = (await tellOutput(step, attempt)) || moved;
        if (!changed) continue;
        states.set(step.id, state);
        moved = true;
        if (step.status !== 'running') output.print(describeStep(output, step));
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
