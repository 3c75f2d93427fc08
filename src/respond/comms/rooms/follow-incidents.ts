import type { Clock } from '../../../platform/clock/clock.ts';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import type { StampedEvent } from '../../../platform/events/relay.ts';
import type { Wakeups } from '../../../platform/events/wakeups.ts';
import type { Logger } from '../../../platform/log/logger.ts';
import type { Delivery } from '../../../platform/resilience/judge-delivery.ts';
import { createDrainLoop } from '../../../platform/work/drain-loop.ts';
import { appendTimeline, readIncidentRow } from '../../incidents/index.ts';
import { nameRoom, type RoomKeeper, type RoomNaming } from './room.ts';
import {
  claimRoom,
  type DueRoom,
  endRoom,
  nextRoomDue,
  readUntold,
  recordRoom,
  recordRoomTrouble,
  wantRoom,
} from './room-store.ts';

const SEND_TIMEOUT_MS = 20_000;
const GRACE_MS = 10_000;
const MOST_ATTEMPTS = 12;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 10 * 60_000;
/** Entries in one message: a storm of them is not a storm of messages. */
const MOST_LINES = 20;
const MOST_NAMES = 20;

/** A new incident gets a room; the room is opened by `startRoomFollower`. */
export function roomsFromIncidents(naming: RoomNaming) {
  return {
    name: 'rooms-from-incidents',
    kinds: ['incident.opened'],
    async handle(tx: Tx, event: StampedEvent): Promise<void> {
      const { incidentId } = event.body as { incidentId: string };
      const incident = await readIncidentRow(tx, incidentId);
      await wantRoom(tx, incidentId, nameRoom(incident, naming), event.at);
    },
  };
}

/**
 * Opens the rooms of incidents and tells there what their timelines say, in order. Rows own the retries. What is uncertain
 * is said again: twice is better than not at all where people decide.
 */
export function startRoomFollower(deps: {
  database: Database;
  clock: Clock;
  wakeups: Wakeups;
  logger: Logger;
  keeper: RoomKeeper;
}): { stop(): Promise<void> } {
  const { database, clock, keeper } = deps;
  let cancelWake: () => void = () => {};
  const loop = createDrainLoop({
    name: 'incident rooms',
    logger: deps.logger,
    async pass() {
      const now = clock.now();
      const room = await claimRoom(database, { now, busyUntil: new Date(now.getTime() + SEND_TIMEOUT_MS + GRACE_MS) });
      if (room) {
        await attend(room);
        return true;
      }
      cancelWake();
      const next = await nextRoomDue(database.db);
      if (next) cancelWake = clock.wakeAt(next, loop.wake);
      return false;
    },
  });

  const attend = async (room: DueRoom) => {
    const result = await (room.place === null ? openRoom(room) : tellRoom(room)).catch(
      (thrown: unknown): Delivery => ({ kind: 'uncertain', reason: messageOf(thrown) }),
    );
    if (result.kind === 'sent') return;
    const isLast = result.kind === 'refused' || room.attempt >= MOST_ATTEMPTS;
    const asked = result.kind === 'try-later' ? result.afterMs : null;
    const waitMs = asked ?? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (room.attempt - 1));
    const nextAttemptAt = isLast ? null : new Date(clock.now().getTime() + waitMs);
    await recordRoomTrouble(database.db, room.incidentId, { reason: result.reason, nextAttemptAt });
    if (isLast) await note(room, `The room ${room.name} is not followed any more: ${result.reason}`);
  };
  const openRoom = async (room: DueRoom): Promise<Delivery> => {
    for (let nth = 1; nth <= MOST_NAMES; nth += 1) {
      const opened = await keeper.open(
        { name: room.name, title: room.title, nth },
        AbortSignal.timeout(SEND_TIMEOUT_MS),
      );
      if (opened.kind === 'taken') continue;
      if (opened.kind !== 'opened') return opened;
      await recordRoom(database.db, room.incidentId, { place: opened.place, thread: opened.thread });
      const name = nth === 1 ? room.name : `${room.name}-${nth}`;
      await note(room, opened.thread === null ? `Channel #${name} follows it` : 'A thread follows it');
      return { kind: 'sent' };
    }
    return { kind: 'refused', reason: `every name such as ${room.name} is taken` };
  };
  const tellRoom = async (room: DueRoom): Promise<Delivery> => {
    const entries = await readUntold(database.db, room, MOST_LINES);
    const last = entries.at(-1);
    if (!last) {
      await endRoom(database.db, room.incidentId);
      return { kind: 'sent' };
    }
    const lines = entries.map(({ at, text }) => `${at.toISOString().slice(11, 16)} UTC  ${text}`);
    const said = await keeper.say(
      { place: room.place ?? '', thread: room.thread },
      { text: lines.join('\n'), dedupKey: `${room.incidentId}-${last.seq}` },
      AbortSignal.timeout(SEND_TIMEOUT_MS),
    );
    if (said.kind === 'sent') await recordRoom(database.db, room.incidentId, { toldSeq: last.seq });
    return said;
  };
  const note = (room: DueRoom, text: string) =>
    database.transact((tx) =>
      appendTimeline(tx, room.incidentId, { kind: 'incident.room', at: clock.now(), actor: 'system', text }),
    );

  const off = deps.wakeups.on('events', loop.wake);
  loop.wake();
  return {
    async stop() {
      off();
      cancelWake();
      await loop.stop();
    },
  };
}
