import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import type { DecodedTelemetry, TelemetryRequest } from './decode-telemetry.ts';
import type { DecodeAnswer, DecodeQuestion } from './decode-worker.ts';
import { IntakeRefusal } from './intake-refusal.ts';

/** Far more than the largest body within the limits needs. */
const READ_LIMIT_MS = 30_000;
const MOST_HEAP_MB = 768;

type Waiting = {
  resolve: (decoded: DecodedTelemetry) => void;
  reject: (thrown: unknown) => void;
  timer: NodeJS.Timeout;
};
type Thread = { worker: Worker; waiting: Map<number, Waiting> };

/** Reads telemetry beside the event loop. */
export type TelemetryDecoder = {
  /** @throws IntakeRefusal when the body cannot be taken */
  decode(request: TelemetryRequest): Promise<DecodedTelemetry>;
  stop(): Promise<void>;
};

/** Starts its threads when they are first needed; the one with the least to do gets the next body. */
export function createTelemetryDecoder(options: { threads: number }): TelemetryDecoder {
  let threads: Thread[] = [];
  let nextId = 1;

  const start = (): Thread => {
    // The published package holds .js, a checkout .ts; the worker is always written like this file.
    const file = new URL(`./decode-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB } });
    const thread: Thread = { worker, waiting: new Map() };
    worker.unref();
    worker.on('message', (answer: DecodeAnswer) => settle(thread, answer));
    worker.on('error', (error) => retire(thread, error));
    worker.on('exit', () => retire(thread, new Error('the reader ended')));
    return thread;
  };
  const settle = (thread: Thread, answer: DecodeAnswer) => {
    const waiting = thread.waiting.get(answer.id);
    if (!waiting) return;
    thread.waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    if (answer.ok) waiting.resolve(answer.decoded);
    else if (answer.refusal) waiting.reject(new IntakeRefusal(answer.refusal.kind, answer.refusal.message));
    else waiting.reject(new Error(answer.message));
  };
  const retire = (thread: Thread, error: Error) => {
    threads = threads.filter((each) => each !== thread);
    const exhausted = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
    // The first is the one that was being read; those behind it may be sent again.
    for (const [index, { reject, timer }] of [...thread.waiting.values()].entries()) {
      clearTimeout(timer);
      const guilty = index === 0;
      if (exhausted && guilty) reject(new IntakeRefusal('too-large', 'the body needs more memory than a request may'));
      else if (error instanceof IntakeRefusal && !guilty) reject(interrupted());
      else reject(exhausted ? interrupted() : error);
    }
    thread.waiting.clear();
    void thread.worker.terminate();
  };

  return {
    decode(request) {
      const free = threads.find(({ waiting }) => waiting.size === 0);
      let thread = free;
      if (!thread && threads.length < options.threads) {
        thread = start();
        threads.push(thread);
      }
      thread ??= threads.reduce((least, each) => (each.waiting.size < least.waiting.size ? each : least));
      const on = thread;
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => retire(on, new IntakeRefusal('too-large', 'the body takes too long to read')),
          READ_LIMIT_MS,
        );
        timer.unref();
        on.waiting.set(id, { resolve, reject, timer });
        on.worker.postMessage({ id, request } satisfies DecodeQuestion);
      });
    },
    async stop() {
      const ending = threads;
      threads = [];
      for (const thread of ending) {
        for (const { reject, timer } of thread.waiting.values()) {
          clearTimeout(timer);
          reject(new Error('the reader was stopped'));
        }
        thread.waiting.clear();
        await thread.worker.terminate();
      }
    },
  };
}

function interrupted(): HoldfastError {
  return new HoldfastError({
    code: 'telemetry.interrupted',
    kind: 'unavailable',
    message: 'the reader gave up on the request before this one',
    hint: 'Send it again.',
  });
}
