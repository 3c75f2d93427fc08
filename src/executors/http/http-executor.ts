import type { Executor, StepExecution, StepResult } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { sendHttp } from '../../platform/resilience/http-client.ts';

type HttpAction = Extract<StepAction, { kind: 'http' }>;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const NOT_REACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Sends one request. Inputs fill `{{name}}` marks, each so that it stays one value where it stands: percent-encoded in
 * the URL and in a form, escaped in JSON, without line breaks in headers, as it is in any other body.
 */
export const httpExecutor: Executor<HttpAction> = {
  execute: sendRequest,
  async stopLeftovers() {
    // A request in flight cannot be called back.
    return null;
  },
};

async function sendRequest(execution: StepExecution<HttpAction>): Promise<StepResult> {
  const { action } = execution;
  const unknown = findUnfilled(action, execution.inputs);
  if (unknown) return { outcome: 'failed', exitCode: null, reason: `input ${unknown} has no value` };
  const fill = (text: string, encode: (value: string) => string) =>
    text.replaceAll(/\{\{([^{}]+)\}\}/g, (mark, name: string) => {
      const value = execution.inputs[name.trim()];
      return value === undefined ? mark : encode(value);
    });
  // A mark that is the whole beginning of the URL is an address, not a part of one.
  const url = fill(
    action.url.replace(/^\{\{([^{}]+)\}\}/, (mark, name: string) => execution.inputs[name.trim()] ?? mark),
    encodeURIComponent,
  );
  const headers = Object.fromEntries(
    Object.entries(action.headers).map(([name, value]) => [
      name,
      fill(value, (text) => text).replaceAll(/[\r\n]+/g, ' '),
    ]),
  );
  await execution.confirmStart(null);
  try {
    const answer = await sendHttp({
      method: action.method,
      url,
      headers,
      body: action.body === null ? null : fill(action.body, bodyEncoding(headers)),
      timeoutMs: execution.timeoutMs,
      signal: execution.signal,
    });
    execution.output(Buffer.from(`HTTP ${answer.status}\n${answer.body}${answer.bodyCut ? '\n… cut' : ''}\n`));
    const expected =
      action.expectStatus.length > 0
        ? action.expectStatus.includes(answer.status)
        : answer.status >= 200 && answer.status < 400;
    return expected
      ? { outcome: 'succeeded', exitCode: 0, reason: `HTTP ${answer.status}` }
      : { outcome: 'failed', exitCode: 1, reason: `HTTP ${answer.status}` };
  } catch (thrown) {
    if (execution.signal.aborted) return { outcome: 'cancelled', exitCode: null, reason: 'ended on request' };
    const code = String((thrown as { code?: unknown }).code ?? '');
    const timedOut = thrown instanceof Error && thrown.name === 'TimeoutError';
    return {
      outcome: timedOut ? 'timed-out' : 'failed',
      exitCode: null,
      // Once sent, a request without an answer may have been carried out.
      uncertain: !SAFE_METHODS.has(action.method.toUpperCase()) && !wasNotSent(thrown, code),
      reason: timedOut ? `no answer within ${execution.timeoutMs / 1_000} s` : messageOf(thrown),
    };
  }
}

/** A request without a mark's value is not the one that was meant. */
function findUnfilled(action: HttpAction, inputs: Readonly<Record<string, string>>): string | null {
  const texts = [action.url, action.body ?? '', ...Object.values(action.headers)];
  const names = texts.flatMap((text) => [...text.matchAll(/\{\{([^{}]+)\}\}/g)].map((match) => match[1]?.trim() ?? ''));
  return names.find((name) => inputs[name] === undefined) ?? null;
}

function bodyEncoding(headers: Readonly<Record<string, string>>): (value: string) => string {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (/\bjson\b/i.test(type)) return (value) => JSON.stringify(value).slice(1, -1);
  if (/x-www-form-urlencoded/i.test(type)) return encodeURIComponent;
  return (value) => value;
}

/** These come before the first byte of a request: refused by us, no connection, no trust in the certificate. */
function wasNotSent(thrown: unknown, code: string): boolean {
  return (
    thrown instanceof HoldfastError ||
    NOT_REACHED.has(code) ||
    /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code)
  );
}
