import { EVENTS, type EventName } from '../../contract/events.ts';
import type { Role } from '../../contract/identity.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { createDrainLoop } from '../../platform/work/drain-loop.ts';
import { listEventsAfter, type OutboxRow, readEventRange } from './event-store.ts';

/** One event, already written as a stream carries it: the same text for every client. */
export type FeedItem = { position: number; visibleTo: Role; text: string };

export type EventFeed = {
  /** Positions up to here have been read. */
  newest(): number;
  /** Calls back whenever `newest` has advanced. The feed reads only while somebody listens. */
  listen(advanced: () => void): Promise<() => void>;
  /** The next batch after a position: from memory when it is recent, else from the database. */
  readAfter(position: number): Promise<readonly FeedItem[]>;
  readRange(): Promise<{ newest: number; oldest: number | null }>;
  close(): Promise<void>;
};

const READ_EVENTS = 500;
const BATCH_EVENTS = 200;
/** Enough for every client that reconnects after a blink. */
const REMEMBERED_EVENTS = 2_000;

/** One stretch of listening, from the first listener to the last. */
type Reading = { recent: FeedItem[]; newest: number; started: Promise<void>; stop: () => Promise<void> };

/** Reads the outbox once for all streams of this process. */
export function createEventFeed(deps: { database: Database; wakeups: Pick<Wakeups, 'on'>; logger: Logger }): EventFeed {
  const { db } = deps.database;
  const listeners = new Set<() => void>();
  let reading: Reading | null = null;

  const startReading = (): Reading => {
    const mine: Reading = { recent: [], newest: 0, stop: async () => {}, started: Promise.resolve() };
    const pass = async () => {
      const rows = await listEventsAfter(db, mine.newest, READ_EVENTS);
      if (rows.length === 0 || reading !== mine) return false;
      mine.recent.push(...rows.map(toItem));
      if (mine.recent.length > REMEMBERED_EVENTS) mine.recent = mine.recent.slice(-REMEMBERED_EVENTS);
      mine.newest = rows.at(-1)!.position;
      for (const advanced of listeners) advanced();
      return rows.length === READ_EVENTS;
    };
    const loop = createDrainLoop({ name: 'event feed', logger: deps.logger, pass });
    mine.started = readEventRange(db).then((range) => {
      mine.newest = range.newest;
      loop.wake();
    });
    const off = deps.wakeups.on('events', () => void mine.started.then(loop.wake, () => {}));
    mine.stop = async () => {
      off();
      await loop.stop();
    };
    reading = mine;
    return mine;
  };
  const stopReading = async () => {
    const stopping = reading;
    reading = null;
    await stopping?.stop();
  };

  return {
    newest: () => reading?.newest ?? 0,
    async listen(advanced) {
      listeners.add(advanced);
      const { started } = reading ?? startReading();
      const leave = () => {
        if (listeners.delete(advanced) && listeners.size === 0) void stopReading();
      };
      try {
        await started;
      } catch (thrown) {
        leave();
        throw thrown;
      }
      return leave;
    },
    async readAfter(position) {
      const recent = reading?.recent ?? [];
      const first = recent[0];
      // Positions are dense, so an offset finds the place.
      if (first && first.position <= position + 1) {
        const from = position + 1 - first.position;
        return recent.slice(from, from + BATCH_EVENTS);
      }
      return (await listEventsAfter(db, position, BATCH_EVENTS)).map(toItem);
    },
    readRange: () => readEventRange(db),
    async close() {
      listeners.clear();
      await stopReading();
    },
  };
}

function toItem(row: OutboxRow): FeedItem {
  const event = { ...row, at: row.at.toISOString(), recordedAt: row.recordedAt.toISOString() };
  return {
    position: row.position,
    // A kind this version does not know (a newer replica wrote it) is shown to nobody but those who may see everything.
    visibleTo: Object.hasOwn(EVENTS, row.kind) ? EVENTS[row.kind as EventName].visibleTo : 'admin',
    text: `id: ${row.position}\ndata: ${JSON.stringify(event)}\n\n`,
  };
}
