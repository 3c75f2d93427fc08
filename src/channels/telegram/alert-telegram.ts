import { readFile } from 'node:fs/promises';
import type { TelegramSettings } from '../../detect/alerting/config/index.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { HttpAnswer } from '../../platform/resilience/http-client.ts';
import { type Delivery, judgeAnswer, judgeFailure } from '../../platform/resilience/judge-delivery.ts';
import { createReceiverClient, deliver, readSecret } from '../../platform/resilience/receiver-client.ts';
import { type Integration, truncateCharacters } from '../../respond/comms/alertmanager/index.ts';

const MOST_CHARACTERS = 4_096;
const TOO_LONG =
  'This notification is longer than Telegram takes, and cutting it would break its markup. Shorten the template of its message.';

type Payload = { text: string };

/** A message of a Telegram bot. The bot's token is part of the address, as Telegram wants it. */
export function createAlertTelegram(settings: TelegramSettings): Integration {
  const client = createReceiverClient(settings.http);
  const token = async () => {
    const read = await readSecret(settings.botToken);
    if (read) return read;
    throw new HoldfastError({ code: 'receiver.empty', kind: 'invalid', message: 'the Telegram bot has no token' });
  };
  return {
    async prepare(_notification, render) {
      if (settings.parseMode !== 'HTML')
        return { text: truncateCharacters(render.text(settings.message), MOST_CHARACTERS) } satisfies Payload;
      const text = render.html(settings.message);
      return { text: [...text].length > MOST_CHARACTERS ? TOO_LONG : text } satisfies Payload;
    },
    async send(payload, dedupKey, signal) {
      let chatId: string;
      try {
        chatId = await readChatId(settings);
      } catch (thrown) {
        return judgeFailure(thrown);
      }
      const body = {
        chat_id: chatId,
        text: (payload as Payload).text,
        disable_web_page_preview: true,
        ...(settings.disableNotifications ? { disable_notification: true } : {}),
        ...(settings.parseMode === '' ? {} : { parse_mode: settings.parseMode }),
        ...(settings.messageThreadId === 0 ? {} : { message_thread_id: settings.messageThreadId }),
      };
      return deliver(
        client,
        {
          url: async () => `${settings.apiUrl.replace(/\/$/, '')}/bot${await token()}/sendMessage`,
          contentType: 'application/json',
          body: JSON.stringify(body),
          headers: { 'idempotency-key': dedupKey },
          timeoutMs: 0,
          signal,
        },
        judgeTelegram,
      );
    },
  };
}

/** Telegram says in the body how long to wait. Whatever it refuses is tried again: a bot may be let in meanwhile. */
function judgeTelegram(answer: HttpAnswer): Delivery {
  const read = readAnswer(answer.body);
  const result = judgeAnswer(answer, read.description === '' ? {} : { details: read.description });
  if (result.kind === 'sent' && read.ok === false) return { kind: 'refused', reason: `Telegram: ${read.description}` };
  if (result.kind === 'try-later') return { ...result, afterMs: read.retryAfterMs ?? result.afterMs };
  return result.kind === 'refused' ? { kind: 'try-later', reason: result.reason, afterMs: null } : result;
}

function readAnswer(body: string): { ok: boolean | null; description: string; retryAfterMs: number | null } {
  try {
    const read = JSON.parse(body) as { ok?: unknown; description?: unknown; parameters?: { retry_after?: unknown } };
    const seconds = Number(read.parameters?.retry_after);
    return {
      ok: typeof read.ok === 'boolean' ? read.ok : null,
      description: truncateCharacters(typeof read.description === 'string' ? read.description : '', 200),
      retryAfterMs: seconds > 0 ? seconds * 1_000 : null,
    };
  } catch {
    return { ok: null, description: '', retryAfterMs: null };
  }
}

async function readChatId({ chatId, chatIdFile }: TelegramSettings): Promise<string> {
  if (chatId !== null) return String(chatId);
  const written = chatIdFile === null ? '' : (await readFile(chatIdFile, 'utf8').catch(() => '')).trim();
  if (/^-?\d{1,19}$/.test(written)) return written;
  throw new HoldfastError({
    code: 'receiver.secret-unreadable',
    kind: 'unavailable',
    message: `${chatIdFile} holds no id of a chat`,
  });
}
