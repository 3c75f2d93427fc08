import type { ContactKindInfo } from '../../../contract/contacts.ts';
import type { Channel } from '../channel.ts';

/** A kind of contact method that works here, as the composition gives it. */
export type ContactKind = {
  /** What the address is, in words: `an http:// or https:// address`. */
  address: string;
  needsSecret: boolean;
  /** What is wrong with an address, or null. */
  checkAddress(address: string): string | null;
  /** What of an address may be shown, where knowing it is enough to send there. */
  maskAddress?(address: string): string;
  open(method: { id: string; address: string; secret: string | null }): Channel;
};
export type ContactKinds = Readonly<Record<string, ContactKind>>;

/** Every kind people know. Which of them can be made is up to the channels this installation has. */
const KNOWN: Readonly<Record<string, { title: string; address: string }>> = {
  inbox: { title: 'Inbox of this installation', address: 'any word' },
  email: { title: 'Email', address: 'an email address' },
  webhook: { title: 'Signed webhook', address: 'an http:// or https:// address' },
  slack: { title: 'Slack message', address: 'a member id' },
  ntfy: { title: 'ntfy', address: 'a topic' },
  pushover: { title: 'Pushover', address: 'a user key' },
  sms: { title: 'Text message', address: 'a telephone number' },
  voice: { title: 'Telephone call', address: 'a telephone number' },
};

/** All kinds, with whether they work here. */
export function describeContactKinds(working: ContactKinds): ContactKindInfo[] {
  return [...new Set([...Object.keys(KNOWN), ...Object.keys(working)])].map((kind) => ({
    kind,
    title: KNOWN[kind]?.title ?? kind,
    available: Object.hasOwn(working, kind),
    address: working[kind]?.address ?? KNOWN[kind]?.address ?? '',
    needsSecret: working[kind]?.needsSecret ?? false,
  }));
}
