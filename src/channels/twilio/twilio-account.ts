import type { Post } from '../../platform/resilience/guarded-post.ts';

/** An account at Twilio, or at anybody who speaks its REST API. */
export type TwilioAccount = {
  url: string;
  accountSid: string;
  authToken: string;
  /** A telephone number, or for text messages the id of a messaging service (MG…). */
  from: string;
};

const API_VERSION = '2010-04-01';

/** A request of its REST API: https://www.twilio.com/docs/usage/api. */
export function twilioPost(
  account: TwilioAccount,
  resource: 'Messages' | 'Calls',
  fields: Readonly<Record<string, string>>,
): Post {
  const credentials = Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64');
  return {
    url: `${account.url.replace(/\/$/, '')}/${API_VERSION}/Accounts/${encodeURIComponent(account.accountSid)}/${resource}.json`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${credentials}` },
    body: new URLSearchParams(fields).toString(),
  };
}
