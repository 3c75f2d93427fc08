import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { programOnPath, requireServer } from '../require-server.ts';
import { answersHttp, findFreePorts, makeFolder, startProgram } from './start-program.ts';

export const requireNats = () => requireServer('nats', programOnPath('nats-server'));

export type TestNats = {
  url: string;
  /** Ends the server. */
  halt(): Promise<void>;
  /** Starts it again, with what it kept or with nothing. */
  resume(options?: { empty?: boolean }): Promise<void>;
  stop(): Promise<void>;
};

/** A NATS server with JetStream, in a folder of its own. */
export async function startNats(): Promise<TestNats> {
  const folder = await makeFolder('nats');
  const [port = 0, monitoring = 0] = await findFreePorts(2);
  const start = () =>
    startProgram({
      program: 'nats-server',
      args: [
        ...['--addr', '127.0.0.1', '--port', String(port), '--http_port', String(monitoring)],
        ...['--jetstream', '--store_dir', folder.path],
      ],
      folder: folder.path,
      isReady: () => answersHttp(`http://127.0.0.1:${monitoring}/healthz`),
    });
  let server = await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    halt: () => server.stop(),
    async resume({ empty = false } = {}) {
      if (empty) rmSync(join(folder.path, 'jetstream'), { recursive: true, force: true });
      server = await start();
    },
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}
