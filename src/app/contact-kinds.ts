import { createEmailChannel } from '../channels/email/email-channel.ts';
import type { MailServer } from '../channels/email/send-mail.ts';
import { inboxChannel } from '../channels/inbox/inbox-channel.ts';
import { createNtfyChannel } from '../channels/ntfy/ntfy-channel.ts';
import { createPushoverChannel } from '../channels/pushover/pushover-channel.ts';
import { createSlackChannel } from '../channels/slack/slack-channel.ts';
import { createSlackReplies } from '../channels/slack/slack-reply.ts';
import { isSlackRequest } from '../channels/slack/verify-slack-request.ts';
import { createSmsChannel } from '../channels/twilio/sms-channel.ts';
import { answerMessage, sayOnce } from '../channels/twilio/twiml.ts';
import { isTwilioRequest } from '../channels/twilio/verify-twilio-request.ts';
import { createVoiceChannel } from '../channels/twilio/voice-channel.ts';
import { createWebhookChannel } from '../channels/webhook/webhook-channel.ts';
import type { PhoneService } from '../http/routes/phone-answers.ts';
import type { SlackService } from '../http/routes/slack-answers.ts';
import type { ContactSettings } from '../platform/config/contact-settings.ts';
import { maskUrlPath } from '../platform/config/mask-secret.ts';
import { isEmailAddress, isHttpUrl, isTelephoneNumber } from '../platform/config/value-types.ts';
import type { ContactKinds } from '../respond/oncall/index.ts';

const NTFY_TOPIC = /^[-_A-Za-z0-9]{1,64}$/;
const SLACK_MEMBER = /^[UW][A-Z0-9]{5,20}$/;
const PUSHOVER_USER = /^[A-Za-z0-9]{30}$/;

/** Where the keys pressed in a call come in, below the address the outside reaches us by. */
const VOICE_ANSWERS = '/hooks/twilio/voice';

/**
 * The kinds of contact methods that can be made here: one per channel in which a person can have an address.
 * @param publicUrl where the outside reaches us; null when nobody said so
 */
export function createContactKinds(settings: ContactSettings, publicUrl: string | null): ContactKinds {
  const { email, ntfy, pushover, slack, twilio } = settings;
  const number = {
    address: 'a telephone number with its country, such as +4930123456',
    needsSecret: false,
    checkAddress: (address: string) =>
      isTelephoneNumber(address) ? null : 'is not a telephone number with its country',
  };
  return {
    inbox: { address: 'any word', needsSecret: false, checkAddress: () => null, open: () => inboxChannel },
    webhook: {
      address: 'an http:// or https:// address',
      needsSecret: true,
      maskAddress: maskUrlPath,
      checkAddress: (address) => (isHttpUrl(address) ? null : 'is not an http:// or https:// address'),
      open: ({ id, address, secret }) => createWebhookChannel({ name: id, url: address, secret: secret ?? '' }),
    },
    ...(email && {
      email: {
        address: 'an email address',
        needsSecret: false,
        checkAddress: (address: string) => (isEmailAddress(address) ? null : 'is not an email address'),
        open: ({ address }: { address: string }) =>
          createEmailChannel(mailServerOf(email), { from: email.from, to: address }),
      },
    }),
    ...(ntfy && {
      ntfy: {
        address: 'a topic of letters, digits, - and _',
        needsSecret: false,
        // Who knows a topic can read it.
        maskAddress: maskAllButEnds,
        checkAddress: (address: string) =>
          NTFY_TOPIC.test(address) ? null : 'is no topic: at most 64 letters, digits, - and _',
        open: ({ id, address }: { id: string; address: string }) =>
          createNtfyChannel(ntfy, { name: id, topic: address }),
      },
    }),
    ...(pushover && {
      pushover: {
        address: 'a user key of 30 letters and digits',
        needsSecret: false,
        maskAddress: maskAllButEnds,
        checkAddress: (address: string) => (PUSHOVER_USER.test(address) ? null : 'is no user key of Pushover'),
        open: ({ id, address }: { id: string; address: string }) =>
          createPushoverChannel(pushover, { name: id, userKey: address }),
      },
    }),
    ...(slack && {
      slack: {
        address: 'a member id such as U012AB3CD (profile, "Copy member ID")',
        needsSecret: false,
        checkAddress: (address: string) => (SLACK_MEMBER.test(address) ? null : 'is no member id of Slack'),
        open: ({ id, address }: { id: string; address: string }) =>
          createSlackChannel(slack, { name: id, place: address, answers: publicUrl !== null }),
      },
    }),
    ...(twilio && {
      sms: {
        ...number,
        open: ({ id, address }: { id: string; address: string }) =>
          createSmsChannel(twilio, { name: id, number: address, answers: publicUrl !== null }),
      },
    }),
    // A messaging service cannot call.
    ...(twilio?.from.startsWith('+') && {
      voice: {
        ...number,
        open: ({ id, address }: { id: string; address: string }) =>
          createVoiceChannel(twilio, {
            name: id,
            number: address,
            answerUrl: (pageId) =>
              publicUrl === null ? null : `${publicUrl.replace(/\/$/, '')}${VOICE_ANSWERS}/${pageId}`,
          }),
      },
    }),
  };
}

/** What the telephone service of this installation signs and understands; null where there is none. */
export function phoneServiceOf({ twilio }: ContactSettings): PhoneService | null {
  if (twilio === null) return null;
  return {
    isFromThere: (request) => isTwilioRequest(twilio.authToken, request),
    writeMessage: answerMessage,
    writeSpeech: sayOnce,
  };
}

/** The mail server of the configuration, as mails are sent to it. */
export function mailServerOf(email: NonNullable<ContactSettings['email']>): MailServer {
  const none = { value: null, file: null };
  const host = email.server.host;
  return {
    hello: 'localhost',
    smarthost: { host, port: String(email.server.port) },
    authUsername: email.username ?? '',
    authPassword: { value: email.password, file: null },
    authSecret: none,
    authIdentity: '',
    requireTls: email.tls !== 'none',
    forceImplicitTls: email.tls === 'implicit',
    tls: {
      ca: null,
      caFile: null,
      cert: null,
      certFile: null,
      key: null,
      keyFile: null,
      serverName: null,
      insecureSkipVerify: false,
      minVersion: null,
      maxVersion: null,
    },
  };
}

/** Checks what comes from the Slack app of this installation; null where there is none. */
export function slackServiceOf({ slack }: ContactSettings): SlackService | null {
  if (slack === null) return null;
  return {
    isFromThere: (request, now) => isSlackRequest(slack.signingSecret, request, Math.floor(now.getTime() / 1_000)),
    reply: createSlackReplies(),
  };
}

function maskAllButEnds(address: string): string {
  return address.length < 8 ? '…' : `${address.slice(0, 3)}…${address.slice(-2)}`;
}
