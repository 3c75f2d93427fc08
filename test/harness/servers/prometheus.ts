import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programOnPath, requireServer } from '../require-server.ts';
import { answersHttp, findFreePorts, makeFolder, startProgram } from './start-program.ts';

export const requirePrometheus = () => requireServer('prometheus', programOnPath('prometheus'));

export type TestPrometheus = { url: string; stop(): Promise<void> };

/**
 * A Prometheus that asks one exporter four times a second, so that a rate is known after a moment.
 * @param options.takesWrites whether series may be written into it
 * @param options.writesTo where it writes what it scrapes
 */
export async function startPrometheus(
  exporter: { job: string; address: string },
  options: { takesWrites?: boolean; writesTo?: { url: string; token: string } } = {},
): Promise<TestPrometheus> {
  const folder = await makeFolder('prometheus');
  const [port = 0] = await findFreePorts(1);
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(
    join(folder.path, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '250ms', scrape_timeout: '250ms' },
      scrape_configs: [{ job_name: exporter.job, static_configs: [{ targets: [exporter.address] }] }],
      ...(options.writesTo
        ? { remote_write: [{ url: options.writesTo.url, authorization: { credentials: options.writesTo.token } }] }
        : {}),
    }),
  );
  const server = await startProgram({
    program: 'prometheus',
    args: [
      `--config.file=${join(folder.path, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...(options.takesWrites ? ['--web.enable-remote-write-receiver'] : []),
    ],
    folder: folder.path,
    isReady: () => answersHttp(`${url}/-/ready`),
  });
  return {
    url,
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}
