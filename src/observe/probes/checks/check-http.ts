import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import { sendHttp } from '../../../platform/resilience/http-client.ts';
import type { HttpProbe, ProbeCheck } from '../probe-spec.ts';

/** Healthy when the status is expected (2xx and 3xx unless said otherwise) and the body holds what it should. */
export const checkHttp: ProbeCheck<HttpProbe> = async (spec, signal) => {
  try {
    const answer = await sendHttp({
      method: spec.method,
      url: spec.url,
      headers: spec.headers,
      timeoutMs: spec.timeoutMs,
      signal,
    });
    const expected =
      spec.expectStatus.length > 0
        ? spec.expectStatus.includes(answer.status)
        : answer.status >= 200 && answer.status < 400;
    if (!expected) return { healthy: false, reason: `HTTP ${answer.status} from ${spec.url}` };
    if (spec.bodyContains !== null && !answer.body.includes(spec.bodyContains)) {
      return { healthy: false, reason: `HTTP ${answer.status}, but the body lacks "${spec.bodyContains}"` };
    }
    return { healthy: true, reason: `HTTP ${answer.status}` };
  } catch (thrown) {
    const slow = thrown instanceof Error && thrown.name === 'TimeoutError';
    return {
      healthy: false,
      reason: slow ? `no answer from ${spec.url} within ${spec.timeoutMs} ms` : `${spec.url}: ${messageOf(thrown)}`,
    };
  }
};
