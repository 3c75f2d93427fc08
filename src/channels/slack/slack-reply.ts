import { createGuardedPost } from '../../platform/resilience/guarded-post.ts';
import { escapeMarkup } from './escape-markup.ts';

/** What is said to whoever pressed a button; `replaces` puts it in the place of the message, without its buttons. */
type Reply = { dedupKey: string; url: string; text: string; replaces: boolean };

/** Answers by the address that came with the button. */
export function createSlackReplies() {
  return createGuardedPost<Reply>('slack replies', ({ url, text, replaces }) => ({
    url,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({
      ...(replaces ? {} : { response_type: 'ephemeral' }),
      replace_original: replaces,
      text: escapeMarkup(text),
    }),
  }));
}
