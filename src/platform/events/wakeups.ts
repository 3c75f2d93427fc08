import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Logger } from '../log/logger.ts';

/** What can have changed. A wake-up says "look", never what: the rows are the truth. */
export type Topic = 'outbox' | 'events' | 'runs' | 'pages' | 'timers' | 'probes' | 'identity' | 'alerts' | 'streams';

export type Wakeups = {
  /** Call after a commit: listeners here run at once, other processes within `COALESCE_MS` plus the network. */
  kick(topic: Topic): void;
  on(topic: Topic, listener: () => void): () => void;
  start(): Promise<void>;
  stop(): Promise<void>;
};

const CHANNEL = 'holdfast_wake';
/** At most one NOTIFY per this long: a NOTIFY in each transaction would serialise their commits. */
const COALESCE_MS = 15;
/** The net under lost notifications. */
const POLL_MS = 1_000;
const RECONNECT_MS = 500;

/** Wake-ups between the processes on one database, by one LISTEN connection each. Outlives restarts of the server. */
export function createWakeups(options: { connectionString: string; pool: pg.Pool; logger: Logger }): Wakeups {
  const self = randomUUID();
  const listeners = new Map<Topic, Set<() => void>>();
  const pending = new Set<Topic>();
  let flushTimer: NodeJS.Timeout | null = null;
  let pollTimer: NodeJS.Timeout | null = null;
  let reconnectTimer: NodeJS.Timeout | null = null;
  let client: pg.Client | null = null;
  let connecting = false;
  let stopped = false;

  const deliver = (topic: Topic) => {
    for (const listener of listeners.get(topic) ?? []) listener();
  };
  const deliverAll = () => {
    for (const topic of listeners.keys()) deliver(topic);
  };

  const flush = async () => {
    flushTimer = null;
    const topics = [...pending].join(',');
    pending.clear();
    try {
      await options.pool.query({
        name: 'wake',
        text: 'select pg_notify($1, $2)',
        values: [CHANNEL, `${self}:${topics}`],
      });
    } catch {
      // The poll is the net; the database being away is reported where work is done.
    }
  };

  /** One attempt at a time, whatever says that it is time for one: a failing connection ends and throws. */
  const reconnectSoon = () => {
    if (stopped || client !== null || connecting || reconnectTimer !== null) return;
    reconnectTimer = setTimeout(() => {
      reconnectTimer = null;
      void reconnect();
    }, RECONNECT_MS);
  };

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: options.connectionString,
      application_name: 'holdfast listen',
      keepAlive: true,
    });
    next.on('error', () => {});
    next.on('end', () => {
      if (client === next) client = null;
      reconnectSoon();
    });
    next.on('notification', (message) => {
      const [sender, topics] = (message.payload ?? '').split(':');
      if (sender === self) return;
      for (const topic of (topics ?? '').split(',')) deliver(topic as Topic);
    });
    connecting = true;
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      if (stopped) await next.end();
      else client = next;
    } catch (thrown) {
      await next.end().catch(() => {});
      throw thrown;
    } finally {
      connecting = false;
    }
  };
  const reconnect = async () => {
    try {
      await connect();
      deliverAll();
    } catch (thrown) {
      options.logger.debug({ err: thrown }, 'listen connection not back yet');
      reconnectSoon();
    }
  };

  return {
    kick(topic) {
      deliver(topic);
      if (stopped) return;
      pending.add(topic);
      flushTimer ??= setTimeout(() => void flush(), COALESCE_MS);
    },
    on(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(listener));
      return () => set.delete(listener);
    },
    async start() {
      await connect();
      pollTimer = setInterval(deliverAll, POLL_MS);
    },
    async stop() {
      stopped = true;
      for (const timer of [flushTimer, pollTimer, reconnectTimer]) if (timer) clearTimeout(timer);
      await client?.end().catch(() => {});
      client = null;
    },
  };
}
