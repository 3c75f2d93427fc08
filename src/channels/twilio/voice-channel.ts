import { createGuardedPost } from '../../platform/resilience/guarded-post.ts';
import { truncateCharacters } from '../../respond/comms/alertmanager/index.ts';
import { type OutgoingPage, type OutsideChannel, pageTitle } from '../../respond/oncall/index.ts';
import { type TwilioAccount, twilioPost } from './twilio-account.ts';
import { askForKey, sayTwice } from './twiml.ts';

const MOST_SPOKEN = 300;

/**
 * A page as a telephone call that is answered by a key.
 * @param address.answerUrl where the key pressed is sent for a page; null where nobody outside reaches us
 */
export function createVoiceChannel(
  account: TwilioAccount,
  address: { name: string; number: string; answerUrl: (pageId: string) => string | null },
): OutsideChannel {
  return {
    kind: 'outside',
    send: createGuardedPost(`voice ${address.name}`, (page) =>
      twilioPost(account, 'Calls', { To: address.number, From: account.from, Twiml: wordsOf(page, address.answerUrl) }),
    ),
  };
}

function wordsOf(page: OutgoingPage, answerUrl: (pageId: string) => string | null): string {
  const { message } = page;
  if (message.kind === 'verification') return sayTwice(spellDigits(message.text));
  const spoken = truncateCharacters(pageTitle(message), MOST_SPOKEN);
  const url = message.kind === undefined ? answerUrl(page.id) : null;
  return url === null ? sayTwice(spoken) : askForKey(spoken, url);
}

/** A code is said digit by digit. */
function spellDigits(text: string): string {
  return text.replaceAll(/\d{4,}/g, (digits) => [...digits].join(', '));
}
