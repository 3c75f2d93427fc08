import { type FileHandle, open, stat, truncate } from 'node:fs/promises';
import { explainFailure } from './explain-failure.ts';

const LIMIT_BYTES = 10 * 1024 * 1024;
const TAIL_BYTES = 8 * 1024;

/** PostgreSQL's own log: a file the server writes to directly, so that its last words outlive both of us. */
export type ServerLog = {
  file: string;
  /** Opens the file for one server's life, emptying it first when it has grown beyond its limit. */
  openForServer(): Promise<{ handle: FileHandle; offset: number }>;
  /** What was written since `offset`, at most the last 8 KiB. */
  readSince(offset: number): Promise<string>;
};

export function serverLogAt(file: string): ServerLog {
  return {
    file,
    async openForServer() {
      try {
        const size = (await stat(file).catch(() => null))?.size ?? 0;
        if (size > LIMIT_BYTES) await truncate(file, 0);
        const handle = await open(file, 'a', 0o600);
        return { handle, offset: (await handle.stat()).size };
      } catch (error) {
        throw explainFailure(`open PostgreSQL's log ${file}`, error);
      }
    },
    async readSince(offset) {
      const handle = await open(file, 'r');
      try {
        const { size } = await handle.stat();
        const from = Math.max(offset, size - TAIL_BYTES, 0);
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, from);
        return buffer.toString('utf8', 0, bytesRead);
      } finally {
        await handle.close();
      }
    },
  };
}
