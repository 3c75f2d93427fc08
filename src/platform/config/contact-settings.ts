import { z } from 'zod';
import {
  exactlyOne,
  file,
  filled,
  hostPort,
  httpUrl,
  isEmailAddress,
  isTelephoneNumber,
  nameSchema,
  secretText,
  text,
} from './value-types.ts';

/** By what people can be reached beside the inbox and webhooks: each part that is there makes its kinds of contact methods work. */
export const contactSettingsSchema = z.strictObject({
  email: z
    .strictObject({
      server: hostPort({ portZero: false }).describe('Mail server that takes our mail.'),
      from: text('an email address', isEmailAddress).describe('Address the mail is from.'),
      tls: z
        .enum(['starttls', 'implicit', 'none'])
        .default('starttls')
        .describe('TLS begun within the connection, from its first byte, or none.'),
      username: filled.optional().describe('Who we are there; without it we do not log in.'),
      password: secretText('a password', (value) => value !== '')
        .optional()
        .describe('The password.'),
      passwordFile: file().optional().describe('File that holds the password.'),
    })
    .superRefine((value, context) => {
      if (value.password !== undefined && value.passwordFile !== undefined)
        context.addIssue({ code: 'custom', path: [], message: 'give either password or passwordFile, not both' });
    })
    .optional()
    .describe('Lets people be reached by mail.'),
  ntfy: z
    .strictObject({
      url: httpUrl().default('https://ntfy.sh').describe('The ntfy server.'),
      token: secretText('an access token', (value) => value !== '')
        .optional()
        .describe('Access token, if it asks.'),
      tokenFile: file().optional().describe('File that holds the access token.'),
    })
    .optional()
    .describe('Lets people be reached by ntfy, on phones and desktops.'),
  pushover: z
    .strictObject({
      url: httpUrl().default('https://api.pushover.net/1/messages.json').describe('Where messages go.'),
      token: secretText('the token of an application', (value) => value !== '')
        .optional()
        .describe('Token of the application.'),
      tokenFile: file().optional().describe('File that holds the token.'),
    })
    .superRefine(exactlyOne('token', 'tokenFile'))
    .optional()
    .describe('Lets people be reached by Pushover.'),
  slack: z
    .strictObject({
      url: httpUrl().default('https://slack.com/api').describe('Slack’s API.'),
      token: secretText('a token of an app', (value) => value !== '')
        .optional()
        .describe('Bot token of the app (xoxb-…).'),
      tokenFile: file().optional().describe('File that holds the token.'),
      signingSecret: secretText('a signing secret', (value) => value.length >= 8)
        .optional()
        .describe('Signing secret of the app: buttons and commands are checked with it.'),
      signingSecretFile: file().optional().describe('File that holds the signing secret.'),
      channels: z
        .record(
          nameSchema,
          text('the id of a channel (C…)', (value) => /^[CG][A-Z0-9]{5,20}$/.test(value)),
        )
        .default({})
        .describe(
          'Channels the app is in, by name: `slack:NAME` in escalation policies; pages without a policy go there too.',
        ),
      incidents: z
        .strictObject({
          as: z
            .enum(['channel', 'thread'])
            .default('channel')
            .describe('Each incident has a channel of its own, or a thread in the channel named below.'),
          name: z
            .enum(['time', 'number'])
            .default('time')
            .describe(
              'What such a channel is called: incident-YYYYMMDD-HHMM, or incident- and the number of the incident.',
            ),
          channel: nameSchema.optional().describe('Name, below `channels`, of the channel for threads.'),
        })
        .refine((rooms) => rooms.as === 'channel' || rooms.channel !== undefined, {
          path: ['channel'],
          error: 'is needed with threads: name one of the channels',
        })
        .optional()
        .describe('Has what happens to incidents told in Slack as it happens.'),
    })
    .refine(
      ({ incidents, channels }) => incidents?.channel === undefined || Object.hasOwn(channels, incidents.channel),
      {
        path: ['incidents', 'channel'],
        error: 'is none of the channels',
      },
    )
    .superRefine(exactlyOne('token', 'tokenFile'))
    .superRefine(exactlyOne('signingSecret', 'signingSecretFile'))
    .optional()
    .describe('Lets people be reached by Slack, answer there, and declare incidents.'),
  twilio: z
    .strictObject({
      url: httpUrl().default('https://api.twilio.com').describe('Twilio, or who speaks its API.'),
      accountSid: filled.describe('Id of the account (AC…).'),
      authToken: secretText('the token of an account', (value) => value !== '')
        .optional()
        .describe('Token of the account; requests from there are checked with it too.'),
      authTokenFile: file().optional().describe('File that holds the token.'),
      from: text(
        'a telephone number such as +4930123456, or the id of a messaging service (MG…)',
        (value) => isTelephoneNumber(value) || /^MG[0-9a-f]{32}$/i.test(value),
      ).describe('Number that messages and calls come from.'),
    })
    .superRefine(exactlyOne('authToken', 'authTokenFile'))
    .optional()
    .describe('Lets people be reached by text message and telephone call.'),
});

/** Reads a secret from where it is written: the value itself, or a file. */
type ReadSecret = (path: string[], value: string | undefined, file: string | undefined) => string | undefined;

export type ContactSettings = ReturnType<typeof resolveContacts>;

/** The settings with their secrets read; null for what is not configured. */
export function resolveContacts(
  { email, ntfy, pushover, slack, twilio }: z.output<typeof contactSettingsSchema>,
  secret: ReadSecret,
) {
  const at = (part: string, key: string) => ['contacts', part, key];
  return {
    email: email
      ? {
          server: email.server,
          from: email.from,
          tls: email.tls,
          username: email.username ?? null,
          password: secret(at('email', 'passwordFile'), email.password, email.passwordFile) ?? null,
        }
      : null,
    ntfy: ntfy ? { url: ntfy.url, token: secret(at('ntfy', 'tokenFile'), ntfy.token, ntfy.tokenFile) ?? null } : null,
    pushover: pushover
      ? { url: pushover.url, token: secret(at('pushover', 'tokenFile'), pushover.token, pushover.tokenFile) ?? '' }
      : null,
    slack: slack
      ? {
          url: slack.url,
          channels: slack.channels,
          incidents: slack.incidents ?? null,
          token: secret(at('slack', 'tokenFile'), slack.token, slack.tokenFile) ?? '',
          signingSecret: secret(at('slack', 'signingSecretFile'), slack.signingSecret, slack.signingSecretFile) ?? '',
        }
      : null,
    twilio: twilio
      ? {
          url: twilio.url,
          accountSid: twilio.accountSid,
          from: twilio.from,
          authToken: secret(at('twilio', 'authTokenFile'), twilio.authToken, twilio.authTokenFile) ?? '',
        }
      : null,
  };
}
