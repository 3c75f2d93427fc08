import {
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { HoldfastError, messageOf } from '../../../platform/errors/holdfast-error.ts';
import type { Logger } from '../../../platform/log/logger.ts';
import { connectNats, type NatsOptions } from './connect-nats.ts';
import { type LogReader, readLog } from './log-reader.ts';
import { ensureStream, findStream, identityOf, type StreamOptions } from './log-stream.ts';

/** The server has answered by then, or is asked again by whoever sent the records. */
const PUBLISH_LIMIT_MS = 5_000;
const RECONNECT_MS = 1_000;
const RETRY_AFTER_MS = 1_000;
/** What was stored already stays in JetStream no longer than this. */
const FORGET_MS = 5_000;
/** A stream that was made anew is noticed after at most so long. */
const KNOWN_MS = 5_000;
/** NATS's own default; more at once only makes others wait. */
const MOST_MESSAGE_BYTES = 1024 * 1024;
/** Of a message beside its data: subject and headers. */
const ENVELOPE_BYTES = 1_024;
/** JetStream: the stream is as large as it may get; the server has no room. */
const FULL_CODES = new Set([10_047, 10_077]);

export type PartitionLogOptions = NatsOptions & StreamOptions & { partitions: number };

/** Records on their way from who takes them to who judges them, kept by JetStream until they are stored. */
export type PartitionLog = {
  readonly partitions: number;
  /** Which stream this is: another one after it was made anew, whose positions mean something else. @throws HoldfastError unavailable */
  identity(): Promise<string>;
  /** Of a message. @throws HoldfastError unavailable */
  mostMessageBytes(): number;
  /**
   * Resolves once JetStream keeps the message.
   * @param id messages of the same id within ten minutes are one
   * @throws HoldfastError `telemetry.busy` when there is no more room, `telemetry.log-unreachable`
   */
  publish(partition: number, message: Uint8Array, id: string): Promise<{ duplicate: boolean }>;
  /** Messages of a partition after a position, in order. @throws HoldfastError unavailable */
  read(partition: number, after: number): Promise<LogReader>;
  /** What lies at or before this position of the stream of this identity is stored elsewhere now. */
  forget(partition: number, stored: { upTo: number; logId: string }): void;
  stop(): Promise<void>;
};

type Connected = {
  connection: NatsConnection;
  client: JetStreamClient;
  manager: JetStreamManager;
  identity: string;
  knownAtMs: number;
};

/** Connects in the background, again and again: nothing here waits for NATS to be there. */
export function openPartitionLog(options: PartitionLogOptions, logger: Logger): PartitionLog {
  const subjectOf = (partition: number) => `${options.subject}.${partition}`;
  const forgettable = new Map<number, { upTo: number; logId: string }>();
  let connected: Connected | null = null;
  let why = 'not connected yet';
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let forgetTimer: NodeJS.Timeout | null = null;
  let connecting: Promise<void> | null = null;

  const connect = async (): Promise<void> => {
    let connection: NatsConnection | null = null;
    try {
      connection = await connectNats(options);
      const manager = await jetstreamManager(connection);
      const info = await ensureStream(manager, options);
      const identity = identityOf(info);
      connected = { connection, client: jetstream(connection), manager, identity, knownAtMs: performance.now() };
      logger.info({ server: connection.getServer(), stream: options.stream }, 'records wait in JetStream');
      void connection.closed().then((error) => {
        connected = null;
        why = error ? messageOf(error) : 'the connection was closed';
        again();
      });
    } catch (thrown) {
      why = messageOf(thrown);
      await connection?.close().catch(() => {});
      logger.warn({ err: thrown, servers: options.servers }, 'JetStream cannot be used; it is tried again');
      again();
    }
  };
  const again = () => {
    if (stopped || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      connecting = connect();
    }, RECONNECT_MS);
  };
  connecting = connect();

  const use = (): Connected => {
    if (connected) return connected;
    throw unreachable(why);
  };
  const forgetAll = async () => {
    forgetTimer = null;
    const all = [...forgettable];
    forgettable.clear();
    if (!connected || all.length === 0) return;
    const { manager } = connected;
    try {
      // Positions of a stream that is gone would take what its successor holds.
      const found = await findStream(manager, options.stream);
      const identity = found && identityOf(found);
      for (const [partition, { upTo, logId }] of all)
        if (logId === identity)
          await manager.streams.purge(options.stream, { filter: subjectOf(partition), seq: upTo + 1 });
    } catch (thrown) {
      // It only takes room until the next time.
      logger.debug({ err: thrown }, 'what is stored was not purged');
    }
  };

  return {
    partitions: options.partitions,
    async identity() {
      await connecting;
      const known = use();
      if (performance.now() - known.knownAtMs > KNOWN_MS) {
        known.identity = await ensureStream(known.manager, options).then(identityOf, (thrown: unknown) => {
          throw unreachable(messageOf(thrown), thrown);
        });
        known.knownAtMs = performance.now();
      }
      return known.identity;
    },
    mostMessageBytes: () => Math.min(MOST_MESSAGE_BYTES, use().connection.info?.max_payload ?? 0) - ENVELOPE_BYTES,
    async publish(partition, message, id) {
      const { client } = use();
      try {
        const { duplicate } = await client.publish(subjectOf(partition), message, {
          msgID: id,
          timeout: PUBLISH_LIMIT_MS,
        });
        return { duplicate };
      } catch (thrown) {
        if (thrown instanceof JetStreamApiError && FULL_CODES.has(thrown.code)) throw full(options.stream, thrown);
        // Perhaps there is no such stream any more: it is looked at again.
        if (connected) connected.knownAtMs = Number.NEGATIVE_INFINITY;
        throw unreachable(messageOf(thrown), thrown);
      }
    },
    async read(partition, after) {
      const consumer = await use().client.consumers.get(options.stream, {
        filter_subjects: subjectOf(partition),
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: after + 1,
      });
      return readLog(consumer);
    },
    forget(partition, stored) {
      forgettable.set(partition, stored);
      forgetTimer ??= setTimeout(() => void forgetAll(), FORGET_MS);
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      if (forgetTimer) clearTimeout(forgetTimer);
      await connecting;
      await forgetAll();
      await connected?.connection.close().catch(() => {});
    },
  };
}

function unreachable(why: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: 'telemetry.log-unreachable',
    kind: 'unavailable',
    message: `JetStream does not take records now: ${why}`,
    hint: 'Send it again after a moment; what JetStream took already is known by its bytes.',
    cause: cause ?? { retryAfterMs: RETRY_AFTER_MS },
  });
}

function full(stream: string, thrown: Error): HoldfastError {
  return new HoldfastError({
    code: 'telemetry.busy',
    kind: 'throttled',
    message: `the JetStream stream ${stream} is full: ${thrown.message}`,
    hint: 'Send it again after a moment; nothing of it was stored.',
    cause: { retryAfterMs: RETRY_AFTER_MS },
  });
}
