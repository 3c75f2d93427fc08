import type { Delivery } from '../../../platform/resilience/judge-delivery.ts';

/** Where an incident is talked about: a channel of its own, or a thread in one. */
export type RoomPlace = { place: string; thread: string | null };

/** Opens rooms and talks in them; each a Slack, say. */
export type RoomKeeper = {
  /** How a room is called; `nth` counts names that were taken. */
  open(
    room: { name: string; title: string; nth: number },
    signal: AbortSignal,
  ): Promise<({ kind: 'opened' } & RoomPlace) | { kind: 'taken' } | Exclude<Delivery, { kind: 'sent' }>>;
  say(room: RoomPlace, message: { text: string; dedupKey: string }, signal: AbortSignal): Promise<Delivery>;
};

/** What rooms are called: after when the incident opened, or after its number. */
export type RoomNaming = 'time' | 'number';

/** `incident-20261121-2204` or `incident-inc-20261121-003`: small letters, digits and dashes. */
export function nameRoom(incident: { number: string; openedAt: Date }, naming: RoomNaming): string {
  const [date = '', time = ''] = incident.openedAt.toISOString().split('T');
  const named =
    naming === 'time' ? `${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}` : incident.number;
  return `incident-${named.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`;
}
