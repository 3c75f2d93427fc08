import { toQuery } from '../../api/list-query.ts';
import { ApiError, request } from '../../api/request.ts';

const LOOK_AGAIN_MS = 400;
const AFTER_ERROR_MS = 2_000;

/**
 * Reads a step's output from its beginning, and goes on while the attempt runs.
 * @param onText called with each new piece; a character cut between two answers arrives whole
 * @returns when the output is complete, or gone
 */
export async function followOutput(
  of: { runId: string; stepId: string; attempt: number },
  options: { signal: AbortSignal; onText: (piece: string) => void },
): Promise<void> {
  const { signal, onText } = options;
  const decoder = new TextDecoder();
  let from = 0;
  while (!signal.aborted) {
    try {
      const path = `/api/v1/runs/${of.runId}/output${toQuery({ step: of.stepId, attempt: of.attempt, from })}`;
      const response = await request('GET', path, { signal });
      const piece = decoder.decode(await response.arrayBuffer(), { stream: true });
      if (piece !== '') onText(piece);
      const next = Number(response.headers.get('x-holdfast-next') ?? from);
      if (response.headers.get('x-holdfast-ended') === 'true') return;
      const more = next > from;
      from = next;
      await pause(more ? LOOK_AGAIN_MS / 2 : LOOK_AGAIN_MS, signal);
    } catch (thrown) {
      if (signal.aborted) return;
      // What was refused will be refused again; what could not be reached may come back.
      if (thrown instanceof ApiError && thrown.status >= 400 && thrown.status < 500 && thrown.status !== 429) return;
      await pause(AFTER_ERROR_MS, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
