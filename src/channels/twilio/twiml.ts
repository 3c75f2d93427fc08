import { escapeXml } from '../../platform/xml/escape-xml.ts';

/** Seconds a caller has to press a key. */
const KEY_TIMEOUT_SECONDS = 10;

const document = (content: string) => `<?xml version="1.0" encoding="UTF-8"?><Response>${content}</Response>`;
const say = (text: string, times = 1) =>
  `<Say${times === 1 ? '' : ` loop="${times}"`}>${escapeXml(`Holdfast. ${text}`)}</Say>`;

/** Says something twice and hangs up. */
export function sayTwice(text: string): string {
  return document(say(text, 2));
}

/** Says something and hangs up. */
export function sayOnce(text: string): string {
  return document(say(text));
}

/** Says a page and takes one key. */
export function askForKey(text: string, url: string): string {
  const asked = say(`${text}. Press 1 to acknowledge. Press 2 to pass it on.`, 2);
  return document(
    `<Gather input="dtmf" numDigits="1" timeout="${KEY_TIMEOUT_SECONDS}" method="POST" action="${escapeXml(url)}">${asked}</Gather>`,
  );
}

/** An answer to a text message. */
export function answerMessage(text: string): string {
  return document(`<Message>${escapeXml(text)}</Message>`);
}
