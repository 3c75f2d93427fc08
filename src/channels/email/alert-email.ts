import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { EmailSettings } from '../../detect/alerting/config/index.ts';
import type { Integration } from '../../respond/comms/alertmanager/index.ts';
import { parseAddresses } from './parse-addresses.ts';
import { type Mail, sendMail } from './send-mail.ts';

type Payload = Omit<Mail, 'messageId'>;

/**
 * An e-mail. Its Message-Id is made from the dedup key, so that one sent twice is one to the programs that read mail.
 * @param options.now the clock of its date
 */
export function createAlertEmail(settings: EmailSettings, options: { now?: () => Date } = {}): Integration {
  const now = options.now ?? (() => new Date());
  return {
    async prepare(notification, render) {
      const { text } = render;
      const [from, ...more] = parseAddresses(text(settings.from), 'from');
      if (from === undefined || more.length > 0)
        throw new Error(`must be exactly one 'from' address (got: ${more.length + 1})`);
      const written = {
        Subject: '{{ template "email.default.subject" . }}',
        To: settings.to,
        From: settings.from,
        ...settings.headers,
      };
      const date = now();
      const headers = Object.entries(written).map(([name, template]): [string, string] => [name, text(template)]);
      if (settings.threading.enabled) {
        const thread = threadId(notification.groupKey, settings.threading.byDate, date);
        headers.push(['References', thread], ['In-Reply-To', thread]);
      }
      return {
        from,
        to: parseAddresses(text(settings.to), 'to'),
        headers,
        text: text(settings.text),
        html: render.html(settings.html),
        date: date.toISOString(),
      } satisfies Payload;
    },
    send(payload, dedupKey, signal) {
      const mail = payload as Payload;
      return sendMail(settings, { ...mail, messageId: `<${dedupKey}@${hostname() || 'localhost'}>` }, signal);
    },
  };
}

/** All mails of a group, or of a group's day, belong to one thread: its root is a mail nobody ever sent. */
function threadId(groupKey: string, byDate: 'none' | 'daily', date: Date): string {
  const hash = createHash('sha256').update(groupKey).digest('hex').slice(0, 16);
  return `<alert-${hash}-${byDate === 'daily' ? date.toISOString().slice(0, 10) : ''}@alertmanager>`;
}
