import type { HttpAnswer } from '../../platform/resilience/http-client.ts';
import { type Delivery, judgeAnswer } from '../../platform/resilience/judge-delivery.ts';
import { truncateCharacters } from '../../respond/comms/alertmanager/index.ts';

/** Slack answers 200 also when it refuses: with `ok: false`, or in words that are not "ok". */
export function judgeSlack(answer: HttpAnswer): Delivery {
  const result = judgeAnswer(answer);
  if (result.kind !== 'sent') return result;
  if (answer.bodyCut) return { kind: 'uncertain', reason: 'the answer of Slack was cut off' };
  if (!(answer.headers['content-type'] ?? '').startsWith('application/json')) {
    return answer.body === 'ok' ? result : { kind: 'refused', reason: `Slack answered: ${shorten(answer.body)}` };
  }
  const read = readJson(answer.body);
  if (read === null) return { kind: 'uncertain', reason: 'Slack answered with what is no JSON' };
  return read['ok'] === true
    ? result
    : { kind: 'refused', reason: `Slack answered: ${shorten(String(read['error'] ?? 'no error'))}` };
}

/** An object of JSON, or null. */
export function readJson(text: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function shorten(text: string): string {
  return truncateCharacters(text.replaceAll(/https?:\/\/\S+/g, '<address>'), 120);
}
