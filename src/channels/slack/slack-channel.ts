import { createGuardedPost } from '../../platform/resilience/guarded-post.ts';
import { truncateCharacters } from '../../respond/comms/alertmanager/index.ts';
import { type OutgoingPage, type OutsideChannel, pageTitle } from '../../respond/oncall/index.ts';
import { escapeMarkup } from './escape-markup.ts';
import { judgeSlack } from './judge-slack.ts';

/** An app of a Slack workspace. */
export type SlackApp = { url: string; token: string };

const MOST = { title: 250, text: 2_500 };

/**
 * A page as a message with buttons, to a member or in a channel the app is in.
 * @param address.place id of the member or of the channel
 * @param address.answers whether a button pressed reaches us: only then there are buttons that do something
 */
export function createSlackChannel(
  app: SlackApp,
  address: { name: string; place: string; answers: boolean },
): OutsideChannel {
  return {
    kind: 'outside',
    send: createGuardedPost(
      `slack ${address.name}`,
      (page) => ({
        url: `${app.url.replace(/\/$/, '')}/chat.postMessage`,
        headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${app.token}` },
        body: JSON.stringify({ channel: address.place, ...messageOf(page, address.answers) }),
      }),
      judgeSlack,
    ),
  };
}

function messageOf({ id, message }: OutgoingPage, answers: boolean): object {
  const title = escapeMarkup(truncateCharacters(pageTitle(message), MOST.title));
  const isPage = message.kind === undefined;
  const button = (text: string, more: object) => ({ type: 'button', text: { type: 'plain_text', text }, ...more });
  const buttons = [
    ...(isPage && answers
      ? [
          button('Acknowledge', { action_id: 'acknowledge', value: id, style: 'primary' }),
          button('Pass it on', { action_id: 'escalate', value: id }),
        ]
      : []),
    ...(isPage && message.link !== null ? [button('Open', { action_id: 'open', url: message.link })] : []),
  ];
  const words = [`*${title}*`, escapeMarkup(truncateCharacters(message.text, MOST.text))].filter((line) => line !== '');
  return {
    // What a notification shows.
    text: title,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: words.join('\n') } },
      ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons }]),
    ],
  };
}
