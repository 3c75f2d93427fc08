import type { PageMessage } from './channel.ts';

/** The first line of a page: which incident, how bad, what. A test or a code has its title only. */
export function pageTitle(message: PageMessage): string {
  return message.kind === undefined ? `[${message.severity}] ${message.number} ${message.title}` : message.title;
}

/** Everything a page says, as plain text. */
export function pageText(message: PageMessage): string {
  return [message.text, message.link].filter((line) => line !== null && line !== '').join('\n\n');
}
