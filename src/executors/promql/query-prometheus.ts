import { readFile } from 'node:fs/promises';
import { messageOf } from '../../platform/errors/holdfast-error.ts';

const QUERY_TIMEOUT_MS = 10_000;
const LARGEST_ANSWER_BYTES = 4 * 1_024 * 1_024;

export type Sample = { labels: Record<string, string>; value: number };
/** What a server answered, or why there is no answer. */
export type QueryAnswer = { ok: true; samples: Sample[] } | { ok: false; reason: string };

/**
 * Asks a Prometheus-compatible server once. Never throws: no answer is an answer too.
 * @param atMs the instant that is asked about; null for the server's now
 */
export async function queryPrometheus(
  target: { url: string; tokenFile: string | null },
  query: string,
  signal: AbortSignal,
  atMs: number | null = null,
): Promise<QueryAnswer> {
  try {
    const token = target.tokenFile === null ? null : (await readFile(target.tokenFile, 'utf8')).trim();
    const response = await fetch(`${target.url.replace(/\/+$/, '')}/api/v1/query`, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: new URLSearchParams({ query, ...(atMs !== null && { time: (atMs / 1_000).toFixed(3) }) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(QUERY_TIMEOUT_MS)]),
    });
    return readAnswer(await readLimited(response), response.status);
  } catch (thrown) {
    const cause = (thrown as { cause?: unknown }).cause;
    return { ok: false, reason: `no answer: ${messageOf(cause ?? thrown)}` };
  }
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > LARGEST_ANSWER_BYTES) throw new Error('the answer is larger than 4 MiB; aggregate in the query');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer(body: string, status: number): QueryAnswer {
  let answer: {
    status?: string;
    error?: string;
    data?: { resultType?: string; result?: unknown };
  };
  try {
    answer = JSON.parse(body) as typeof answer;
  } catch {
    return { ok: false, reason: `HTTP ${status} without JSON` };
  }
  if (answer.status !== 'success') return { ok: false, reason: answer.error ?? `HTTP ${status}` };
  const { resultType, result } = answer.data ?? {};
  if (resultType === 'scalar')
    return { ok: true, samples: [{ labels: {}, value: readValue((result as [number, string])[1]) }] };
  if (resultType !== 'vector' || !Array.isArray(result))
    return { ok: false, reason: `the query answers with a ${resultType}, not with one value per series` };
  const samples = (result as { metric: Record<string, string>; value?: [number, string] }[]).map((series) => ({
    labels: series.metric,
    value: readValue(series.value?.[1]),
  }));
  return { ok: true, samples };
}

/** Prometheus writes its infinities with a sign and in short. */
function readValue(written: string | undefined): number {
  const infinity = /^([+-]?)Inf$/.exec(written ?? '');
  if (infinity) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(written ?? Number.NaN);
}
