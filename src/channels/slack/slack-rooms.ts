import { type HttpAnswer, sendHttp } from '../../platform/resilience/http-client.ts';
import { type Delivery, judgeFailure } from '../../platform/resilience/judge-delivery.ts';
import { truncateCharacters } from '../../respond/comms/alertmanager/index.ts';
import type { RoomKeeper } from '../../respond/comms/rooms/index.ts';
import { escapeMarkup } from './escape-markup.ts';
import { judgeSlack, readJson } from './judge-slack.ts';
import type { SlackApp } from './slack-channel.ts';

const TIMEOUT_MS = 15_000;
const MOST = { name: 80, topic: 250, text: 3_500 };

/**
 * Channels of Slack that follow incidents, or threads in one of them. The app needs channels:manage for channels of its
 * own, and chat:write.
 * @param threadsIn id of the channel whose threads follow; null: each incident has a channel
 */
export function createSlackRooms(app: SlackApp, threadsIn: string | null): RoomKeeper {
  const call = async (method: string, body: object, signal: AbortSignal, dedupKey?: string): Promise<HttpAnswer> =>
    sendHttp({
      method: 'POST',
      url: `${app.url.replace(/\/$/, '')}/${method}`,
      timeoutMs: TIMEOUT_MS,
      mostRedirects: 0,
      signal,
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        authorization: `Bearer ${app.token}`,
        ...(dedupKey !== undefined && { 'idempotency-key': dedupKey }),
      },
    });
  return {
    async open({ name, title, nth }, signal) {
      try {
        if (threadsIn !== null) {
          const text = escapeMarkup(truncateCharacters(title, MOST.topic));
          const answer = await call('chat.postMessage', { channel: threadsIn, text: `*${text}*` }, signal, name);
          const thread = readJson(answer.body)?.['ts'];
          return opened(judgeSlack(answer), threadsIn, typeof thread === 'string' ? thread : null);
        }
        const suffix = nth === 1 ? '' : `-${nth}`;
        const called = `${name.slice(0, MOST.name - suffix.length)}${suffix}`;
        const answer = await call('conversations.create', { name: called }, signal);
        const body = readJson(answer.body);
        if (body?.['error'] === 'name_taken') return { kind: 'taken' };
        const place = (body?.['channel'] as { id?: unknown } | undefined)?.id;
        const result = opened(judgeSlack(answer), typeof place === 'string' ? place : '', null);
        // What it is about; without it the channel works all the same.
        if (result.kind === 'opened')
          await call(
            'conversations.setTopic',
            { channel: result.place, topic: truncateCharacters(title, MOST.topic) },
            signal,
          );
        return result;
      } catch (thrown) {
        return notSent(judgeFailure(thrown));
      }
    },
    async say({ place, thread }, { text, dedupKey }, signal) {
      try {
        const body = {
          channel: place,
          text: escapeMarkup(truncateCharacters(text, MOST.text)),
          ...(thread !== null && { thread_ts: thread }),
        };
        return judgeSlack(await call('chat.postMessage', body, signal, dedupKey));
      } catch (thrown) {
        return judgeFailure(thrown);
      }
    },
  };
}

function opened(result: Delivery, place: string, thread: string | null) {
  if (result.kind !== 'sent') return result;
  if (place === '') return { kind: 'uncertain' as const, reason: 'Slack did not say where the room is' };
  return { kind: 'opened' as const, place, thread };
}

const notSent = (result: Delivery) =>
  result.kind === 'sent' ? { kind: 'uncertain' as const, reason: 'no answer' } : result;
