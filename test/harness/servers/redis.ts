import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programOnPath, requireServer } from '../require-server.ts';
import { findFreePorts, makeFolder, startProgram } from './start-program.ts';

const run = promisify(execFile);

export const requireRedis = () => requireServer('redis', programOnPath('redis-server'));

export type TestRedis = {
  host: string;
  port: number;
  /** One command, as redis-cli would print its answer. */
  say(...words: string[]): Promise<string>;
  stop(): Promise<void>;
};

/** A Redis that keeps nothing. */
export async function startRedis(): Promise<TestRedis> {
  const folder = await makeFolder('redis');
  const [port = 0] = await findFreePorts(1);
  const say = async (...words: string[]) =>
    (await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...words])).stdout.trim();
  const server = await startProgram({
    program: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder.path],
    folder: folder.path,
    isReady: async () => (await say('PING')) === 'PONG',
  });
  return {
    host: '127.0.0.1',
    port,
    say,
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}
