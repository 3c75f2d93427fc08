import { hostname } from 'node:os';
import { type OutsideChannel, pageText, pageTitle } from '../../respond/oncall/index.ts';
import { type MailServer, sendMail } from './send-mail.ts';

/** A mail per page. Its Message-Id is made from the dedup key: one sent twice is one to the programs that read mail. */
export function createEmailChannel(server: MailServer, address: { from: string; to: string }): OutsideChannel {
  return {
    kind: 'outside',
    send: ({ dedupKey, message, queuedAt }, signal) =>
      sendMail(
        server,
        {
          from: address.from,
          to: [address.to],
          headers: [
            ['Subject', pageTitle(message).replaceAll(/\s+/g, ' ')],
            ['Auto-Submitted', 'auto-generated'],
          ],
          text: `${pageText(message)}\n`,
          html: '',
          date: queuedAt.toISOString(),
          messageId: `<${dedupKey}@${hostname() || 'localhost'}>`,
        },
        signal,
      ),
  };
}
