import { isIP } from 'node:net';
import type { EmailSettings } from '../../detect/alerting/config/index.ts';
import { type Delivery, judgeFailure } from '../../platform/resilience/judge-delivery.ts';
import { readSecret, tlsOptions } from '../../platform/resilience/receiver-client.ts';
import { authenticate, type SaslContext } from './authenticate.ts';

const TIMEOUTS_MS = { connect: 10_000, greeting: 20_000, silence: 30_000, all: 60_000 };
const IMPLICIT_TLS_PORT = '465';
/** Our own way of choosing among what a server offers, under a name no server knows. */
const AUTH_METHOD = 'HOLDFAST';

export type Mail = {
  from: string;
  to: string[];
  headers: [name: string, value: string][];
  text: string;
  html: string;
  date: string;
  messageId: string;
};

/** How to reach the smarthost and log in there. */
export type MailServer = Pick<
  EmailSettings,
  | 'hello'
  | 'smarthost'
  | 'authUsername'
  | 'authPassword'
  | 'authSecret'
  | 'authIdentity'
  | 'requireTls'
  | 'forceImplicitTls'
  | 'tls'
>;

/** Brings one mail to the smarthost, over a connection of its own. Never throws. */
export async function sendMail(settings: MailServer, mail: Mail, signal: AbortSignal): Promise<Delivery> {
  const { smarthost, authUsername } = settings;
  const implicitTls = settings.forceImplicitTls ?? smarthost.port === IMPLICIT_TLS_PORT;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUTS_MS.all)]);
  let close = () => {};
  try {
    const tls = {
      ...(isIP(smarthost.host) ? {} : { servername: smarthost.host }),
      ...(await tlsOptions(settings.tls)),
    };
    const password = await readSecret(settings.authPassword);
    const secret = await readSecret(settings.authSecret);
    // Loaded by the first mail: a server that sends none does without its megabytes.
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: smarthost.host,
      port: Number(smarthost.port),
      name: settings.hello,
      secure: implicitTls,
      requireTLS: settings.requireTls && !implicitTls,
      ignoreTLS: !settings.requireTls || implicitTls,
      tls,
      connectionTimeout: TIMEOUTS_MS.connect,
      greetingTimeout: TIMEOUTS_MS.greeting,
      socketTimeout: TIMEOUTS_MS.silence,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(authUsername === ''
        ? {}
        : {
            auth: { type: 'custom' as const, method: AUTH_METHOD, user: authUsername, pass: password ?? secret ?? '' },
            customAuth: {
              [AUTH_METHOD]: (context: unknown) =>
                authenticate(context as SaslContext, {
                  identity: settings.authIdentity,
                  username: authUsername,
                  password,
                  secret,
                }),
            },
          }),
    });
    close = () => transport.close();
    await untilAborted(transport.sendMail(messageOf(mail)), limit);
    return { kind: 'sent' };
  } catch (thrown) {
    return judgeMailFailure(thrown);
  } finally {
    close();
  }
}

function messageOf(mail: Mail) {
  const headers = new Map(mail.headers);
  const take = (name: string) => {
    const value = headers.get(name);
    headers.delete(name);
    return value;
  };
  return {
    envelope: { from: mail.from, to: mail.to },
    subject: take('Subject') ?? '',
    from: take('From') ?? mail.from,
    to: take('To') ?? mail.to.join(', '),
    messageId: take('Message-Id') ?? mail.messageId,
    date: new Date(mail.date),
    headers: Object.fromEntries(headers),
    ...(mail.text === '' ? {} : { text: mail.text }),
    ...(mail.html === '' ? {} : { html: mail.html }),
    textEncoding: 'quoted-printable' as const,
  };
}

function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** A server that says no has not taken the mail; one that falls silent may have. */
function judgeMailFailure(thrown: unknown): Delivery {
  const { responseCode, command, code } = thrown as { responseCode?: unknown; command?: unknown; code?: unknown };
  const step = typeof command === 'string' && /^[A-Z -]{2,20}$/.test(command) ? command : 'the conversation';
  if (typeof responseCode === 'number')
    return { kind: 'try-later', reason: `the mail server answered ${responseCode} to ${step}`, afterMs: null };
  if (code === 'EAUTH') return { kind: 'try-later', reason: `no way to log in: ${reasonOf(thrown)}`, afterMs: null };
  if (code === 'ETLS') return { kind: 'try-later', reason: 'no TLS with the mail server', afterMs: null };
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return { kind: 'refused', reason: 'the mail has no valid address' };
  if (code === 'EDNS') return { kind: 'try-later', reason: 'host not found', afterMs: null };
  if (code === 'ESOCKET' || code === 'ECONNECTION') {
    // A certificate is judged before anything is sent.
    if (/certificate/i.test(thrown instanceof Error ? thrown.message : ''))
      return { kind: 'try-later', reason: 'the certificate of the mail server is not trusted', afterMs: null };
    const refused = (thrown as { syscall?: unknown }).syscall === 'connect';
    return refused
      ? { kind: 'try-later', reason: 'connection refused', afterMs: null }
      : { kind: 'uncertain', reason: 'the connection to the mail server was lost' };
  }
  if (code === 'ETIMEDOUT') return { kind: 'uncertain', reason: 'the mail server did not answer in time' };
  return judgeFailure(thrown);
}

function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.message : '';
  return /^(missing|unknown) [a-zA-Z0-9 -]+$/.test(cause) ? cause : 'refused';
}
