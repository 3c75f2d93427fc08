import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../contract/run.ts';
import { type ApiClient, route } from './api-client.ts';
import { readBytes } from './send-request.ts';
import type { Output } from './terminal/output.ts';

const PAUSE_MS = 300;

/** Writes a step's output to stdout, from a byte on; with `follow` until the step has ended. */
export async function copyOutput(
  api: ApiClient,
  output: Output,
  wanted: { runId: string; step: string; attempt?: number; from: number; follow: boolean },
): Promise<void> {
  const { runId, step, attempt, follow } = wanted;
  const decoder = new TextDecoder();
  const parts: string[] = [];
  const write = (text: string) => (output.json ? parts.push(text) : output.write(text));
  let from = wanted.from;
  for (;;) {
    const response = await api.open(route`/api/v1/runs/${runId}/output`, { step, attempt, from });
    const bytes = await readBytes(response);
    write(decoder.decode(bytes, { stream: true }));
    const next = Number(response.headers['x-holdfast-next'] ?? from + bytes.length);
    if (response.headers['x-holdfast-ended'] === 'true') break;
    // One answer holds a part of a long output: what is already stored is always read to its end.
    if (next === from) {
      if (!follow || !(await isRunning(api, wanted))) break;
      await sleep(PAUSE_MS);
    }
    from = next;
  }
  write(decoder.decode());
  if (output.json) output.printJson({ runId, step, from: wanted.from, text: parts.join('') });
}

async function isRunning(api: ApiClient, wanted: { runId: string; step: string; attempt?: number }): Promise<boolean> {
  const run = await api.get<Run>(route`/api/v1/runs/${wanted.runId}`);
  const attempts = run.steps.find((step) => step.id === wanted.step)?.attempts ?? [];
  const attempt = wanted.attempt === undefined ? attempts.at(-1) : attempts.find(({ n }) => n === wanted.attempt);
  return attempt?.status === 'running';
}
