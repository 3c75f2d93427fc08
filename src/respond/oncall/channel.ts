import type { Tx } from '../../platform/db/database.ts';

/** What a page says. */
export type PageMessage = {
  /** A page about an incident unless given. */
  kind?: 'test' | 'verification';
  incidentId: string;
  number: string;
  title: string;
  severity: string;
  text: string;
  /** Link to the incident; null without an external URL. */
  link: string | null;
};

export type OutgoingPage = {
  id: string;
  dedupKey: string;
  attempt: number;
  recipient: string;
  message: PageMessage;
  queuedAt: Date;
};

/** How a send ended. A reply that was lost is `uncertain`: it is sent again with the same dedup key. */
export type SendResult =
  | { kind: 'sent' }
  | { kind: 'uncertain'; reason: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'try-later'; reason: string; afterMs: number | null };

/** A way to reach people outside our database. */
export type OutsideChannel = { kind: 'outside'; send(page: OutgoingPage, signal: AbortSignal): Promise<SendResult> };

/** A way inside it: the effect commits with the page's new state, so it happens exactly once. */
export type InsideChannel = { kind: 'inside'; deliver(tx: Tx, page: OutgoingPage, at: Date): Promise<void> };

export type Channel = OutsideChannel | InsideChannel;

/** Channels by name, explicit. */
export type Channels = Readonly<Record<string, Channel>>;
