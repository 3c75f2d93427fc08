import { createServer } from 'node:net';
import type { Health } from '../../contract/common.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { bad, type Examined, good, warning } from './examined.ts';

const HEALTH_TIMEOUT_MS = 5_000;

/** A running server, by its own health: every dependency as that process sees it. */
export async function examineServer(address: string, version: string): Promise<Examined[]> {
  try {
    const response = await fetch(`${address}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    const health = (await response.json()) as Health;
    const checks = health.checks.map(({ name, status, latencyMs, code }) =>
      status === 'passing'
        ? good(`server: ${name}`, `passing in ${latencyMs} ms`)
        : bad(`server: ${name}`, `failing (${code ?? 'no code'})`, 'Its log tells why.'),
    );
    const about = `${address}, ${health.status}, Holdfast ${health.version}`;
    const server =
      health.version === version
        ? good('server', about)
        : warning(
            'server',
            `${about}; this command is ${version}`,
            'Restart the server to run the version that is installed.',
          );
    return [server, ...checks];
  } catch (thrown) {
    return [
      bad(
        'server',
        `${address} does not answer: ${messageOf(thrown)}`,
        'Its process is there: look at its log and restart it. If that process is another program, remove server.json from the data folder.',
      ),
    ];
  }
}

/** Where no server runs: whether one could listen where it is configured to. */
export async function examineListenAddress(listen: { host: string; port: number }): Promise<Examined> {
  const at = `${listen.host}:${listen.port}`;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(listen.port, listen.host, resolve);
    });
    return good('address', `${at} is free`);
  } catch (thrown) {
    return bad(
      'address',
      `${at} cannot be listened on: ${messageOf(thrown)}`,
      'Choose another with --listen HOST:PORT, or stop what holds it.',
    );
  } finally {
    server.close();
  }
}
