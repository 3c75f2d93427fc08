import type { Consumer } from '@nats-io/jetstream';

/** Asked of the server in one go, and so the most that waits here unread. */
const MOST_FETCHED_BYTES = 4 * 1024 * 1024;

/** A reading nothing comes of for so long is asked for anew: the server may have forgotten it, as after its restart. */
const ASKED_ANEW_MS = 4_000;

export type LogMessage = {
  position: number;
  data: Uint8Array /** Messages of the partition after it. */;
  waiting: number;
};

/** Reads a partition in order. */
export type LogReader = {
  /**
   * Waits for a message, then takes what is there besides.
   * @returns nothing once it was closed
   * @throws Error when the server gave the reading up
   */
  next(most: number): Promise<LogMessage[]>;
  close(): Promise<void>;
};

export async function readLog(consumer: Consumer): Promise<LogReader> {
  const messages = await consumer.consume({ max_bytes: MOST_FETCHED_BYTES, expires: ASKED_ANEW_MS });
  let there: LogMessage[] = [];
  let bytes = 0;
  let failed: unknown = null;
  let over = false;
  let wakeReader = () => {};
  let wakePump = () => {};

  const pump = async () => {
    for await (const { seq, data, info } of messages) {
      there.push({ position: seq, data, waiting: info.pending });
      bytes += data.length;
      wakeReader();
      // Not more than what can be stored soon: the rest stays with the server.
      while (bytes > MOST_FETCHED_BYTES && !over) await new Promise<void>((resolve) => (wakePump = resolve));
    }
  };
  const pumping = pump()
    .catch((thrown: unknown) => {
      failed = thrown;
    })
    .finally(() => {
      if (!over) failed ??= new Error('the server ended the reading of the partition');
      wakeReader();
    });

  return {
    async next(most) {
      while (there.length === 0 && !over) {
        if (failed) throw failed;
        await new Promise<void>((resolve) => (wakeReader = resolve));
      }
      if (over) return [];
      const taken = there.slice(0, most);
      there = there.slice(most);
      bytes -= taken.reduce((sum, { data }) => sum + data.length, 0);
      wakePump();
      return taken;
    },
    async close() {
      over = true;
      wakeReader();
      wakePump();
      await messages.close();
      await pumping;
    },
  };
}
