import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { JudgeAnswer, JudgeQuestion } from './judge-worker.ts';

type Judged = Extract<JudgeAnswer, { ok: true }>;
/** A question without the id it is asked under. */
export type Asked = JudgeQuestion extends infer Each ? (Each extends JudgeQuestion ? Omit<Each, 'id'> : never) : never;

/** Judges beside the event loop. Every stream has its thread, by its id, so that its records stay in order. */
export type JudgeThreads = {
  /** @throws Error when the thread could not, or ended; its models are then gone */
  ask(question: Asked): Promise<Judged>;
  /** Told when a thread ended by itself, with how to know whether a stream lived there. */
  onLost(listener: (livedThere: (stream: string) => boolean) => void): void;
  stop(): Promise<void>;
};

type Thread = {
  worker: Worker;
  waiting: Map<number, { resolve: (judged: Judged) => void; reject: (thrown: unknown) => void }>;
};

/** Starts its threads when they are first needed. */
export function createJudgeThreads(options: { threads: number }): JudgeThreads {
  const threads: (Thread | undefined)[] = Array.from({ length: options.threads });
  const listeners: ((livedThere: (stream: string) => boolean) => void)[] = [];
  let nextId = 1;
  let stopped = false;

  const indexOf = (stream: string) => createHash('md5').update(stream).digest().readUInt32LE(0) % options.threads;
  const start = (index: number): Thread => {
    // The published package holds .js, a checkout .ts; the worker is always written like this file.
    const worker = new Worker(new URL(`./judge-worker${extname(import.meta.url)}`, import.meta.url), { execArgv: [] });
    const thread: Thread = { worker, waiting: new Map() };
    worker.unref();
    worker.on('message', (answer: JudgeAnswer) => {
      const waiting = thread.waiting.get(answer.id);
      thread.waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve(answer);
      else waiting?.reject(new Error(answer.message));
    });
    const lose = (error: Error) => {
      if (threads[index] !== thread) return;
      threads[index] = undefined;
      for (const { reject } of thread.waiting.values()) reject(error);
      thread.waiting.clear();
      if (!stopped) for (const listener of listeners) listener((stream) => indexOf(stream) === index);
    };
    worker.on('error', lose);
    worker.on('exit', () => lose(new Error('the thread that judges ended')));
    return thread;
  };

  return {
    ask(question) {
      const index = indexOf(question.stream);
      const thread = threads[index] ?? start(index);
      threads[index] = thread;
      const id = nextId++;
      return new Promise((resolve, reject) => {
        thread.waiting.set(id, { resolve, reject });
        thread.worker.postMessage({ ...question, id } as JudgeQuestion);
      });
    },
    onLost: (listener) => void listeners.push(listener),
    async stop() {
      stopped = true;
      await Promise.all(threads.map((thread) => thread?.worker.terminate()));
    },
  };
}
