import { createGuardedPost } from '../../platform/resilience/guarded-post.ts';
import { truncateCharacters } from '../../respond/comms/alertmanager/index.ts';
import { type OutsideChannel, pageTitle } from '../../respond/oncall/index.ts';
import { type TwilioAccount, twilioPost } from './twilio-account.ts';

/** Two segments of a text message with characters outside GSM's alphabet are 134; links are not cut, so titles are. */
const MOST_TITLE = 160;

/**
 * A page as a text message.
 * @param address.answers whether an answer reaches us: only then the message says how to give one
 */
export function createSmsChannel(
  account: TwilioAccount,
  address: { name: string; number: string; answers: boolean },
): OutsideChannel {
  const sender = account.from.startsWith('MG') ? 'MessagingServiceSid' : 'From';
  return {
    kind: 'outside',
    send: createGuardedPost(`sms ${address.name}`, ({ message }) => {
      const isPage = message.kind === undefined;
      const lines = [
        truncateCharacters(pageTitle(message), MOST_TITLE),
        ...(isPage && address.answers ? ['Answer: ack, or esc to pass it on.'] : []),
        ...(isPage && message.link !== null ? [message.link] : []),
      ];
      return twilioPost(account, 'Messages', { To: address.number, [sender]: account.from, Body: lines.join('\n') });
    }),
  };
}
